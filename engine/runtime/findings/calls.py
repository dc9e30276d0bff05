"""Call activities: what they call, and what goes in and comes out."""

from collections.abc import Iterator

from engine.errors import Text
from engine.runtime import extensions, xml
from engine.runtime.describe import GLOBAL_TASKS
from engine.runtime.findings.diagram import TRUE, Diagram, Node
from engine.runtime.findings.items import item_of, same_item
from engine.runtime.findings.rules import Hits, RuleBook, hit
from engine.runtime.xml import Element

book = RuleBook()


@book.error(
    "call-target-missing",
    Text("A call activity says what it calls.", "调用活动必须指明所调用的流程。"),
    Text(
        "Set calledElement to the id of a process.", "请把 calledElement 设为流程 id。"
    ),
)
def _target_missing(diagram: Diagram) -> Hits:
    return (
        node
        for node in diagram.nodes_of("callActivity")
        if not extensions.called_element(node.element)
    )


@book.error(
    "process-unknown",
    Text(
        "A call activity calls a process or global task that is there; {id} is neither "
        "in this deployment nor deployed.",
        "调用活动所调用的流程或全局任务必须存在；{id} 既不在本次部署中，也未部署过。",
    ),
    Text(
        "Correct the id, or deploy the called process along.",
        "请改正 id，或一并部署该流程。",
    ),
)
def _process_unknown(diagram: Diagram) -> Hits:
    known = diagram.around.known.processes
    for node in diagram.nodes_of("callActivity"):
        wanted = extensions.called_element(node.element)
        if not wanted or wanted in diagram.around.processes or known is None:
            continue
        if wanted not in known:
            yield hit(node, id=wanted)


@book.error(
    "called-start-missing",
    Text(
        "A called process has a start event without a trigger; {id} only starts by "
        "events.",
        "被调用的流程必须有无触发条件的开始事件；{id} 只能由事件启动。",
    ),
    Text(
        "Add a plain start event to the called process, or send it a message instead.",
        "请给被调用的流程加一个普通开始事件，或改为向它发送消息。",
    ),
)
def _start_missing(diagram: Diagram) -> Hits:
    for node, called in _calls(diagram):
        starts = list(xml.children(called, "startEvent"))
        if starts and all(_is_triggered(start) for start in starts):
            yield hit(node, id=called.get("id") or "")


@book.error(
    "called-not-executable",
    Text(
        "A called process can run; {id} is marked as not executable.",
        "被调用的流程必须可执行；{id} 标记为不可执行。",
    ),
    Text('Set isExecutable="true" on it.', "请设置 isExecutable=“true”。"),
)
def _not_executable(diagram: Diagram) -> Hits:
    for node, called in _calls(diagram):
        if called.get("isExecutable", "true") not in TRUE:
            yield hit(node, id=called.get("id") or "")


@book.error(
    "call-data-differs",
    Text(
        "A call activity that lists its inputs and outputs lists those of {id}: "
        "{name} does not match.",
        "列出输入输出的调用活动必须与 {id} 的输入输出一致：{name} 不匹配。",
    ),
    Text(
        "Make the ioSpecification the same as the called one's, or remove it.",
        "请使 ioSpecification 与被调用者一致，或删除它。",
    ),
)
def _data_differs(diagram: Diagram) -> Hits:
    for node, called in _calls(diagram):
        ours, theirs = (
            xml.child(end, "ioSpecification") for end in (node.element, called)
        )
        if ours is not None and theirs is not None:
            for name in ("dataInput", "dataOutput"):
                if not _match(diagram, ours, theirs, name):
                    yield hit(node, id=called.get("id") or "", name=name)


def _calls(diagram: Diagram) -> Iterator[tuple[Node, Element]]:
    """Yield the call activities whose target is among the files, with the target."""
    for node in diagram.nodes_of("callActivity"):
        wanted = extensions.called_element(node.element)
        for holder in diagram.around.processes.get(wanted, [])[:1]:
            called = holder.by_id.get(wanted)
            if called is not None and xml.local_name(called) in GLOBAL_TASKS | {
                "process"
            }:
                yield node, called


def _is_triggered(start: Element) -> bool:
    return any(
        xml.local_name(found) == "eventDefinitionRef"
        or xml.local_name(found).endswith("EventDefinition")
        for found in start.iterchildren()
    )


def _match(diagram: Diagram, ours: Element, theirs: Element, name: str) -> bool:
    """Tell whether both list the same number of data elements of the same types."""
    wanted = [item_of(diagram, found) for found in xml.children(theirs, name)]
    for found in xml.children(ours, name):
        item = item_of(diagram, found)
        fitting = [other for other in wanted if same_item(diagram, item, other)]
        if not fitting:
            return False
        wanted.remove(fitting[0])
    return not wanted
