"""What an event definition says: its message, signal, error, link or compensation."""

from collections.abc import Iterator

from engine.errors import Text
from engine.runtime import xml
from engine.runtime.describe import ACTIVITIES
from engine.runtime.findings.diagram import Diagram, Node, Trigger
from engine.runtime.findings.rules import Hits, RuleBook, hit
from engine.runtime.xml import Element

book = RuleBook()
_ENDS = ("sourceRef", "targetRef")


@book.error(
    "message-missing",
    Text(
        "A message event or receive task says which message; without it nothing can "
        "be delivered.",
        "消息事件和接收任务必须指明消息，否则无法投递。",
    ),
    Text("Choose a message.", "请选择一个消息。"),
)
def _message_missing(diagram: Diagram) -> Hits:
    for node, trigger in _triggers(diagram, "message"):
        if trigger.element.get("messageRef") is None:
            yield node
    for node in diagram.nodes_of("receiveTask"):
        if node.element.get("messageRef") is None and not _sends_operation(node):
            yield node


@book.error(
    "message-without-operation",
    Text(
        "Message {message} is typed by an item definition and so belongs to a service "
        "interface; the event does not say to which operation.",
        "消息 {message} 有数据类型（itemRef），属于服务接口，但事件未指明是哪个操作。",
    ),
    Text(
        "Add the operationRef, or remove the itemRef of the message; untyped messages "
        "are matched by their name.",
        "请补上 operationRef，或删除消息的 itemRef；无类型的消息按名称匹配。",
    ),
)
def _message_without_operation(diagram: Diagram) -> Hits:
    for node, trigger in _triggers(diagram, "message"):
        message = diagram.target(trigger.element, "messageRef")
        if message is None or message.get("itemRef") is None:
            continue
        if xml.child(trigger.element, "operationRef") is None:
            yield hit(node, message=message.get("name") or message.get("id") or "")


@book.error(
    "signal-missing",
    Text("A signal event says which signal.", "信号事件必须指明信号。"),
    Text("Choose a signal.", "请选择一个信号。"),
)
def _signal_missing(diagram: Diagram) -> Hits:
    for node, trigger in _triggers(diagram, "signal"):
        if trigger.element.get("signalRef") is None:
            yield node


@book.error(
    "escalation-code-missing",
    Text(
        "An event that escalates names an escalation with a code.",
        "抛出升级的事件必须指明带代码（escalationCode）的升级。",
    ),
    Text(
        "Choose an escalation and give it an escalationCode.",
        "请选择一个升级并设置 escalationCode。",
    ),
)
def _escalation_code(diagram: Diagram) -> Hits:
    for node, trigger in _triggers(diagram, "escalation"):
        escalation = diagram.target(trigger.element, "escalationRef")
        thrown = node.kind in {"endEvent", "intermediateThrowEvent"}
        if thrown and (escalation is None or not escalation.get("escalationCode")):
            yield node


@book.error(
    "error-code-missing",
    Text(
        "An end event that raises an error names an error with a code.",
        "抛出错误的结束事件必须指明带代码（errorCode）的错误。",
    ),
    Text(
        "Choose an error and give it an errorCode.",
        "请选择一个错误并设置 errorCode。",
    ),
)
def _error_code(diagram: Diagram) -> Hits:
    for node, trigger in _triggers(diagram, "error"):
        error = diagram.target(trigger.element, "errorRef")
        if node.kind == "endEvent" and (error is None or not error.get("errorCode")):
            yield node


@book.error(
    "condition-missing",
    Text(
        "A conditional event has a condition.",
        "条件事件必须写明条件。",
    ),
    Text(
        'Write the condition in FEEL with xsi:type="tFormalExpression".',
        "请用 FEEL 写明条件，并标注 xsi:type=“tFormalExpression”。",
    ),
)
def _condition_missing(diagram: Diagram) -> Hits:
    for node, trigger in _triggers(diagram, "conditional"):
        if not xml.text_of(xml.child(trigger.element, "condition")):
            yield node


@book.error(
    "link-in-and-out",
    Text(
        "A link is left or arrived at: no flow leaves where it is thrown and none "
        "leads to where it is caught.",
        "链接的出发端不能有离开的顺序流，到达端不能有进入的顺序流。",
    ),
    Text("Remove the flow.", "请删除该顺序流。"),
)
def _link_in_and_out(diagram: Diagram) -> Hits:
    for node, _ in _triggers(diagram, "link"):
        throws = node.kind == "intermediateThrowEvent"
        catches = node.kind == "intermediateCatchEvent"
        if (throws and node.outgoing) or (catches and node.incoming):
            yield node


@book.error(
    "link-without-target",
    Text(
        "A link that is thrown has exactly one event where it arrives.",
        "抛出的链接必须恰有一个到达事件。",
    ),
    Text(
        "Draw a catching link event of the same name in the same process.",
        "请在同一流程中画一个同名的链接捕获事件。",
    ),
)
def _link_without_target(diagram: Diagram) -> Hits:
    for node, trigger in _links(diagram, "intermediateThrowEvent"):
        named = list(xml.children(trigger.element, "target"))
        if not named and len(_partners(node, trigger, "intermediateCatchEvent")) != 1:
            yield node


@book.error(
    "link-without-source",
    Text(
        "A link that is caught is thrown somewhere in the same process.",
        "捕获的链接必须在同一流程中有抛出它的事件。",
    ),
    Text(
        "Draw a throwing link event of the same name, or remove this one.",
        "请画一个同名的链接抛出事件，或删除该事件。",
    ),
)
def _link_without_source(diagram: Diagram) -> Hits:
    for node, trigger in _links(diagram, "intermediateCatchEvent"):
        named = list(xml.children(trigger.element, "source"))
        if not named and not _partners(node, trigger, "intermediateThrowEvent"):
            yield node


@book.error(
    "link-not-mutual",
    Text(
        "Both ends of a link name each other; {other} does not name {this}.",
        "链接两端必须互相指明；{other} 没有指明 {this}。",
    ),
    Text(
        "Correct source and target of the two links.",
        "请改正两个链接的 source 和 target。",
    ),
)
def _link_not_mutual(diagram: Diagram) -> Hits:
    ends = (
        ("intermediateThrowEvent", "target", "source"),
        ("intermediateCatchEvent", "source", "target"),
    )
    for kind, there, back in ends:
        for node, trigger in _links(diagram, kind):
            for other in _named(diagram, trigger.element, there):
                named = _named(diagram, other, back)
                if named and trigger.element not in named:
                    yield hit(node, other=other.get("id") or "", this=node.id)


@book.error(
    "link-crosses-scope",
    Text(
        "A link stays within one process or sub-process.",
        "链接不得跨越流程或子流程的边界。",
    ),
    Text(
        "Use a sequence flow of the outer process instead.", "请改用外层流程的顺序流。"
    ),
)
def _link_crosses_scope(diagram: Diagram) -> Hits:
    for node, trigger in _links(diagram, "intermediateThrowEvent"):
        for other in _named(diagram, trigger.element, "target"):
            event = other.getparent()
            if event is not None and event.getparent() is not node.scope.element:
                yield node


@book.error(
    "compensation-handler-missing",
    Text(
        "A compensation boundary event is joined by one association to the activity "
        "that undoes the work.",
        "补偿边界事件必须用关联连接到执行补偿的活动。",
    ),
    Text(
        "Draw an association from the event to the compensating activity.",
        "请从该事件画一条关联到补偿活动。",
    ),
)
def _handler_missing(diagram: Diagram) -> Hits:
    for node in diagram.nodes_of("boundaryEvent"):
        if node.has("compensate") and len(_handlers(diagram, node)) != 1:
            yield node


@book.error(
    "compensation-handler-not-marked",
    Text(
        "The activity that undoes the work is marked as compensation.",
        "执行补偿的活动必须标记为补偿活动。",
    ),
    Text('Set isForCompensation="true" on it.', "请设置 isForCompensation=“true”。"),
)
def _handler_not_marked(diagram: Diagram) -> Hits:
    for node in diagram.nodes_of("boundaryEvent"):
        if node.has("compensate"):
            yield from (
                found for found in _handlers(diagram, node) if not found.is_handler
            )


@book.error(
    "compensation-boundary-outgoing",
    Text(
        "No flow leaves a compensation boundary event; it is joined by an association.",
        "补偿边界事件不能有离开的顺序流，只能用关联连接。",
    ),
    Text("Replace the flow by an association.", "请把顺序流改为关联。"),
)
def _compensation_outgoing(diagram: Diagram) -> Hits:
    return (
        node
        for node in diagram.nodes_of("boundaryEvent")
        if node.has("compensate") and node.outgoing
    )


@book.error(
    "compensation-handler-flow",
    Text(
        "An activity for compensation stands outside the flow.",
        "补偿活动位于正常流程之外，不能有顺序流。",
    ),
    Text(
        "Remove its flows, or isForCompensation.",
        "请删除其顺序流，或取消 isForCompensation。",
    ),
)
def _handler_flow(diagram: Diagram) -> Hits:
    return (
        node
        for node in diagram.nodes
        if node.is_handler and (node.incoming or node.outgoing)
    )


def _triggers(diagram: Diagram, kind: str) -> Iterator[tuple[Node, Trigger]]:
    for node in diagram.nodes:
        for trigger in node.triggers:
            if trigger.kind == kind:
                yield node, trigger


def _links(diagram: Diagram, kind: str) -> Iterator[tuple[Node, Trigger]]:
    return (found for found in _triggers(diagram, "link") if found[0].kind == kind)


def _partners(node: Node, trigger: Trigger, kind: str) -> list[Node]:
    """Return the other ends of a link in the same scope, matched by the link's name."""
    name = trigger.element.get("name")
    return [
        other
        for other in node.scope.having(kind)
        for found in other.triggers
        if found.kind == "link" and found.element.get("name") == name
    ]


def _named(diagram: Diagram, link: Element, end: str) -> list[Element]:
    """Return the links that ``link`` names as its ``source`` or ``target``."""
    found = (diagram.pointed(pointer) for pointer in xml.children(link, end))
    return [
        other
        for other in found
        if other is not None and xml.local_name(other) == "linkEventDefinition"
    ]


def _handlers(diagram: Diagram, event: Node) -> list[Node]:
    found: list[Node] = []
    for association in diagram.all_of("association"):
        ends = [xml.reference(association, association.get(end)) for end in _ENDS]
        if event.id in ends:
            nodes = (diagram.node(end) for end in ends if end != event.id)
            found += [node for node in nodes if node and node.kind in ACTIVITIES]
    return found


def _sends_operation(node: Node) -> bool:
    return node.element.get("operationRef") is not None
