"""Checks before a deployment: what is wrong in a diagram, where, and the remedy.

A rule is one small function in the file of its topic, registered with a stable
code, a sentence and a remedy in both languages. ``error`` refuses the deployment,
``warning`` only tells.
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from engine.errors import Finding
from engine.runtime import extensions, xml
from engine.runtime.describe import GLOBAL_TASKS
from engine.runtime.findings import (
    activities,
    calls,
    collaboration,
    coverage,
    events,
    expressions,
    flows,
    foreign,
    gateways,
    identity,
    idle,
    inputs,
    items,
    paths,
    references,
    subprocesses,
    timers,
    triggers,
    vocabulary,
    words,
)
from engine.runtime.findings.decisions import read_decisions
from engine.runtime.findings.diagram import Around, Diagram
from engine.runtime.findings.rules import Rule
from engine.runtime.findings.schema import check_schema
from engine.runtime.step import Known, SourceFile

__all__ = ["RULES", "check", "read_decisions"]

RULES: tuple[Rule, ...] = tuple(
    rule
    for topic in (
        identity,
        references,
        flows,
        paths,
        events,
        triggers,
        timers,
        gateways,
        subprocesses,
        activities,
        calls,
        items,
        inputs,
        collaboration,
        expressions,
        words,
        vocabulary,
        foreign,
        idle,
        coverage,
    )
    for rule in topic.book.rules
)
_DIAGRAMS = frozenset({".bpmn", ".bpmn2", ".xml", ""})


def check(files: Sequence[SourceFile], known: Known) -> list[Finding]:
    """Return everything that is wrong in ``files``, in their order, line by line.

    The files belong together: a call, a decision or a form is known when one of
    them brings it. Decision tables (``.dmn``) are parsed, forms (``.json``) are
    known by their names, other files are passed over.
    """
    around = Around(known)
    findings: list[Finding] = []
    diagrams: list[Diagram] = []
    for file in files:
        findings += _take_in(file, around, diagrams)
    for diagram in diagrams:
        findings += sorted(_findings(diagram), key=_by_line)
    return list(dict.fromkeys(findings))


def _take_in(
    file: SourceFile, around: Around, diagrams: list[Diagram]
) -> Iterator[Finding]:
    path = PurePosixPath(file.name.replace("\\", "/"))
    suffix = path.suffix.lower()
    if suffix == ".json":
        around.forms.add(extensions.form_name({"form": path.name}))
    elif suffix == ".dmn":
        yield from _take_in_decisions(file, around)
    elif suffix in _DIAGRAMS:
        yield from _take_in_diagram(file, around, diagrams)


def _take_in_decisions(file: SourceFile, around: Around) -> Iterator[Finding]:
    decisions, findings = read_decisions(file)
    if decisions is not None:
        around.decisions.update(decisions.ids)
    yield from findings


def _take_in_diagram(
    file: SourceFile, around: Around, diagrams: list[Diagram]
) -> Iterator[Finding]:
    try:
        diagram = Diagram(file.name, xml.parse(file), around)
    except xml.UnreadableFileError as error:
        yield error.finding
        return
    diagrams.append(diagram)
    for process in diagram.all_of("process", *GLOBAL_TASKS):
        if process_id := process.get("id"):
            around.processes.setdefault(process_id, []).append(diagram)


def _findings(diagram: Diagram) -> Iterator[Finding]:
    yield from check_schema(diagram)
    for rule in RULES:
        yield from rule.findings(diagram)


def _by_line(finding: Finding) -> tuple[int, str]:
    return finding.line or 0, finding.code
