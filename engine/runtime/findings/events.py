"""Events: which definition may stand where, and what a boundary event hangs on."""

from collections.abc import Iterator

from engine.errors import Text
from engine.runtime.findings.diagram import Diagram, Node
from engine.runtime.findings.rules import Hits, RuleBook, hit

book = RuleBook()

START = frozenset({"message", "timer", "conditional", "signal"})
EVENT_SUB_PROCESS_START = START | {"escalation", "error", "compensate"}
CATCH = frozenset({"message", "timer", "conditional", "signal", "link"})
THROW = frozenset({"message", "escalation", "compensate", "signal", "link"})
BOUNDARY = EVENT_SUB_PROCESS_START | {"cancel"}
END = frozenset(
    {"message", "escalation", "error", "cancel", "compensate", "signal", "terminate"}
)
INTERRUPTING_ONLY = frozenset({"error", "cancel", "compensate"})


def allowed_triggers(node: Node) -> frozenset[str]:
    """Return the kinds of definitions that ``node`` may have where it stands."""
    if node.kind != "startEvent":
        return {
            "intermediateCatchEvent": CATCH,
            "intermediateThrowEvent": THROW,
            "boundaryEvent": BOUNDARY,
            "endEvent": END,
        }.get(node.kind, frozenset())
    owner = node.scope.owner
    if owner is None:
        return START
    return EVENT_SUB_PROCESS_START if owner.is_event_sub_process else frozenset()


@book.error(
    "event-definition-not-allowed",
    Text(
        "A {kind} definition is not allowed in {place}.",
        "{place}不能使用 {kind} 定义。",
    ),
    Text("Choose one of: {allowed}.", "请改用：{allowed}。"),
)
def _not_allowed(diagram: Diagram) -> Hits:
    for node in _events(diagram):
        allowed = allowed_triggers(node)
        for trigger in node.triggers:
            if trigger.kind not in allowed:
                yield hit(
                    node,
                    kind=trigger.kind,
                    place=_place(node),
                    allowed=_listed(allowed),
                )


@book.error(
    "event-definition-missing",
    Text(
        "{place} waits for something; nothing is said what.",
        "{place}必须说明所等待的事件。",
    ),
    Text("Add one of: {allowed}.", "请补上一种事件定义：{allowed}。"),
)
def _missing(diagram: Diagram) -> Hits:
    for node in _events(diagram):
        if not node.triggers and _must_wait(node):
            place = _place(node)
            yield hit(
                node,
                place=Text(place.en[0].upper() + place.en[1:], place.zh),
                allowed=_listed(allowed_triggers(node)),
            )


@book.error(
    "event-non-interrupting",
    Text(
        "A {kind} event always interrupts; it cannot be non-interrupting.",
        "{kind} 事件总是中断性的，不能设为非中断。",
    ),
    Text("Make the event interrupting.", "请把该事件设为中断事件。"),
)
def _non_interrupting(diagram: Diagram) -> Hits:
    for node in _events(diagram):
        if not _is_non_interrupting(node):
            continue
        for trigger in node.triggers:
            if trigger.kind in INTERRUPTING_ONLY:
                yield hit(node, kind=trigger.kind)


@book.error(
    "event-parallel-multiple",
    Text(
        "Only an intermediate event can wait until all of its definitions have "
        "happened.",
        "只有中间捕获事件可以等待其全部事件定义都发生。",
    ),
    Text(
        "Remove parallelMultiple, or put an intermediate event behind a plain one.",
        "请删除 parallelMultiple，或在普通事件之后放一个中间事件。",
    ),
)
def _parallel_multiple(diagram: Diagram) -> Hits:
    return (
        node
        for node in diagram.nodes_of("startEvent", "boundaryEvent")
        if node.flag("parallelMultiple") and len(node.triggers) > 1
    )


@book.error(
    "boundary-unattached",
    Text(
        "A boundary event hangs on an activity of its own process or sub-process.",
        "边界事件必须附着在同一流程或子流程的活动上。",
    ),
    Text("Drag the event onto the activity.", "请把该事件拖到活动的边界上。"),
)
def _unattached(diagram: Diagram) -> Hits:
    for node in diagram.nodes_of("boundaryEvent"):
        host = node.host
        if host is None or host.scope is not node.scope or not _is_activity(host):
            yield node


@book.error(
    "boundary-on-event-sub-process",
    Text(
        "An event sub-process has no boundary events.",
        "事件子流程上不能附着边界事件。",
    ),
    Text(
        "Put the content into a sub-process inside it.",
        "请把内容放进其中的子流程。",
    ),
)
def _on_event_sub_process(diagram: Diagram) -> Hits:
    for node in diagram.nodes_of("boundaryEvent"):
        if node.host is not None and node.host.is_event_sub_process:
            yield node


@book.error(
    "boundary-incoming",
    Text("A boundary event has no incoming flow.", "边界事件不能有进入的顺序流。"),
    Text("Lead the flow to the activity.", "请把顺序流连到活动上。"),
)
def _boundary_incoming(diagram: Diagram) -> Hits:
    return (node for node in diagram.nodes_of("boundaryEvent") if node.incoming)


@book.error(
    "boundary-dead-end",
    Text("A boundary event leads somewhere.", "边界事件必须有出口。"),
    Text("Draw the flow that leaves it.", "请补画离开它的顺序流。"),
)
def _boundary_dead_end(diagram: Diagram) -> Hits:
    return (
        node
        for node in diagram.nodes_of("boundaryEvent")
        if not node.outgoing and not node.has("compensate")
    )


@book.error(
    "boundary-cancel-not-transaction",
    Text(
        "A cancel boundary event hangs on a transaction.",
        "取消边界事件只能附着在事务子流程上。",
    ),
    Text(
        "Make the sub-process a transaction, or use an error event.",
        "请把该子流程改为事务，或改用错误事件。",
    ),
)
def _cancel_not_transaction(diagram: Diagram) -> Hits:
    for node in diagram.nodes_of("boundaryEvent"):
        if node.has("cancel") and not _is_kind(node.host, "transaction"):
            yield node


@book.error(
    "end-cancel-outside-transaction",
    Text(
        "A cancel end event ends a transaction and stands inside one.",
        "取消结束事件只能用在事务子流程中。",
    ),
    Text(
        "Make the sub-process a transaction, or use an error event.",
        "请把该子流程改为事务，或改用错误事件。",
    ),
)
def _end_cancel(diagram: Diagram) -> Hits:
    for node in diagram.nodes_of("endEvent"):
        if node.has("cancel") and not _inside_transaction(node):
            yield node


@book.error(
    "intermediate-incoming-missing",
    Text(
        "An intermediate event has an incoming flow, unless a link arrives there.",
        "中间事件必须有进入的顺序流，链接的到达端除外。",
    ),
    Text("Draw the flow that leads to it.", "请补画进入它的顺序流。"),
)
def _intermediate_incoming(diagram: Diagram) -> Hits:
    for node in diagram.nodes_of("intermediateCatchEvent", "intermediateThrowEvent"):
        arrives = node.kind == "intermediateCatchEvent" and node.has("link")
        if not node.incoming and not arrives:
            yield node


@book.error(
    "intermediate-outgoing-missing",
    Text(
        "An intermediate event has an outgoing flow, unless a link leaves there.",
        "中间事件必须有离开的顺序流，链接的出发端除外。",
    ),
    Text(
        "Draw the flow that leaves it, or use an end event.",
        "请补画离开它的顺序流，或改用结束事件。",
    ),
)
def _intermediate_outgoing(diagram: Diagram) -> Hits:
    for node in diagram.nodes_of("intermediateCatchEvent", "intermediateThrowEvent"):
        leaves = node.kind == "intermediateThrowEvent" and node.has("link")
        if not node.outgoing and not leaves:
            yield node


def _events(diagram: Diagram) -> Iterator[Node]:
    return (node for node in diagram.nodes if node.kind.endswith("Event"))


def _must_wait(node: Node) -> bool:
    owner = node.scope.owner
    if node.kind == "startEvent":
        return owner is not None and owner.is_event_sub_process
    return node.kind in {"intermediateCatchEvent", "boundaryEvent"}


def _is_non_interrupting(node: Node) -> bool:
    if node.kind == "boundaryEvent":
        return not node.flag("cancelActivity", default=True)
    return node.kind == "startEvent" and not node.flag("isInterrupting", default=True)


def _is_activity(node: Node) -> bool:
    return not node.kind.endswith(("Event", "Gateway"))


def _is_kind(node: Node | None, kind: str) -> bool:
    return node is not None and node.kind == kind


def _inside_transaction(node: Node) -> bool:
    owner = node.scope.owner
    while owner is not None:
        if owner.kind == "transaction":
            return True
        owner = owner.scope.owner
    return False


def _place(node: Node) -> Text:
    owner = node.scope.owner
    if node.kind == "startEvent" and owner is not None:
        if owner.is_event_sub_process:
            return Text(
                "the start event of an event sub-process", "事件子流程的开始事件"
            )
        return Text("the start event of a sub-process", "子流程的开始事件")
    return {
        "startEvent": Text("the start event of a process", "流程的开始事件"),
        "endEvent": Text("an end event", "结束事件"),
        "boundaryEvent": Text("a boundary event", "边界事件"),
        "intermediateThrowEvent": Text("an intermediate throw event", "中间抛出事件"),
    }.get(node.kind, Text("an intermediate catch event", "中间捕获事件"))


def _listed(kinds: frozenset[str]) -> Text:
    names = ", ".join(sorted(kinds))
    return Text(names or "none", names or "无")
