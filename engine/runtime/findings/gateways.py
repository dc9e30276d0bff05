"""Gateways: how many flows meet there, and what an event gateway may lead to."""

from collections.abc import Iterator

from engine.errors import Text
from engine.runtime.describe import GATEWAYS
from engine.runtime.findings.diagram import Diagram, Flow, Node
from engine.runtime.findings.rules import Hits, RuleBook, hit

book = RuleBook()

_AWAITED = frozenset({"message", "signal", "timer", "conditional"})


@book.error(
    "gateway-converging",
    Text(
        "A converging gateway has one outgoing flow; this has {count}.",
        "汇聚网关只有一个出口，该网关有 {count} 个。",
    ),
    Text(
        "Correct gatewayDirection, or leave it out.",
        "请改正 gatewayDirection，或省略它。",
    ),
)
def _converging(diagram: Diagram) -> Hits:
    for node in _directed(diagram, "Converging"):
        if len(node.outgoing) > 1:
            yield hit(node, count=str(len(node.outgoing)))


@book.error(
    "gateway-diverging",
    Text(
        "A diverging gateway has one incoming flow; this has {count}.",
        "分支网关只有一个入口，该网关有 {count} 个。",
    ),
    Text(
        "Correct gatewayDirection, or leave it out.",
        "请改正 gatewayDirection，或省略它。",
    ),
)
def _diverging(diagram: Diagram) -> Hits:
    for node in _directed(diagram, "Diverging"):
        if len(node.incoming) > 1:
            yield hit(node, count=str(len(node.incoming)))


@book.error(
    "gateway-mixed",
    Text(
        "A mixed gateway has several incoming and several outgoing flows.",
        "混合网关要有多个入口和多个出口。",
    ),
    Text(
        "Correct gatewayDirection, or leave it out.",
        "请改正 gatewayDirection，或省略它。",
    ),
)
def _mixed(diagram: Diagram) -> Hits:
    for node in _directed(diagram, "Mixed"):
        if not (_several(node.incoming) and _several(node.outgoing)):
            yield node


@book.error(
    "gateway-pointless",
    Text(
        "A gateway splits or joins: it has several incoming or several outgoing flows.",
        "网关用于分支或汇聚，必须有多个入口或多个出口。",
    ),
    Text(
        "Draw the missing flow, or remove the gateway.", "请补画顺序流，或删除该网关。"
    ),
)
def _pointless(diagram: Diagram) -> Hits:
    for node in diagram.nodes_of(*GATEWAYS - {"eventBasedGateway"}):
        if not (_several(node.incoming) or _several(node.outgoing)):
            yield node


@book.error(
    "event-gateway-single",
    Text(
        "An event gateway waits for the first of two or more events.",
        "事件网关等待两个或更多事件中最先发生的一个。",
    ),
    Text(
        "Draw the second event, or replace the gateway by the event.",
        "请补画第二个事件，或直接使用该事件而不用网关。",
    ),
)
def _single(diagram: Diagram) -> Hits:
    return (
        node
        for node in diagram.nodes_of("eventBasedGateway")
        if not _several(node.outgoing)
    )


@book.error(
    "event-gateway-condition",
    Text(
        "A flow out of an event gateway has no condition; the event decides.",
        "事件网关的出口不能有条件，由事件决定走向。",
    ),
    Text("Remove the condition.", "请删除条件。"),
)
def _condition(diagram: Diagram) -> Hits:
    return (flow for flow in _awaiting(diagram) if flow.condition is not None)


@book.error(
    "event-gateway-target",
    Text(
        "An event gateway leads to receive tasks and to events that catch a message, "
        "signal, timer or condition; {id} is none.",
        "事件网关之后只能是接收任务或捕获消息、信号、定时、条件的中间事件；{id} 不是。",
    ),
    Text(
        "Put a catching event directly behind the gateway.",
        "请在网关之后直接放一个捕获事件。",
    ),
)
def _target(diagram: Diagram) -> Hits:
    for flow in _awaiting(diagram):
        if flow.target is not None and not _may_follow(flow.target):
            yield hit(flow, id=flow.target.id)


@book.error(
    "event-gateway-mixture",
    Text(
        "Behind one event gateway there are message events or receive tasks, not both.",
        "同一事件网关之后，消息事件和接收任务不能混用。",
    ),
    Text("Use message events only.", "请统一使用消息事件。"),
)
def _mixture(diagram: Diagram) -> Hits:
    for node in diagram.nodes_of("eventBasedGateway"):
        targets = [flow.target for flow in node.outgoing if flow.target is not None]
        receives = any(target.kind == "receiveTask" for target in targets)
        if receives and any(target.has("message") for target in targets):
            yield node


@book.error(
    "event-gateway-target-boundary",
    Text(
        "A receive task behind an event gateway has no boundary events.",
        "事件网关之后的接收任务不能附着边界事件。",
    ),
    Text(
        "Draw the exception as another event behind the gateway.",
        "请把该情况画成网关之后的另一个事件。",
    ),
)
def _boundary(diagram: Diagram) -> Hits:
    for flow in _awaiting(diagram):
        target = flow.target
        if target is not None and target.kind == "receiveTask" and target.boundaries:
            yield target


@book.error(
    "event-gateway-target-shared",
    Text(
        "What waits behind an event gateway has no other incoming flow.",
        "事件网关之后的等待元素不能有其他入口。",
    ),
    Text("Repeat the event on the other path.", "请在另一条路径上另画一个事件。"),
)
def _shared(diagram: Diagram) -> Hits:
    for flow in _awaiting(diagram):
        if flow.target is not None and len(flow.target.incoming) > 1:
            yield flow.target


@book.error(
    "instantiating-incoming",
    Text(
        "What starts a process has no incoming flow.",
        "启动流程的元素不能有进入的顺序流。",
    ),
    Text(
        "Remove the flow, or the attribute instantiate.",
        "请删除顺序流或 instantiate 属性。",
    ),
)
def _instantiating(diagram: Diagram) -> Hits:
    return (node for node in diagram.nodes if node.instantiates and node.incoming)


def _several(flows: list[Flow]) -> bool:
    return len(flows) > 1


def _directed(diagram: Diagram, direction: str) -> Iterator[Node]:
    return (
        node
        for node in diagram.nodes
        if node.kind in GATEWAYS and node.element.get("gatewayDirection") == direction
    )


def _awaiting(diagram: Diagram) -> Iterator[Flow]:
    for node in diagram.nodes_of("eventBasedGateway"):
        yield from node.outgoing


def _may_follow(target: Node) -> bool:
    if target.kind == "receiveTask":
        return True
    kinds = {trigger.kind for trigger in target.triggers}
    return target.kind == "intermediateCatchEvent" and bool(kinds) and kinds <= _AWAITED
