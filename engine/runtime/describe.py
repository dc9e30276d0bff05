"""What a BPMN file declares: its processes, elements, starts and references.

Nothing is judged here (``findings`` does that) and nothing is run, so a file that
would be refused can still be described. Elements without an id are left out:
nothing can refer to them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.runtime import extensions, xml
from engine.runtime.step import (
    BpmnFile,
    ElementInfo,
    ProcessInfo,
    SourceFile,
    StartEvent,
)
from engine.runtime.xml import Element

SUB_PROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
TASKS = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "scriptTask",
        "businessRuleTask",
    }
)
ACTIVITIES = SUB_PROCESSES | TASKS | {"callActivity"}
EVENTS = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
    }
)
GATEWAYS = frozenset(
    {
        "exclusiveGateway",
        "inclusiveGateway",
        "parallelGateway",
        "complexGateway",
        "eventBasedGateway",
    }
)
FLOW_NODES = ACTIVITIES | EVENTS | GATEWAYS
GLOBAL_TASKS = frozenset(
    {
        "globalTask",
        "globalUserTask",
        "globalManualTask",
        "globalScriptTask",
        "globalBusinessRuleTask",
    }
)
_TRUE = frozenset({"true", "1"})
_TIMER_PARTS = ("timeDate", "timeDuration", "timeCycle")


def describe(file: SourceFile) -> BpmnFile:
    """Return what ``file`` declares.

    A global task counts as a process that cannot be started by itself: it holds
    that one element and can be called.

    Raises:
        UnreadableFileError: the file is no BPMN XML that may be read.
    """
    return describe_definitions(file.name, xml.parse(file))


def describe_definitions(name: str, root: Element) -> BpmnFile:
    """Return what the parsed file ``name`` declares."""
    known = _Definitions(root)
    processes = [_process(known, found) for found in xml.children(root, "process")]
    tasks = [_global_task(found) for found in xml.children(root, *GLOBAL_TASKS)]
    return BpmnFile(name=name, processes=(*processes, *tasks))


@dataclass(frozen=True, slots=True)
class _Definitions:
    """The root of a file, asked for what its elements point at."""

    root: Element

    def name_of(self, kind: str, holder: Element, attribute: str) -> str:
        """Return the name of the message or signal that ``holder`` refers to."""
        wanted = xml.reference(holder, holder.get(attribute))
        for found in xml.children(self.root, kind):
            if found.get("id") == wanted:
                return found.get("name") or wanted
        return wanted

    def event_definitions(self, event: Element) -> Iterator[Element]:
        """Yield the definitions of ``event``, its own and those it refers to."""
        for found in event.iterchildren():
            if xml.local_name(found).endswith("EventDefinition"):
                yield found
        for pointer in xml.children(event, "eventDefinitionRef"):
            wanted = xml.reference(pointer, pointer.text)
            for found in self.root.iterchildren():
                if found.get("id") == wanted:
                    yield found


def _process(known: _Definitions, process: Element) -> ProcessInfo:
    process_id = process.get("id") or ""
    lanes = _lanes(process)
    elements = tuple(_elements(process, process_id, None, "", lanes))
    return ProcessInfo(
        id=process_id,
        name=process.get("name") or "",
        name_en=extensions.properties(process).get("name_en", ""),
        executable=process.get("isExecutable", "true") in _TRUE,
        version_tag=extensions.version_tag(process),
        elements=elements,
        starts=tuple(_starts(known, process)),
        called_processes=_named(element.called_element for element in elements),
        decisions=_named(element.decision_id for element in elements),
        forms=_named(element.properties.get("form", "") for element in elements),
        operations=_named(element.operation for element in elements),
    )


def _global_task(task: Element) -> ProcessInfo:
    task_id = task.get("id") or ""
    element = _element(task, task_id, None, "")
    return ProcessInfo(
        id=task_id,
        name=element.name,
        name_en=element.name_en,
        executable=False,
        elements=(element,),
        decisions=_named([element.decision_id]),
        forms=_named([element.properties.get("form", "")]),
        operations=_named([element.operation]),
    )


def _named(names: "Iterator[str] | list[str]") -> frozenset[str]:
    return frozenset(name for name in names if name)


def _elements(
    scope: Element,
    process_id: str,
    parent_id: str | None,
    outer_lane: str,
    lanes: dict[str, str],
) -> Iterator[ElementInfo]:
    for node in xml.children(scope, *FLOW_NODES):
        node_id = node.get("id")
        lane = lanes.get(node_id or "", outer_lane)
        if node_id:
            yield _element(node, process_id, parent_id, lane)
        if xml.local_name(node) in SUB_PROCESSES:
            inner = lanes | _lanes(node)
            yield from _elements(node, process_id, node_id or parent_id, lane, inner)


def _element(
    node: Element, process_id: str, parent_id: str | None, lane: str
) -> ElementInfo:
    named = extensions.properties(node)
    if form := extensions.form_name(named):
        named["form"] = form
    operator = extensions.operator(node)
    return ElementInfo(
        id=node.get("id") or "",
        type=xml.local_name(node),
        name=node.get("name") or "",
        name_en=named.get("name_en", ""),
        process_id=process_id,
        parent_id=parent_id,
        lane=lane,
        properties=named,
        called_element=_only(node, "callActivity", extensions.called_element(node)),
        decision_id=extensions.decision(node),
        operation=operator.operation if operator else "",
        attached_to=xml.reference(node, node.get("attachedToRef")),
    )


def _only(node: Element, kind: str, value: str) -> str:
    return value if xml.local_name(node) == kind else ""


def _lanes(scope: Element) -> dict[str, str]:
    """Return the name of the innermost lane by flow node."""
    found: dict[str, str] = {}
    # Document order visits an outer lane before the lanes inside it.
    for lanes in xml.children(scope, "laneSet"):
        for lane in lanes.iterdescendants(f"{{{xml.BPMN}}}lane"):
            for pointer in xml.children(lane, "flowNodeRef"):
                label = lane.get("name") or lane.get("id") or ""
                found[xml.reference(pointer, pointer.text)] = label
    return found


def _starts(known: _Definitions, process: Element) -> Iterator[StartEvent]:
    found = [
        start
        for node in xml.children(process, *FLOW_NODES)
        for start in _starts_of(known, process, node)
    ]
    yield from found or [StartEvent(element_id="", kind="none")]


def _starts_of(
    known: _Definitions, process: Element, node: Element
) -> Iterator[StartEvent]:
    kind = xml.local_name(node)
    if kind == "startEvent":
        yield from _start_event(known, node, node.get("id") or "")
    elif node.get("instantiate") not in _TRUE:
        return
    elif kind == "receiveTask":
        name = known.name_of("message", node, "messageRef")
        yield StartEvent(element_id=node.get("id") or "", kind="message", name=name)
    elif kind == "eventBasedGateway":
        for target in _targets(process, node):
            yield from _start_event(known, target, target.get("id") or "")


def _targets(process: Element, node: Element) -> Iterator[Element]:
    wanted = {
        flow.get("targetRef")
        for flow in xml.children(process, "sequenceFlow")
        if flow.get("sourceRef") == node.get("id")
    }
    return (
        found
        for found in xml.children(process, *FLOW_NODES)
        if found.get("id") in wanted
    )


def _start_event(
    known: _Definitions, event: Element, element_id: str
) -> Iterator[StartEvent]:
    if xml.local_name(event) == "receiveTask":
        name = known.name_of("message", event, "messageRef")
        yield StartEvent(element_id=element_id, kind="message", name=name)
        return
    definitions = list(known.event_definitions(event))
    if not definitions:
        yield StartEvent(element_id=element_id, kind="none")
    for found in definitions:
        yield _trigger(known, found, element_id)


def _trigger(known: _Definitions, found: Element, element_id: str) -> StartEvent:
    kind = xml.local_name(found).removesuffix("EventDefinition")
    name = ""
    if kind in {"message", "signal"}:
        name = known.name_of(kind, found, f"{kind}Ref")
    timer = " ".join(xml.text_of(part) for part in xml.children(found, *_TIMER_PARTS))
    return StartEvent(element_id=element_id, kind=kind, name=name, timer=timer)
