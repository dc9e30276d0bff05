"""A package as it is handed in: BPMN, DMN, forms and templates that belong together.

Files keep their path inside the package as their name. Forms alone are stored flat,
as ``<form>.json``, because diagrams name them without a folder.
"""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.dmn import Decisions
from engine.errors import Finding, Text
from engine.forms import FormBrokenError, read_form
from engine.runtime import (
    BpmnFile,
    ProcessInfo,
    SourceFile,
    UnreadableFileError,
    describe,
    read_decisions,
)

_SETTINGS = "process.toml"
_FORM_SUFFIXES = (".schema.json", ".json")
_TEMPLATE_SUFFIXES = (".j2", ".xlsx.toml")


@dataclass(frozen=True)
class PackageFile:
    """One file; ``kind`` is bpmn, dmn, form, template or other."""

    name: str
    content: bytes
    kind: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def source(self) -> SourceFile:
        """The file as the runtime reads it."""
        return SourceFile(self.name, self.content)


@dataclass(frozen=True)
class Package:
    """All files of a package, read as far as they can be.

    ``findings`` say which could not.
    """

    name: str
    files: tuple[PackageFile, ...]
    bpmn: Mapping[str, BpmnFile]
    decisions: Mapping[str, Decisions]
    settings: Mapping[str, Any]
    findings: tuple[Finding, ...] = field(default=())

    @cached_property
    def digest(self) -> str:
        """One digest over the names and contents of all files."""
        return _digest_of(self.files)

    def of_kind(self, kind: str) -> tuple[PackageFile, ...]:
        """Return the files of one kind, in order of their names."""
        return tuple(file for file in self.files if file.kind == kind)

    @property
    def forms(self) -> frozenset[str]:
        """The names of the forms, as diagrams write them."""
        return frozenset(
            file.name.removesuffix(".json") for file in self.of_kind("form")
        )

    def processes(self) -> Iterator[tuple[PackageFile, ProcessInfo]]:
        """Yield each process with the file that declares it."""
        for file in self.of_kind("bpmn"):
            for process in self.bpmn[file.name].processes if self._read(file) else ():
                yield file, process

    def file_of_decision(self, decision_id: str) -> PackageFile | None:
        """Return the file that declares a decision, or None."""
        for file in self.of_kind("dmn"):
            known = self.decisions.get(file.name)
            if known is not None and decision_id in known.ids:
                return file
        return None

    def _read(self, file: PackageFile) -> bool:
        return file.name in self.bpmn


def combined(lines: Iterable[str]) -> str:
    """Return one digest over several lines, whatever their order."""
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def digest_of(sources: Iterable[SourceFile]) -> str:
    """Return the digest that a package of these files would have."""
    return _digest_of(_classified(source) for source in sources)


def _digest_of(files: Iterable[PackageFile]) -> str:
    return combined(f"{file.name} {file.digest}" for file in files)


def read(name: str, sources: Sequence[SourceFile]) -> Package:
    """Read ``sources`` as the package ``name``; nothing is judged yet."""
    files = sorted((_classified(source) for source in sources), key=lambda f: f.name)
    findings = [*_twice(files), *_broken_forms(files)]
    bpmn, decisions = {}, {}
    for file in files:
        try:
            if file.kind == "bpmn":
                bpmn[file.name] = describe(file.source)
            elif file.kind == "dmn":
                known, wrong = read_decisions(file.source)
                findings += wrong
                if known is not None:
                    decisions[file.name] = known
        except UnreadableFileError as error:
            findings.append(error.finding)
    settings, found = _settings(files)
    return Package(name, tuple(files), bpmn, decisions, settings, (*findings, *found))


def read_folder(processes: Path, forms: Path) -> tuple[SourceFile, ...]:
    """Return the files of one bundled package, its forms included."""
    found = [*_files_in(processes)]
    if forms.is_dir():
        found += _files_in(forms)
    return tuple(found)


def _files_in(folder: Path) -> Iterator[SourceFile]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".md":
            name = path.relative_to(folder).as_posix()
            yield SourceFile(name, path.read_bytes())


def _classified(source: SourceFile) -> PackageFile:
    kind, name = "other", source.name
    if name.endswith((".bpmn", ".bpmn20.xml")):
        kind = "bpmn"
    elif name.endswith(".dmn"):
        kind = "dmn"
    elif name.endswith(_TEMPLATE_SUFFIXES):
        kind = "template"
    elif name.endswith(".json"):
        kind, name = "form", _flat(name)
    return PackageFile(name, source.content, kind)


def _flat(name: str) -> str:
    base = name.rpartition("/")[2]
    for suffix in _FORM_SUFFIXES:
        if base.endswith(suffix):
            return base.removesuffix(suffix) + ".json"
    return base


def _twice(files: Iterable[PackageFile]) -> Iterator[Finding]:
    counted = Counter(file.name for file in files)
    for name in (name for name, count in counted.items() if count > 1):
        yield Finding(
            name,
            None,
            "file-twice",
            Text(f"Two files are called {name}.", f"有两个文件名为{name}。"),
            Text("Rename or leave out one of them.", "请改名或去掉其中一个。"),
        )


def _broken_forms(files: Iterable[PackageFile]) -> Iterator[Finding]:
    for file in files:
        if file.kind == "form":
            yield from form_findings(file.source)


def form_findings(source: SourceFile) -> Iterator[Finding]:
    """Yield what is wrong with a form file."""
    try:
        read_form(_flat(source.name).removesuffix(".json"), source.content)
    except FormBrokenError as error:
        remedy = Text("Correct the file.", "请修正该文件。")
        yield Finding(source.name, None, error.code, error.text, remedy)


def _settings(
    files: Iterable[PackageFile],
) -> tuple[Mapping[str, Any], tuple[Finding, ...]]:
    for file in files:
        if file.name == _SETTINGS:
            try:
                return tomllib.loads(file.content.decode()), ()
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                return {}, (_settings_finding(error),)
    return {}, ()


def _settings_finding(error: Exception) -> Finding:
    return Finding(
        _SETTINGS,
        None,
        "settings-invalid",
        Text(f"The file is no TOML: {error}.", f"该文件不是TOML:{error}。"),
        Text("Correct the file.", "请修正该文件。"),
    )
