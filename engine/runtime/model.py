"""A compiled process: parsed once, shared by all its instances, never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.dmn import Decisions
from engine.errors import Finding, Text
from engine.runtime.compiling.nodes import Around
from engine.runtime.compiling.problems import Place, Problems
from engine.runtime.compiling.processes import Builder
from engine.runtime.compiling.reader import Library
from engine.runtime.elements import Element, TriggerKind
from engine.runtime.faults import ModelError
from engine.runtime.specs import ScopeSpec
from engine.runtime.step import SourceFile


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A process with everything it calls; ``scopes`` holds all by key."""

    process_id: str
    scopes: Mapping[str, ScopeSpec]

    @property
    def root(self) -> ScopeSpec:
        """The process itself."""
        return self.scopes[self.process_id]

    def elements(self) -> list[Element]:
        """Return the elements of all scopes."""
        return [node.element for spec in self.scopes.values() for node in spec.nodes()]


def compile_model(
    process_id: str,
    bpmn: Sequence[SourceFile],
    decisions: Mapping[str, Decisions],
) -> Model:
    """Compile a process and what it calls.

    Args:
        process_id: The process that instances will run.
        bpmn: The files that hold it and the processes it calls.
        decisions: The decisions that business rule tasks take, by decision id.

    Raises:
        UnreadableFileError: a file is no BPMN XML that may be read.
        ModelError: something cannot be executed; ``findings`` name all of it.
    """
    library = Library(bpmn)
    problems = Problems()
    scopes: dict[str, ScopeSpec] = {}
    calls: dict[str, list[Place]] = {process_id: []}
    while wanted := next((key for key in calls if key not in scopes), None):
        found = library.find(wanted)
        if found is None:
            _unknown(problems, bpmn, wanted, calls.pop(wanted))
            continue
        around = Around(found.definitions, decisions)
        builder = Builder(around, problems, found.file, wanted, scopes)
        builder.build(found.node)
        for key, places in builder.calls.items():
            calls.setdefault(key, []).extend(places)
    _check_calls(scopes, calls)
    if problems.findings:
        raise ModelError(problems.findings)
    _prepare(scopes)
    return Model(process_id, scopes)


def _prepare(scopes: Mapping[str, ScopeSpec]) -> None:
    """Tell all scopes what concerns them of the whole model."""
    elements = [node.element for spec in scopes.values() for node in spec.nodes()]
    undoable = any(map(_undoes, elements))
    for spec in scopes.values():
        spec.undoable = undoable


def _check_calls(
    scopes: Mapping[str, ScopeSpec], calls: Mapping[str, list[Place]]
) -> None:
    """Refuse calls of processes that only an event can start."""
    for called, places in calls.items():
        spec = scopes.get(called)
        if spec is None or spec.entrances or not spec.starts:
            continue
        for place in places:
            place.refuse(
                "called-process-needs-event",
                Text(
                    f"Only an event can start the process {called!r}.",
                    f"流程“{called}”只能由事件启动。",
                ),
                Text(
                    "Give it a start event without a trigger.",
                    "请为其添加一个无触发的启动事件。",
                ),
            )


def _undoes(element: Element) -> bool:
    return bool(element.compensated_by) or any(
        trigger.kind is TriggerKind.COMPENSATION for trigger in element.triggers
    )


def _unknown(
    problems: Problems,
    bpmn: Sequence[SourceFile],
    wanted: str,
    callers: Sequence[Place],
) -> None:
    rule = Text(f"There is no process {wanted!r}.", f"没有流程“{wanted}”。")
    remedy = Text("Add the file that holds it.", "请加入包含该流程的文件。")
    for caller in callers:
        caller.refuse("process-unknown", rule, remedy)
    if callers:
        return
    name = bpmn[0].name if bpmn else ""
    problems.findings.append(Finding(name, None, "process-unknown", rule, remedy))
