"""Islands and dead ends: what no token reaches, and what no token leaves."""

from collections.abc import Callable, Iterable, Iterator

from engine.errors import Text
from engine.runtime.findings.diagram import Diagram, Node, Scope
from engine.runtime.findings.rules import Hits, RuleBook

book = RuleBook()


@book.error(
    "start-incoming",
    Text("A start event has no incoming flow.", "开始事件不能有进入的顺序流。"),
    Text(
        "Lead the flow to the element after the start event.",
        "请让顺序流指向开始事件之后的元素。",
    ),
)
def _start_incoming(diagram: Diagram) -> Hits:
    return (node for node in diagram.nodes_of("startEvent") if node.incoming)


@book.error(
    "end-outgoing",
    Text("An end event has no outgoing flow.", "结束事件不能有离开的顺序流。"),
    Text(
        "Use an intermediate event where the path goes on.",
        "如果路径继续，请改用中间事件。",
    ),
)
def _end_outgoing(diagram: Diagram) -> Hits:
    return (node for node in diagram.nodes_of("endEvent") if node.outgoing)


@book.error(
    "end-without-start",
    Text(
        "Where there is an end event there is a start event too.",
        "有结束事件的流程或子流程必须也有开始事件。",
    ),
    Text("Draw a start event.", "请补画开始事件。"),
)
def _end_without_start(diagram: Diagram) -> Hits:
    for scope in diagram.scopes:
        ends = list(scope.having("endEvent"))
        if ends and not _begins(scope):
            yield ends[0]


@book.error(
    "start-without-end",
    Text(
        "Where there is a start event there is an end event too.",
        "有开始事件的流程或子流程必须也有结束事件。",
    ),
    Text("Draw an end event.", "请补画结束事件。"),
)
def _start_without_end(diagram: Diagram) -> Hits:
    for scope in diagram.scopes:
        starts = list(scope.having("startEvent"))
        if starts and not any(scope.having("endEvent")):
            yield starts[0]


@book.error(
    "start-dead-end",
    Text("A start event leads somewhere.", "开始事件必须有出口。"),
    Text("Draw the flow that leaves it.", "请补画离开它的顺序流。"),
)
def _start_dead_end(diagram: Diagram) -> Hits:
    return (node for node in diagram.nodes_of("startEvent") if not node.outgoing)


@book.error(
    "end-not-reached",
    Text("An end event has an incoming flow.", "结束事件必须有进入的顺序流。"),
    Text(
        "Draw the flow that leads to it, or remove it.",
        "请补画进入它的顺序流，或删除它。",
    ),
)
def _end_not_reached(diagram: Diagram) -> Hits:
    return (node for node in diagram.nodes_of("endEvent") if not node.incoming)


@book.error(
    "island",
    Text(
        "Where a start event begins, every element has an incoming flow; nothing "
        "leads here.",
        "有开始事件时，每个元素都要有进入的顺序流；没有顺序流到达此处。",
    ),
    Text(
        "Draw the flow that leads to it, or remove it.",
        "请补画进入它的顺序流，或删除它。",
    ),
)
def _island(diagram: Diagram) -> Hits:
    for scope in diagram.scopes:
        if _begins(scope):
            yield from (
                node
                for node in scope.nodes
                if not node.incoming and node.kind != "endEvent" and not _enters(node)
            )


@book.error(
    "unreachable",
    Text(
        "Every element can be reached from a start; this one only from itself.",
        "每个元素都要能从开始处到达；该元素只能由自身所在的环到达。",
    ),
    Text(
        "Draw the flow that leads into the loop, or remove it.",
        "请补画进入该环的顺序流，或删除它。",
    ),
)
def _unreachable(diagram: Diagram) -> Hits:
    for scope in diagram.scopes:
        entries = [
            node for node in scope.nodes if _enters(node) or not _has_source(node)
        ]
        reached = _closure(entries, _next)
        yield from (node for node in scope.nodes if node not in reached)


@book.error(
    "dead-end",
    Text(
        "Where an end event ends, every path leads to one; this path just stops.",
        "有结束事件时，每条路径都要通向结束事件；该路径在此中断。",
    ),
    Text("Draw the flow that leaves it.", "请补画离开它的顺序流。"),
)
def _dead_end(diagram: Diagram) -> Hits:
    for scope in diagram.scopes:
        if any(scope.having("endEvent")):
            yield from (
                node
                for node in scope.nodes
                if not node.outgoing and node.kind != "startEvent" and not _leaves(node)
            )


@book.warning(
    "no-way-out",
    Text(
        "No path leads from here to an end; only an interruption stops it.",
        "从此处出发没有通向结束的路径，只有中断才能停止它。",
    ),
    Text("Draw a way out of the loop.", "请为该循环补画出口。"),
)
def _no_way_out(diagram: Diagram) -> Hits:
    for scope in diagram.scopes:
        exits = [node for node in scope.nodes if not list(_next(node))]
        leaving = _closure(exits, _previous)
        caught = [node for node in scope.nodes if node not in leaving]
        yield from caught[:1]


def _begins(scope: Scope) -> bool:
    return any(node.kind == "startEvent" or node.instantiates for node in scope.nodes)


def _enters(node: Node) -> bool:
    """Tell whether a token appears at ``node`` without a flow."""
    return (
        node.kind in {"startEvent", "boundaryEvent"}
        or node.instantiates
        or node.is_event_sub_process
        or node.is_handler
        or node.scope.kind == "adHocSubProcess"
        or (node.kind == "intermediateCatchEvent" and node.has("link"))
    )


def _leaves(node: Node) -> bool:
    """Tell whether a token may vanish at ``node``."""
    return (
        node.kind in {"endEvent", "boundaryEvent"}
        or node.is_event_sub_process
        or node.is_handler
        or node.scope.kind == "adHocSubProcess"
        or (node.kind == "intermediateThrowEvent" and node.has("link"))
    )


def _has_source(node: Node) -> bool:
    return any(flow.source is not None for flow in node.incoming)


def _next(node: Node) -> Iterator[Node]:
    for flow in node.outgoing:
        if flow.target is not None:
            yield flow.target
    yield from node.boundaries


def _previous(node: Node) -> Iterator[Node]:
    for flow in node.incoming:
        if flow.source is not None:
            yield flow.source
    if node.host is not None:
        yield node.host


def _closure(
    start: Iterable[Node], step: Callable[[Node], Iterable[Node]]
) -> set[Node]:
    reached = set(start)
    waiting = list(reached)
    while waiting:
        for node in step(waiting.pop()):
            if node not in reached:
                reached.add(node)
                waiting.append(node)
    return reached
