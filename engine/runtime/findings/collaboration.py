"""Pools, message flows, lanes and correlation."""

from collections.abc import Iterator

from engine.errors import Text
from engine.runtime import xml
from engine.runtime.findings.diagram import Diagram, Node
from engine.runtime.findings.rules import Hits, RuleBook, hit
from engine.runtime.xml import Element

book = RuleBook()


@book.error(
    "participant-minimum",
    Text(
        "A participant takes part a number of times that is not negative.",
        "参与方的最小数量不能为负。",
    ),
    Text(
        "Correct minimum of participantMultiplicity.",
        "请改正 participantMultiplicity 的 minimum。",
    ),
)
def _minimum(diagram: Diagram) -> Hits:
    for found, minimum, _ in _multiplicities(diagram):
        if minimum < 0:
            yield found


@book.error(
    "participant-maximum",
    Text(
        "The most participants are at least one and not fewer than the least.",
        "参与方的最大数量至少为 1，且不小于最小数量。",
    ),
    Text(
        "Correct maximum of participantMultiplicity.",
        "请改正 participantMultiplicity 的 maximum。",
    ),
)
def _maximum(diagram: Diagram) -> Hits:
    for found, minimum, maximum in _multiplicities(diagram):
        if maximum < max(1, minimum):
            yield found


@book.error(
    "message-flow-artifact",
    Text(
        "A message flow joins pools, activities and events; {id} is an artifact.",
        "消息流只能连接泳池、活动和事件；{id} 是注释类图形。",
    ),
    Text(
        "Use an association for annotations and groups.", "注释和分组请改用关联连接。"
    ),
)
def _artifact(diagram: Diagram) -> Hits:
    kinds = {"association", "group", "textAnnotation"}
    for flow in diagram.all_of("messageFlow"):
        for end in ("sourceRef", "targetRef"):
            found = diagram.target(flow, end)
            if found is not None and xml.local_name(found) in kinds:
                yield hit(flow, id=found.get("id") or "")


@book.error(
    "message-flow-same-pool",
    Text(
        "A message flow leads from one pool to another, not within a pool.",
        "消息流必须连接不同的泳池，不能在同一泳池内。",
    ),
    Text(
        "Use a sequence flow or a signal within the pool.", "泳池内请改用顺序流或信号。"
    ),
)
def _same_pool(diagram: Diagram) -> Hits:
    for flow in diagram.all_of("messageFlow"):
        source = _pool(diagram, diagram.target(flow, "sourceRef"))
        target = _pool(diagram, diagram.target(flow, "targetRef"))
        if source is not None and source is target:
            yield flow


@book.error(
    "message-flow-from-start",
    Text("No message flow leaves a start event.", "消息流不能从开始事件发出。"),
    Text(
        "Send the message from a task or a throw event.",
        "请改由任务或抛出事件发送消息。",
    ),
)
def _from_start(diagram: Diagram) -> Hits:
    return (
        flow
        for flow, node in _message_ends(diagram, "sourceRef")
        if node.kind == "startEvent"
    )


@book.error(
    "message-flow-to-end",
    Text("No message flow leads to an end event.", "消息流不能指向结束事件。"),
    Text(
        "Receive the message in a task or a catch event.",
        "请改由任务或捕获事件接收消息。",
    ),
)
def _to_end(diagram: Diagram) -> Hits:
    return (
        flow
        for flow, node in _message_ends(diagram, "targetRef")
        if node.kind == "endEvent"
    )


@book.error(
    "message-flow-event-kind",
    Text(
        "The start or end event at a message flow has a message definition.",
        "与消息流相连的开始或结束事件必须带消息定义。",
    ),
    Text("Make it a message event.", "请把它改为消息事件。"),
)
def _event_kind(diagram: Diagram) -> Hits:
    for end, kind in (("targetRef", "startEvent"), ("sourceRef", "endEvent")):
        for _, node in _message_ends(diagram, end):
            if node.kind == kind and not node.has("message"):
                yield node


@book.error(
    "message-flow-direction",
    Text(
        "Messages leave throw events and arrive at catch events.",
        "消息由抛出事件发出，由捕获事件接收。",
    ),
    Text("Turn the message flow round.", "请把消息流的方向反过来。"),
)
def _direction(diagram: Diagram) -> Hits:
    throws, catches = (
        {"intermediateThrowEvent"},
        {"intermediateCatchEvent", "boundaryEvent"},
    )
    for end, kinds in (("targetRef", throws), ("sourceRef", catches)):
        yield from (
            flow for flow, node in _message_ends(diagram, end) if node.kind in kinds
        )


@book.error(
    "lane-foreign-node",
    Text(
        "A lane holds elements of its own process; {id} is not.",
        "泳道只能包含本流程的元素；{id} 不属于本流程。",
    ),
    Text("Remove it from the lane.", "请把它移出该泳道。"),
)
def _lane_foreign(diagram: Diagram) -> Hits:
    for lane in diagram.executable("lane"):
        process = next(lane.iterancestors(f"{{{xml.BPMN}}}process"), None)
        for pointer in xml.children(lane, "flowNodeRef"):
            found = diagram.pointed(pointer)
            if found is not None and process not in set(found.iterancestors()):
                yield hit(lane, id=found.get("id") or "")


@book.error(
    "lane-twice",
    Text(
        "An element lies in one lane of a lane set; {id} also lies in {lane}.",
        "一个元素在同一组泳道中只能属于一个泳道；{id} 也在 {lane} 中。",
    ),
    Text("Keep it in one of the lanes.", "请只保留在一个泳道中。"),
)
def _lane_twice(diagram: Diagram) -> Hits:
    for lanes in diagram.executable("laneSet", "childLaneSet"):
        seen: dict[str, Element] = {}
        for lane in xml.children(lanes, "lane"):
            for pointer in xml.children(lane, "flowNodeRef"):
                wanted = xml.reference(pointer, pointer.text)
                first = seen.setdefault(wanted, lane)
                if first is not lane:
                    label = first.get("name") or first.get("id") or ""
                    yield hit(lane, id=wanted, lane=label)


@book.error(
    "correlation-key-empty",
    Text(
        "A correlation key is made of correlation properties; this one has none.",
        "关联键由关联属性组成，此处没有任何属性。",
    ),
    Text("Add a correlationPropertyRef.", "请补上 correlationPropertyRef。"),
)
def _key_empty(diagram: Diagram) -> Hits:
    for key in diagram.all_of("correlationKey"):
        if xml.child(key, "correlationPropertyRef") is None:
            yield key


@book.error(
    "correlation-property-foreign",
    Text(
        "A subscription binds properties of its own key; {id} is not one of them.",
        "关联订阅只能绑定其关联键的属性；{id} 不在其中。",
    ),
    Text(
        "Add the property to the key, or remove the binding.",
        "请把该属性加入关联键，或删除绑定。",
    ),
)
def _property_foreign(diagram: Diagram) -> Hits:
    for subscription in diagram.executable("correlationSubscription"):
        key = diagram.target(subscription, "correlationKeyRef")
        if key is None or xml.local_name(key) != "correlationKey":
            continue
        own = {
            xml.reference(found, found.text)
            for found in xml.children(key, "correlationPropertyRef")
        }
        for binding in xml.children(subscription, "correlationPropertyBinding"):
            wanted = xml.reference(binding, binding.get("correlationPropertyRef"))
            if wanted not in own:
                yield hit(subscription, id=wanted)


def _multiplicities(diagram: Diagram) -> Iterator[tuple[Element, int, int]]:
    for found in diagram.all_of("participantMultiplicity"):
        minimum, maximum = found.get("minimum", "0"), found.get("maximum", "1")
        try:
            yield found, int(minimum), int(maximum)
        except ValueError:
            continue  # The schema says so.


def _pool(diagram: Diagram, end: Element | None) -> Element | None:
    """Return the process behind an end of a message flow, or the empty pool itself."""
    if end is None:
        return None
    if xml.local_name(end) == "participant":
        process = diagram.target(end, "processRef")
        return end if process is None else process
    return next(end.iterancestors(f"{{{xml.BPMN}}}process"), None)


def _message_ends(diagram: Diagram, end: str) -> Iterator[tuple[Element, Node]]:
    for flow in diagram.all_of("messageFlow"):
        node = diagram.node(xml.reference(flow, flow.get(end)))
        if node is not None:
            yield flow, node
