"""Item definitions: data that meets is of the same type."""

from collections.abc import Iterator

from engine.errors import Text
from engine.runtime import xml
from engine.runtime.findings.diagram import TRUE, Diagram
from engine.runtime.findings.rules import Hits, RuleBook, hit
from engine.runtime.xml import Element

book = RuleBook()

_CARRIERS = {"message": "itemRef", "signal": "structureRef", "error": "structureRef"}
_CARRIERS["escalation"] = "structureRef"


def same_item(diagram: Diagram, left: str | None, right: str | None) -> bool:
    """Tell whether two item definitions, given by id, describe the same data.

    They do when they are one, or when both name the same structure.
    """
    if left == right:
        return True
    first, second = diagram.by_id.get(left or ""), diagram.by_id.get(right or "")
    if first is None or second is None:
        return False
    structure = first.get("structureRef")
    return structure is not None and structure == second.get("structureRef")


def item_of(diagram: Diagram, holder: Element | None) -> str | None:
    """Return the id of the item definition of a data element or a message.

    A reference to a data object or store has the type of what it refers to.
    """
    if holder is None:
        return None
    for reference in ("dataObjectRef", "dataStoreRef"):
        if (meant := diagram.target(holder, reference)) is not None:
            holder = meant
    attribute = _CARRIERS.get(xml.local_name(holder), "itemSubjectRef")
    value = holder.get(attribute)
    return None if value is None else xml.reference(holder, value)


@book.error(
    "item-collection",
    Text(
        "Data and its item definition agree whether it is a list; {item} and {data} "
        "do not.",
        "数据与其数据类型对“是否列表”的说明必须一致；{item} 与 {data} 不一致。",
    ),
    Text(
        "Set isCollection to the same value at both.",
        "请在两处设置相同的 isCollection。",
    ),
)
def _collection(diagram: Diagram) -> Hits:
    for data in diagram.executable("dataObject", "dataInput", "dataOutput"):
        item = diagram.target(data, "itemSubjectRef")
        if item is None:
            continue
        if (data.get("isCollection") in TRUE) != (item.get("isCollection") in TRUE):
            yield hit(data, data=data.get("id") or "", item=item.get("id") or "")


@book.error(
    "association-types",
    Text(
        "A data association joins data of one type; {source} and {target} differ.",
        "数据关联两端的类型必须相同；{source} 与 {target} 不同。",
    ),
    Text(
        "Use one item definition for both, or add a transformation.",
        "请使用同一数据类型，或补上 transformation。",
    ),
)
def _association_types(diagram: Diagram) -> Hits:
    for found in _plain_associations(diagram):
        source = diagram.pointed(xml.child(found, "sourceRef"))
        target = diagram.pointed(xml.child(found, "targetRef"))
        left, right = item_of(diagram, source), item_of(diagram, target)
        if left is None or right is None or source is None or target is None:
            continue
        if not same_item(diagram, left, right):
            yield hit(
                found, source=source.get("id") or "", target=target.get("id") or ""
            )


@book.error(
    "association-sources",
    Text(
        "Without a transformation a data association has one source.",
        "没有 transformation 的数据关联只能有一个来源。",
    ),
    Text(
        "Split the association, or add a transformation.",
        "请拆分关联，或补上 transformation。",
    ),
)
def _association_sources(diagram: Diagram) -> Hits:
    for found in _plain_associations(diagram):
        if len(list(xml.children(found, "sourceRef"))) > 1:
            yield found


@book.error(
    "association-direction",
    Text(
        "A data association takes from an input and gives to an output of what is "
        "around it; {id} is used the other way round.",
        "数据关联只能读取外层的输入、写入外层的输出；{id} 用反了。",
    ),
    Text(
        "Read data inputs and write data outputs of the process.",
        "请读取流程的数据输入，写入流程的数据输出。",
    ),
)
def _association_direction(diagram: Diagram) -> Hits:
    wrong = (
        ("dataOutputAssociation", "targetRef", "dataInput"),
        ("dataInputAssociation", "sourceRef", "dataOutput"),
    )
    for name, end, kind in wrong:
        for found in diagram.executable(name):
            for pointer in xml.children(found, end):
                meant = diagram.pointed(pointer)
                if meant is not None and xml.local_name(meant) == kind:
                    yield hit(found, id=meant.get("id") or "")


@book.warning(
    "data-object-name",
    Text(
        "A data object in a state is called after both: {wanted}.",
        "处于某状态的数据对象，其名称应为“{wanted}”。",
    ),
    Text("Rename the reference.", "请改名。"),
)
def _data_object_name(diagram: Diagram) -> Hits:
    for found in diagram.executable("dataObjectReference"):
        state = xml.child(found, "dataState")
        meant = diagram.target(found, "dataObjectRef")
        if state is None or meant is None or not found.get("name"):
            continue
        wanted = f"{meant.get('name') or ''} [{state.get('name') or ''}]"
        if found.get("name") != wanted:
            yield hit(found, wanted=wanted)


@book.error(
    "event-data-count",
    Text(
        "An event with data has one data element for each of its definitions.",
        "带数据的事件，其数据个数必须与事件定义个数相同。",
    ),
    Text(
        "Add the missing dataInput or dataOutput, or remove them all.",
        "请补上缺少的 dataInput 或 dataOutput，或全部删除。",
    ),
)
def _event_data_count(diagram: Diagram) -> Hits:
    for node in diagram.nodes:
        if node.kind.endswith("Event"):
            data = list(xml.children(node.element, "dataInput", "dataOutput"))
            if data and len(data) != len(node.triggers):
                yield node


@book.error(
    "event-data-type",
    Text(
        "The data of an event has the type of what the event carries; {data} differs.",
        "事件的数据类型必须与事件所携带的类型相同；{data} 不同。",
    ),
    Text(
        "Use the item definition of the message, signal, error or escalation.",
        "请使用消息、信号、错误或升级的数据类型。",
    ),
)
def _event_data_type(diagram: Diagram) -> Hits:
    for node in diagram.nodes:
        if not node.kind.endswith("Event"):
            continue
        carrying = [trigger for trigger in node.triggers if trigger.kind in _CARRIERS]
        data = xml.children(node.element, "dataInput", "dataOutput")
        for trigger, found in zip(carrying, data, strict=False):
            carried = diagram.target(trigger.element, f"{trigger.kind}Ref")
            left, right = item_of(diagram, carried), item_of(diagram, found)
            if left and right and not same_item(diagram, left, right):
                yield hit(node, data=found.get("id") or "")


def _plain_associations(diagram: Diagram) -> Iterator[Element]:
    for found in diagram.executable("dataInputAssociation", "dataOutputAssociation"):
        if xml.child(found, "transformation") is None:
            yield found
