"""Loop characteristics of an activity."""

from engine.errors import Text
from engine.runtime import xml
from engine.runtime.compiling import triggers
from engine.runtime.compiling.problems import Place
from engine.runtime.compiling.reader import Definitions
from engine.runtime.elements import Loop, Trigger
from engine.runtime.xml import Element

_TRUE = frozenset({"true", "1"})
_TWICE = (
    Text(
        "An activity either repeats or has several instances.",
        "活动要么循环，要么多实例，不能两者兼有。",
    ),
    Text("Remove one of the two markers.", "请删除其中一个标记。"),
)
_ENDLESS = (
    Text("The loop never ends.", "该循环不会结束。"),
    Text(
        "Write loopCondition or loopMaximum.", "请写明 loopCondition 或 loopMaximum。"
    ),
)


def of_activity(place: Place, known: Definitions) -> Loop | None:
    """Return the loop of an activity; None where it has none."""
    standard = xml.child(place.node, "standardLoopCharacteristics")
    several = xml.child(place.node, "multiInstanceLoopCharacteristics")
    if standard is not None and several is not None:
        place.refuse("loop-twice", *_TWICE)
    if standard is not None:
        return _standard(place, standard)
    return None if several is None else _several(place, known, several)


def _standard(place: Place, loop: Element) -> Loop:
    maximum = loop.get("loopMaximum")
    if maximum is not None and not maximum.strip().isdigit():
        place.refuse(
            "loop-maximum-invalid",
            Text(
                f"loopMaximum is a whole number from 0; {maximum!r} is none.",
                f"loopMaximum 必须是非负整数，“{maximum}”不是。",
            ),
            Text("Write how often it runs at most.", "请写明最多执行的次数。"),
        )
        maximum = None
    condition = xml.text_of(xml.child(loop, "loopCondition"))
    if loop.get("loopMaximum") is None and not condition:
        place.refuse("loop-endless", *_ENDLESS)
    return Loop(
        standard=True,
        test_before=loop.get("testBefore") in _TRUE,
        maximum=place.expression(maximum),
        condition=place.expression(condition),
    )


def _several(place: Place, known: Definitions, loop: Element) -> Loop:
    cardinality = place.expression(xml.text_of(xml.child(loop, "loopCardinality")))
    collection = place.expression(_variable(loop, "loopDataInputRef"))
    if cardinality is None and collection is None:
        place.refuse(
            "loop-number-missing",
            Text(
                "A multi-instance activity names a number or a list.",
                "多实例活动必须写明次数或列表。",
            ),
            Text(
                "Add loopCardinality or loopDataInputRef.",
                "请补上 loopCardinality 或 loopDataInputRef。",
            ),
        )
    return Loop(
        sequential=loop.get("isSequential") in _TRUE,
        cardinality=cardinality,
        collection=collection,
        item=_item(loop, "inputDataItem"),
        output=_variable(loop, "loopDataOutputRef"),
        output_item=_item(loop, "outputDataItem"),
        until=place.expression(xml.text_of(xml.child(loop, "completionCondition"))),
        behavior=(loop.get("behavior") or "All").lower(),
        throws=_throws(place, known, loop),
    )


def _variable(loop: Element, name: str) -> str:
    """Return the variable that a data reference means: the data's name, or its id."""
    reference = xml.text_of(xml.child(loop, name))
    root = loop.getroottree().getroot()
    for kind in ("dataInput", "dataOutput"):
        for found in root.iter(f"{{{xml.BPMN}}}{kind}"):
            if found.get("id") == reference:
                return found.get("name") or reference
    for found in root.iter(f"{{{xml.BPMN}}}dataObjectReference"):
        if found.get("id") == reference:
            return found.get("dataObjectRef") or reference
    return reference


def _item(loop: Element, name: str) -> str:
    found = xml.child(loop, name)
    return "" if found is None else found.get("name") or found.get("id") or ""


def _throws(place: Place, known: Definitions, loop: Element) -> Trigger | None:
    behavior = (loop.get("behavior") or "All").lower()
    if behavior == "complex":
        place.refuse(
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
    if behavior in {"none", "one"}:
        reference = loop.get(f"{behavior}BehaviorEventRef")
        return _referred(place, known, loop, reference)
    return None


def _referred(
    place: Place, known: Definitions, loop: Element, reference: str | None
) -> Trigger | None:
    wanted = xml.reference(loop, reference)
    for found in loop.getroottree().getroot().iterchildren():
        if found.get("id") == wanted and wanted:
            return triggers.of_definition(place, known, found)
    return None
