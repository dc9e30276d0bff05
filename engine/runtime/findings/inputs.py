"""Input and output specifications: sets that fit their data and each other."""

from collections.abc import Iterator

from engine.errors import Text
from engine.runtime import xml
from engine.runtime.findings.diagram import Diagram
from engine.runtime.findings.items import item_of, same_item
from engine.runtime.findings.rules import Hits, RuleBook, hit
from engine.runtime.xml import Element

book = RuleBook()


@book.error(
    "data-input-unused",
    Text(
        "A data input belongs to an input set; {id} belongs to none.",
        "数据输入必须属于某个 inputSet；{id} 不属于任何一个。",
    ),
    Text("Add it to an input set, or remove it.", "请把它加入 inputSet，或删除它。"),
)
def _input_unused(diagram: Diagram) -> Hits:
    return _outside_sets(diagram, "dataInput", "inputSet", "dataInputRefs")


@book.error(
    "data-output-unused",
    Text(
        "A data output belongs to an output set; {id} belongs to none.",
        "数据输出必须属于某个 outputSet；{id} 不属于任何一个。",
    ),
    Text("Add it to an output set, or remove it.", "请把它加入 outputSet，或删除它。"),
)
def _output_unused(diagram: Diagram) -> Hits:
    return _outside_sets(diagram, "dataOutput", "outputSet", "dataOutputRefs")


@book.error(
    "data-set-optional",
    Text(
        "What a set calls optional or needed while running is one of its own data; "
        "{id} is not.",
        "集合中标为可选或执行中使用的数据必须属于该集合；{id} 不属于。",
    ),
    Text("List it in the same set too.", "请同时把它列入该集合。"),
)
def _set_optional(diagram: Diagram) -> Hits:
    tables = (
        ("inputSet", "dataInputRefs", ("optionalInputRefs", "whileExecutingInputRefs")),
        (
            "outputSet",
            "dataOutputRefs",
            ("optionalOutputRefs", "whileExecutingOutputRefs"),
        ),
    )
    for name, members, special in tables:
        for found in diagram.executable(name):
            listed = set(_ids(found, members))
            for wanted in _ids(found, *special):
                if wanted not in listed:
                    yield hit(found, id=wanted)


@book.error(
    "data-set-not-mutual",
    Text(
        "Input set and output set that belong together name each other; {other} does "
        "not name {set}.",
        "相互关联的 inputSet 与 outputSet 必须互相指明；{other} 没有指明 {set}。",
    ),
    Text(
        "Correct inputSetRefs and outputSetRefs.",
        "请改正 inputSetRefs 和 outputSetRefs。",
    ),
)
def _set_not_mutual(diagram: Diagram) -> Hits:
    tables = (
        ("inputSet", "outputSetRefs", "inputSetRefs"),
        ("outputSet", "inputSetRefs", "outputSetRefs"),
    )
    for name, there, back in tables:
        for found in diagram.executable(name):
            for wanted in _ids(found, there):
                other = diagram.by_id.get(wanted)
                if other is not None and found.get("id") not in _ids(other, back):
                    yield hit(found, set=found.get("id") or name, other=wanted)


@book.error(
    "service-binding-missing",
    Text(
        "What is offered as a service binds its data to the service's operations.",
        "作为服务提供的流程或全局任务必须用 ioBinding 绑定数据与操作。",
    ),
    Text(
        "Add an ioBinding, or remove supportedInterfaceRef.",
        "请补上 ioBinding，或删除 supportedInterfaceRef。",
    ),
)
def _binding_missing(diagram: Diagram) -> Hits:
    for found in _services(diagram):
        if xml.child(found, "ioBinding") is None:
            yield found


@book.error(
    "service-binding-type",
    Text(
        "Bound data has the type of the operation's message; {data} differs.",
        "绑定的数据类型必须与操作的消息相同；{data} 不同。",
    ),
    Text("Use the item definition of the message.", "请使用该消息的数据类型。"),
)
def _binding_type(diagram: Diagram) -> Hits:
    ends = (("inputDataRef", "inMessageRef"), ("outputDataRef", "outMessageRef"))
    for binding in diagram.executable("ioBinding"):
        operation = diagram.target(binding, "operationRef")
        for data_ref, message_ref in ends:
            data = diagram.target(binding, data_ref)
            if operation is None or data is None:
                continue
            message = diagram.pointed(xml.child(operation, message_ref))
            if not _agree(diagram, data, message):
                yield hit(binding, data=data.get("id") or "")


@book.error(
    "operation-sets",
    Text(
        "A service task that calls an operation has one input set and at most one "
        "output set.",
        "调用操作的服务任务必须恰有一个 inputSet，且至多一个 outputSet。",
    ),
    Text("Correct its ioSpecification.", "请改正其 ioSpecification。"),
)
def _operation_sets(diagram: Diagram) -> Hits:
    for node in diagram.nodes_of("serviceTask"):
        if node.element.get("operationRef") is None:
            continue
        if (
            _count(node.element, "inputSet") != 1
            or _count(node.element, "outputSet") > 1
        ):
            yield node


@book.error(
    "operation-types",
    Text(
        "A service task gives and takes data of the operation's messages; {data} is "
        "of another type.",
        "服务任务的数据类型必须与操作的消息相同；{data} 不同。",
    ),
    Text("Use the item definitions of the messages.", "请使用消息的数据类型。"),
)
def _operation_types(diagram: Diagram) -> Hits:
    pairs = (("dataInput", "inMessageRef"), ("dataOutput", "outMessageRef"))
    for node in diagram.nodes_of("serviceTask"):
        operation = diagram.target(node.element, "operationRef")
        for data_name, message_ref in pairs:
            if operation is None:
                continue
            message = diagram.pointed(xml.child(operation, message_ref))
            for data in _data(node.element, data_name):
                if not _agree(diagram, data, message):
                    yield hit(node, data=data.get("id") or "")


@book.error(
    "message-sets",
    Text(
        "A task that sends or receives a message has one set and one data element for "
        "it at most.",
        "发送或接收消息的任务至多有一个集合和一个数据。",
    ),
    Text("Keep one set with one data element.", "请只保留一个集合和一个数据。"),
)
def _message_sets(diagram: Diagram) -> Hits:
    tables = (
        ("sendTask", "inputSet", "dataInput"),
        ("receiveTask", "outputSet", "dataOutput"),
    )
    for kind, set_name, data_name in tables:
        for node in diagram.nodes_of(kind):
            if node.element.get("messageRef") is None:
                continue
            if (
                _count(node.element, set_name) > 1
                or _count(node.element, data_name) > 1
            ):
                yield node


@book.error(
    "message-types",
    Text(
        "The data of a send or receive task has the type of the message; {data} "
        "differs.",
        "发送或接收任务的数据类型必须与消息相同；{data} 不同。",
    ),
    Text("Use the item definition of the message.", "请使用该消息的数据类型。"),
)
def _message_types(diagram: Diagram) -> Hits:
    for kind, data_name in (("sendTask", "dataInput"), ("receiveTask", "dataOutput")):
        for node in diagram.nodes_of(kind):
            message = diagram.target(node.element, "messageRef")
            if message is None or item_of(diagram, message) is None:
                continue
            for data in _data(node.element, data_name):
                if not same_item(
                    diagram, item_of(diagram, data), item_of(diagram, message)
                ):
                    yield hit(node, data=data.get("id") or "")


def _outside_sets(diagram: Diagram, data: str, set_name: str, members: str) -> Hits:
    listed = {
        wanted for found in diagram.all_of(set_name) for wanted in _ids(found, members)
    }
    for found in diagram.executable(data):
        if (data_id := found.get("id")) is not None and data_id not in listed:
            yield hit(found, id=data_id)


def _ids(holder: Element, *names: str) -> list[str]:
    return [xml.reference(found, found.text) for found in xml.children(holder, *names)]


def _services(diagram: Diagram) -> Iterator[Element]:
    for found in diagram.executable("supportedInterfaceRef"):
        if (holder := found.getparent()) is not None:
            yield holder


def _data(task: Element, name: str) -> list[Element]:
    specification = xml.child(task, "ioSpecification")
    return [] if specification is None else list(xml.children(specification, name))


def _count(task: Element, name: str) -> int:
    return len(_data(task, name))


def _agree(diagram: Diagram, data: Element, message: Element | None) -> bool:
    left, right = item_of(diagram, data), item_of(diagram, message)
    return left is None or right is None or same_item(diagram, left, right)
