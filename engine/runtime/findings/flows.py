"""Sequence flows: what they join, where they may lead, and their conditions."""

from collections.abc import Iterator

from engine.errors import Text
from engine.runtime import xml
from engine.runtime.describe import ACTIVITIES
from engine.runtime.findings.diagram import Diagram, Flow, Node
from engine.runtime.findings.rules import Hits, RuleBook, hit

book = RuleBook()

_ARTIFACTS = frozenset({"association", "group", "textAnnotation"})
_DECIDING = frozenset({"exclusiveGateway", "inclusiveGateway", "complexGateway"})
_MAY_DEFAULT = _DECIDING | ACTIVITIES


@book.error(
    "flow-dangling",
    Text(
        "A sequence flow leads from an element to an element; {id} is neither in the "
        "file nor drawn.",
        "顺序流应连接两个元素，但文件中没有 {id}。",
    ),
    Text(
        "Correct sourceRef or targetRef, or draw the flow again.",
        "请改正 sourceRef 或 targetRef，或重新画该顺序流。",
    ),
)
def _dangling(diagram: Diagram) -> Hits:
    for flow, wanted in _ends(diagram):
        if wanted not in diagram.by_id:
            yield hit(flow, id=wanted)


@book.error(
    "flow-to-artifact",
    Text(
        "A sequence flow joins events, activities and gateways; {id} is an artifact.",
        "顺序流只能连接事件、活动和网关；{id} 是注释类图形。",
    ),
    Text(
        "Use an association for annotations and groups.",
        "注释和分组请改用关联连接。",
    ),
)
def _artifact(diagram: Diagram) -> Hits:
    for flow, wanted in _ends(diagram):
        found = diagram.by_id.get(wanted)
        if found is not None and xml.local_name(found) in _ARTIFACTS:
            yield hit(flow, id=wanted)


@book.error(
    "flow-wrong-kind",
    Text(
        "A sequence flow joins events, activities and gateways; {id} is a {kind}.",
        "顺序流只能连接事件、活动和网关；{id} 是 {kind}。",
    ),
    Text("Draw the flow to a flow node.", "请把顺序流连到流程节点上。"),
)
def _wrong_kind(diagram: Diagram) -> Hits:
    for flow, wanted in _ends(diagram):
        found = diagram.by_id.get(wanted)
        if found is None or diagram.node(wanted) is not None:
            continue
        if (kind := xml.local_name(found)) not in _ARTIFACTS:
            yield hit(flow, id=wanted, kind=kind)


@book.error(
    "flow-crosses-scope",
    Text(
        "A sequence flow stays within one process or sub-process; this one leads "
        "from {source} to {target}.",
        "顺序流不得跨越流程或子流程的边界；该顺序流从 {source} 连到 {target}。",
    ),
    Text(
        "Lead the flow to the sub-process itself, or use a message between pools.",
        "请把顺序流连到子流程本身；泳池之间请用消息。",
    ),
)
def _crossing(diagram: Diagram) -> Hits:
    for flow in diagram.flows:
        source, target = flow.source, flow.target
        if source is None or target is None:
            continue
        if not source.scope is target.scope is flow.scope:
            yield hit(flow, source=source.id, target=target.id)


@book.error(
    "flow-not-immediate",
    Text(
        "In an executable process nothing happens between two elements; "
        "isImmediate must not be false.",
        "可执行流程中相邻元素之间不得有其他活动，isImmediate 不能为 false。",
    ),
    Text("Remove isImmediate.", "请删除 isImmediate。"),
)
def _not_immediate(diagram: Diagram) -> Hits:
    refused = {"false", "0"}
    return (
        flow for flow in diagram.flows if flow.element.get("isImmediate") in refused
    )


@book.error(
    "flow-listing",
    Text(
        "{node} lists its flows as incoming and outgoing, but not {flow}.",
        "{node} 的 incoming/outgoing 列表中缺少顺序流 {flow}。",
    ),
    Text(
        "List every flow at both ends, or list none anywhere in the process.",
        "请在两端都列出该顺序流，或在整个流程中都不列出。",
    ),
)
def _listing(diagram: Diagram) -> Hits:
    listing = {scope.process for scope in diagram.scopes if _lists(scope.process)}
    for flow in diagram.flows:
        if flow.id and flow.scope.process in listing:
            yield from _unlisted(flow)


@book.error(
    "flow-condition-alone",
    Text(
        "A condition needs an alternative; this is the only flow out of {source}.",
        "条件必须有其他选择；这是 {source} 唯一的出口。",
    ),
    Text(
        "Remove the condition, or draw the flow for the other case.",
        "请删除条件，或补画另一种情况的顺序流。",
    ),
)
def _condition_alone(diagram: Diagram) -> Hits:
    for flow in diagram.flows:
        source = flow.source
        if flow.condition is None or source is None or source.kind not in ACTIVITIES:
            continue
        if source.outgoing == [flow]:
            yield hit(flow, source=source.id)


@book.error(
    "flow-condition-at-event",
    Text(
        "A flow out of an event has no condition.",
        "从事件出来的顺序流不能有条件。",
    ),
    Text("Put an exclusive gateway behind the event.", "请在事件之后加一个排他网关。"),
)
def _condition_at_event(diagram: Diagram) -> Hits:
    return (flow for flow, kind in _conditional(diagram) if kind.endswith("Event"))


@book.warning(
    "flow-condition-ignored",
    Text(
        "A parallel gateway takes every flow; the condition has no effect.",
        "并行网关会走所有出口，该条件不起作用。",
    ),
    Text(
        "Use an inclusive gateway, or remove the condition.",
        "请改用包容网关，或删除条件。",
    ),
)
def _condition_ignored(diagram: Diagram) -> Hits:
    return (flow for flow, kind in _conditional(diagram) if kind == "parallelGateway")


@book.error(
    "flow-default-foreign",
    Text(
        "The default is one of the element's own outgoing flows; {default} is not.",
        "默认顺序流必须是该元素自己的出口；{default} 不是。",
    ),
    Text(
        "Choose the default among its outgoing flows.", "请在其出口中选择默认顺序流。"
    ),
)
def _default_foreign(diagram: Diagram) -> Hits:
    for node in diagram.nodes:
        default = node.element.get("default")
        if default is not None and _default(node) is None:
            yield hit(node, default=default)


@book.warning(
    "flow-default-conditional",
    Text(
        "The default flow is taken when no condition holds; its own condition is not "
        "looked at.",
        "默认顺序流在其他条件都不满足时执行，其自身的条件不起作用。",
    ),
    Text("Remove the condition of the default flow.", "请删除默认顺序流的条件。"),
)
def _default_conditional(diagram: Diagram) -> Hits:
    for node in diagram.nodes:
        default = _default(node)
        if default is not None and default.condition is not None:
            yield default


@book.error(
    "flow-default-not-possible",
    Text(
        "Only activities and deciding gateways have a default flow.",
        "只有活动和可作判断的网关才能有默认顺序流。",
    ),
    Text("Remove the attribute default.", "请删除 default 属性。"),
)
def _default_not_possible(diagram: Diagram) -> Hits:
    return (
        node
        for node in diagram.nodes
        if node.element.get("default") is not None and node.kind not in _MAY_DEFAULT
    )


@book.error(
    "flow-condition-missing",
    Text(
        "Each flow out of a deciding gateway has a condition, except the default.",
        "判断网关的每个出口都要有条件，默认出口除外。",
    ),
    Text(
        "Write a condition, or make this flow the default.",
        "请写明条件，或将其设为默认顺序流。",
    ),
)
def _condition_missing(diagram: Diagram) -> Hits:
    for node in diagram.nodes_of("exclusiveGateway", "inclusiveGateway"):
        default = _default(node)
        bare = [flow for flow in node.outgoing if flow.condition is None]
        if len(node.outgoing) > 1:
            yield from (flow for flow in bare if flow is not default)


@book.warning(
    "flow-condition-twice",
    Text(
        "Two flows out of one gateway have the same condition; the second is never "
        "taken.",
        "同一网关的两个出口条件相同，后一个永远不会执行。",
    ),
    Text("Correct one of the conditions.", "请改正其中一个条件。"),
)
def _condition_twice(diagram: Diagram) -> Hits:
    for node in diagram.nodes_of("exclusiveGateway"):
        seen: set[str] = set()
        for flow in node.outgoing:
            text = "".join(xml.text_of(flow.condition).split())
            if text and text in seen:
                yield flow
            seen.add(text)


@book.warning(
    "gateway-without-default",
    Text(
        "If no condition holds, the instance stands still at this gateway.",
        "如果所有条件都不满足，实例会停在该网关。",
    ),
    Text(
        "Make one of the flows the default.",
        "请将其中一个出口设为默认顺序流。",
    ),
)
def _without_default(diagram: Diagram) -> Hits:
    for node in diagram.nodes_of("exclusiveGateway", "inclusiveGateway"):
        if len(node.outgoing) > 1 and node.element.get("default") is None:
            yield node


def _ends(diagram: Diagram) -> list[tuple[Flow, str]]:
    return [
        (flow, xml.reference(flow.element, flow.element.get(end)))
        for flow in diagram.flows
        for end in ("sourceRef", "targetRef")
    ]


def _conditional(diagram: Diagram) -> Iterator[tuple[Flow, str]]:
    """Yield the flows with a condition, each with the kind of its source."""
    for flow in diagram.flows:
        if flow.source is not None and flow.condition is not None:
            yield flow, flow.source.kind


def _default(node: Node) -> Flow | None:
    wanted = xml.reference(node.element, node.element.get("default"))
    return next((flow for flow in node.outgoing if wanted and flow.id == wanted), None)


def _lists(process: xml.Element) -> bool:
    names = (f"{{{xml.BPMN}}}incoming", f"{{{xml.BPMN}}}outgoing")
    return next(process.iter(*names), None) is not None


def _unlisted(flow: Flow) -> Hits:
    for node, name in ((flow.source, "outgoing"), (flow.target, "incoming")):
        if node is None or node.scope.process is not flow.scope.process:
            continue
        listed = {
            xml.reference(found, found.text)
            for found in xml.children(node.element, name)
        }
        if flow.id not in listed:
            yield hit(node, node=node.id, flow=flow.id)
