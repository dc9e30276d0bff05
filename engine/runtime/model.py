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
    todo: dict[str, Place | None] = {process_id: None}
    while todo:
        wanted, caller = todo.popitem()
        found = library.find(wanted)
        if found is None:
            _unknown(problems, bpmn, wanted, caller)
            continue
        around = Around(found.definitions, decisions)
        builder = Builder(around, problems, found.file, wanted, scopes)
        builder.build(found.node)
        todo |= {key: at for key, at in builder.calls.items() if key not in scopes}
    if problems.findings:
        raise ModelError(problems.findings)
    undoable = any(
        _undoes(node.element) for spec in scopes.values() for node in spec.nodes()
    )
    for spec in scopes.values():
        spec.undoable = undoable
    return Model(process_id, scopes)


def _undoes(element: Element) -> bool:
    return bool(element.compensated_by) or any(
        trigger.kind is TriggerKind.COMPENSATION for trigger in element.triggers
    )


def _unknown(
    problems: Problems, bpmn: Sequence[SourceFile], wanted: str, caller: Place | None
) -> None:
    rule = Text(f"There is no process {wanted!r}.", f"没有流程“{wanted}”。")
    remedy = Text("Add the file that holds it.", "请加入包含该流程的文件。")
    if caller is not None:
        caller.refuse("process-unknown", rule, remedy)
        return
    name = bpmn[0].name if bpmn else ""
    problems.findings.append(Finding(name, None, "process-unknown", rule, remedy))
