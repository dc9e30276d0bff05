"""Sub-processes: embedded, event, ad-hoc and transactions."""

from engine.errors import Text
from engine.runtime import xml
from engine.runtime.describe import ACTIVITIES, SUB_PROCESSES
from engine.runtime.findings.diagram import Diagram, Scope
from engine.runtime.findings.rules import Hits, RuleBook

book = RuleBook()


@book.error(
    "event-sub-process-flow",
    Text(
        "An event starts an event sub-process; no flow leads to it or from it.",
        "事件子流程由事件启动，不能有进入或离开的顺序流。",
    ),
    Text(
        "Remove the flow, or make it an embedded sub-process.",
        "请删除顺序流，或改为嵌入式子流程。",
    ),
)
def _flow(diagram: Diagram) -> Hits:
    return (
        node
        for node in diagram.nodes
        if node.is_event_sub_process and (node.incoming or node.outgoing)
    )


@book.error(
    "event-sub-process-start",
    Text(
        "An event sub-process has exactly one start event.",
        "事件子流程必须恰有一个开始事件。",
    ),
    Text(
        "Draw one start event; use one event sub-process for each event.",
        "请只画一个开始事件；每种事件各用一个事件子流程。",
    ),
)
def _start(diagram: Diagram) -> Hits:
    return (
        scope.element
        for scope in diagram.scopes
        if scope.owner is not None
        and scope.owner.is_event_sub_process
        and len(list(scope.having("startEvent"))) != 1
    )


@book.error(
    "sub-process-several-starts",
    Text(
        "A sub-process begins at one place; this one has several start events.",
        "子流程只能从一处开始，该子流程有多个开始事件。",
    ),
    Text("Use one start event and a gateway.", "请只用一个开始事件，再用网关分支。"),
)
def _several_starts(diagram: Diagram) -> Hits:
    return (
        scope.element
        for scope in diagram.scopes
        if scope.kind in {"subProcess", "transaction"}
        and scope.owner is not None
        and not scope.owner.is_event_sub_process
        and len(list(scope.having("startEvent"))) > 1
    )


@book.error(
    "ad-hoc-empty",
    Text(
        "An ad-hoc sub-process holds at least one activity.",
        "即兴（ad-hoc）子流程至少要有一个活动。",
    ),
    Text("Draw an activity in it.", "请在其中画一个活动。"),
)
def _ad_hoc_empty(diagram: Diagram) -> Hits:
    return (
        scope.element
        for scope in _ad_hoc(diagram)
        if not any(node.kind in ACTIVITIES for node in scope.nodes)
    )


@book.error(
    "ad-hoc-start-or-end",
    Text(
        "An ad-hoc sub-process has no start and no end event; its activities start "
        "by themselves.",
        "即兴子流程不能有开始或结束事件，其活动自行启动。",
    ),
    Text("Remove the event.", "请删除该事件。"),
)
def _ad_hoc_start_or_end(diagram: Diagram) -> Hits:
    for scope in _ad_hoc(diagram):
        yield from scope.having("startEvent", "endEvent")


@book.error(
    "sub-process-io",
    Text(
        "An embedded sub-process sees the data around it and has no ioSpecification.",
        "嵌入式子流程直接使用外层数据，不能有 ioSpecification。",
    ),
    Text(
        "Remove the ioSpecification, or call a process instead.",
        "请删除 ioSpecification，或改用调用活动。",
    ),
)
def _io(diagram: Diagram) -> Hits:
    for element in diagram.executable(*SUB_PROCESSES):
        if xml.child(element, "ioSpecification") is not None:
            yield element


def _ad_hoc(diagram: Diagram) -> list[Scope]:
    return [scope for scope in diagram.scopes if scope.kind == "adHocSubProcess"]
