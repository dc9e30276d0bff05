"""Activities: how often they run, and who is to do them."""

from collections.abc import Iterator

from engine.errors import Text
from engine.runtime import xml
from engine.runtime.describe import ACTIVITIES
from engine.runtime.findings.diagram import Diagram, Node
from engine.runtime.findings.rules import Hits, RuleBook, hit
from engine.runtime.xml import Element

book = RuleBook()

_MULTIPLE = "multiInstanceLoopCharacteristics"
_LOOP = "standardLoopCharacteristics"


@book.error(
    "token-quantity",
    Text(
        "{attribute} is at least 1, but it is {value}.",
        "{attribute} 不得小于 1，此处为 {value}。",
    ),
    Text("Write 1 or more, or leave it out.", "请写 1 或更大的数，或省略它。"),
)
def _quantity(diagram: Diagram) -> Hits:
    for node in _activities(diagram):
        for attribute in ("startQuantity", "completionQuantity"):
            value = node.element.get(attribute)
            if (number := _integer(value)) is not None and number < 1:
                yield hit(node, attribute=attribute, value=value or "")


@book.error(
    "loop-twice",
    Text(
        "An activity has one loop marker: either it repeats, or it has several "
        "instances.",
        "活动只能有一种循环标记：重复循环或多实例。",
    ),
    Text(
        "Remove one of the markers, or put the activity into a sub-process.",
        "请删除其中一种标记，或把活动放进子流程。",
    ),
)
def _loop_twice(diagram: Diagram) -> Hits:
    for node in _activities(diagram):
        if len(list(xml.children(node.element, _LOOP, _MULTIPLE))) > 1:
            yield node


@book.error(
    "loop-endless",
    Text(
        "A loop says when it ends: by a condition or by a maximum.",
        "循环必须有结束条件或最大次数。",
    ),
    Text(
        "Write loopCondition or loopMaximum.", "请写明 loopCondition 或 loopMaximum。"
    ),
)
def _loop_endless(diagram: Diagram) -> Hits:
    for loop in diagram.executable(_LOOP):
        if loop.get("loopMaximum") is None and xml.child(loop, "loopCondition") is None:
            yield loop


@book.error(
    "loop-negative",
    Text(
        "A loop runs a number of times that is not negative; this says {value}.",
        "循环次数不能为负，此处为 {value}。",
    ),
    Text("Write 0 or more.", "请写 0 或更大的数。"),
)
def _loop_negative(diagram: Diagram) -> Hits:
    for loop, value in _counts(diagram):
        if (number := _integer(value)) is not None and number < 0:
            yield hit(loop, value=value)


@book.error(
    "multi-instance-count-missing",
    Text(
        "Several instances need a number or a list: loopCardinality or "
        "loopDataInputRef.",
        "多实例必须给出个数或列表：loopCardinality 或 loopDataInputRef。",
    ),
    Text("Write one of the two.", "请写明其中之一。"),
)
def _count_missing(diagram: Diagram) -> Hits:
    for loop in diagram.executable(_MULTIPLE):
        if (
            next(xml.children(loop, "loopCardinality", "loopDataInputRef"), None)
            is None
        ):
            yield loop


@book.error(
    "multi-instance-list-foreign",
    Text(
        "The list of a multi-instance activity is one of the activity's own data "
        "inputs and outputs, or a variable; {id} is neither.",
        "多实例的列表必须是该活动自己的数据输入、输出或变量；{id} 不是。",
    ),
    Text(
        "Refer to a dataInput or dataOutput of the activity, or name a variable.",
        "请引用该活动的 dataInput 或 dataOutput，或写变量名。",
    ),
)
def _list_foreign(diagram: Diagram) -> Hits:
    for loop in diagram.executable(_MULTIPLE):
        for pointer in xml.children(loop, "loopDataInputRef", "loopDataOutputRef"):
            if not _is_own_list(diagram, loop, pointer):
                yield hit(loop, id=xml.reference(pointer, pointer.text))


@book.error(
    "multi-instance-item-type",
    Text(
        "An item of a list has the list's type and is no list itself; {item} differs.",
        "列表元素的类型必须与列表一致且本身不是列表；{item} 不符。",
    ),
    Text(
        "Let both refer to fitting item definitions, or leave itemSubjectRef out.",
        "请让两者引用相符的数据类型，或省略 itemSubjectRef。",
    ),
)
def _item_type(diagram: Diagram) -> Hits:
    pairs = (
        ("loopDataInputRef", "inputDataItem"),
        ("loopDataOutputRef", "outputDataItem"),
    )
    for loop in diagram.executable(_MULTIPLE):
        for reference, item_name in pairs:
            listed = diagram.pointed(xml.child(loop, reference))
            item = xml.child(loop, item_name)
            if listed is None or item is None:
                continue
            if not _is_scalar_of(diagram, listed, item):
                yield hit(loop, item=item.get("id") or item_name)


@book.error(
    "loop-behavior-unsupported",
    Text(
        "The behavior Complex of a multi-instance activity is not executed.",
        "多实例活动的 Complex 行为无法执行。",
    ),
    Text(
        "Use All, None or One, and a completion condition.",
        "请改用 All、None 或 One，并配合完成条件。",
    ),
)
def _complex(diagram: Diagram) -> Hits:
    for loop in diagram.executable(_MULTIPLE):
        if (loop.get("behavior") or "").lower() == "complex":
            yield loop


@book.error(
    "resource-twice",
    Text(
        "Who does it is said either by a resource or by an expression, not by both.",
        "执行者只能用资源引用或表达式之一说明，不能同时使用。",
    ),
    Text(
        "Remove resourceRef or resourceAssignmentExpression.",
        "请删除 resourceRef 或 resourceAssignmentExpression。",
    ),
)
def _resource_twice(diagram: Diagram) -> Hits:
    for role in diagram.executable(*_ROLES):
        by_reference = xml.child(role, "resourceRef") is not None
        if by_reference and xml.child(role, "resourceAssignmentExpression") is not None:
            yield role


@book.error(
    "resource-binding-alone",
    Text(
        "Parameters are bound to a resource; no resource is named.",
        "参数绑定必须针对某个资源，此处未指明资源。",
    ),
    Text(
        "Add the resourceRef, or remove the bindings.",
        "请补上 resourceRef，或删除绑定。",
    ),
)
def _binding_alone(diagram: Diagram) -> Hits:
    for role in diagram.executable(*_ROLES):
        bound = xml.child(role, "resourceParameterBinding") is not None
        if bound and xml.child(role, "resourceRef") is None:
            yield role


_ROLES = ("resourceRole", "performer", "humanPerformer", "potentialOwner")


def _activities(diagram: Diagram) -> Iterator[Node]:
    return (node for node in diagram.nodes if node.kind in ACTIVITIES)


def _counts(diagram: Diagram) -> Iterator[tuple[Element, str]]:
    for loop in diagram.executable(_LOOP):
        if (value := loop.get("loopMaximum")) is not None:
            yield loop, value
    for loop in diagram.executable(_MULTIPLE):
        if (count := xml.child(loop, "loopCardinality")) is not None:
            yield loop, xml.text_of(count)


def _integer(text: str | None) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError:
        return None


def _is_own_list(diagram: Diagram, loop: Element, pointer: Element) -> bool:
    activity = loop.getparent()
    found = diagram.pointed(pointer)
    if activity is None:
        return False
    if found is None:
        return xml.child(activity, "ioSpecification") is None
    if xml.local_name(found) in {"dataInput", "dataOutput"}:
        return activity in found.iterancestors()
    # A sub-process has no data inputs; its list is a data object or a property.
    return xml.local_name(found) in {"dataObject", "dataObjectReference", "property"}


def _is_scalar_of(diagram: Diagram, listed: Element, item: Element) -> bool:
    whole = diagram.target(listed, "itemSubjectRef")
    part = diagram.target(item, "itemSubjectRef")
    if whole is None or part is None:
        return True
    if part.get("isCollection") in {"true", "1"}:
        return False
    return whole.get("structureRef") == part.get("structureRef")
