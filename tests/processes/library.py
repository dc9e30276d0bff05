"""The bundled processes, decisions and forms, read and compiled once for all tests."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from engine.dmn import Decisions, parse
from engine.forms import Form, read_form
from engine.runtime import (
    ElementInfo,
    Model,
    ProcessInfo,
    SourceFile,
    compile_model,
    describe,
)

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = ROOT / "processes"
FORMS = ROOT / "forms"


@cache
def diagrams() -> tuple[Path, ...]:
    """Return the BPMN files of all packages."""
    return tuple(sorted(PROCESSES.glob("[0-9]*/*.bpmn")))


@cache
def sources() -> tuple[SourceFile, ...]:
    """Return the BPMN files as the runtime takes them."""
    return tuple(SourceFile(path.name, path.read_bytes()) for path in diagrams())


@cache
def processes() -> Mapping[str, ProcessInfo]:
    """Return what each process declares, by its id."""
    return {
        process.id: process
        for source in sources()
        for process in describe(source).processes
        if process.executable
    }


def elements() -> Iterator[ElementInfo]:
    """Yield the elements of all processes."""
    for process in processes().values():
        yield from process.elements


@cache
def package_of(process_id: str) -> str:
    """Return the folder in which a process lies."""
    (found,) = [path for path in diagrams() if path.stem == process_id]
    return found.parent.name


@cache
def decisions() -> Mapping[str, Decisions]:
    """Return the decision files, by the ids of their decisions."""
    found: dict[str, Decisions] = {}
    for path in sorted(PROCESSES.glob("[0-9]*/*.dmn")):
        parsed = parse(path.read_bytes(), path.name)
        found |= dict.fromkeys(parsed.ids, parsed)
    return found


@cache
def model(process_id: str) -> Model:
    """Return the compiled process."""
    return compile_model(process_id, sources(), decisions())


@cache
def form(process_id: str, name: str) -> Form:
    """Return the form of a task of a process, or of one that it calls."""
    folders = [package_of(process_id), "90_shared", *_called(process_id)]
    (path, *_) = [
        FORMS / folder / f"{name}.json"
        for folder in folders
        if (FORMS / folder / f"{name}.json").exists()
    ]
    return read_form(name, path.read_bytes())


def _called(process_id: str) -> list[str]:
    return [package_of(called) for called in processes()[process_id].called_processes]


@cache
def common() -> Mapping[str, Any]:
    """Return what all scenarios share."""
    return tomllib.loads((PROCESSES / "scenarios.toml").read_text(encoding="utf-8"))


@cache
def procedure() -> Mapping[str, Mapping[str, Any]]:
    """Return the rules of the procedure, by their ids."""
    text = (PROCESSES / "procedure.toml").read_text(encoding="utf-8")
    return {rule["id"]: rule for rule in tomllib.loads(text)["rule"]}
