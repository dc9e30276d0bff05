"""References that lead nowhere, or to something of another kind."""

from collections.abc import Iterator

from engine.errors import Text
from engine.runtime import xml
from engine.runtime.describe import (
    ACTIVITIES,
    EVENTS,
    FLOW_NODES,
)
from engine.runtime.findings.diagram import Diagram
from engine.runtime.findings.rules import Hit, Hits, RuleBook, hit
from engine.runtime.xml import Element

book = RuleBook()

_DATA = frozenset(
    {
        "dataObject",
        "dataObjectReference",
        "dataStore",
        "dataStoreReference",
        "dataInput",
        "dataOutput",
        "property",
    }
)
_ITEMS_OF_LOOPS = frozenset({"inputDataItem", "outputDataItem"})
_PARTNERS = ACTIVITIES | EVENTS | {"participant", "conversation", "subConversation"}
_DEFINITIONS = frozenset(
    f"{kind}EventDefinition"
    for kind in (
        "message",
        "timer",
        "escalation",
        "conditional",
        "link",
        "error",
        "cancel",
        "compensate",
        "signal",
        "terminate",
    )
)
_OPERATION = frozenset({"operation"})
_MESSAGE = frozenset({"message"})
_ITEM = frozenset({"itemDefinition"})

# A payload may be described elsewhere, so these may also lead out of the file.
_LOOSE = tuple(
    (kind, "structureRef", _ITEM) for kind in ("signal", "error", "escalation")
)
# (element, attribute or child, kinds that it may lead to)
_ATTRIBUTES: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("messageFlow", "sourceRef", _PARTNERS),
    ("messageFlow", "targetRef", _PARTNERS),
    ("messageFlow", "messageRef", _MESSAGE),
    ("boundaryEvent", "attachedToRef", ACTIVITIES),
    ("participant", "processRef", frozenset({"process"})),
    ("process", "definitionalCollaborationRef", frozenset({"collaboration"})),
    ("message", "itemRef", _ITEM),
    *((kind, "itemSubjectRef", _ITEM) for kind in sorted(_DATA)),
    ("inputDataItem", "itemSubjectRef", _ITEM),
    ("outputDataItem", "itemSubjectRef", _ITEM),
    *(
        (task, reference, kinds)
        for task in ("serviceTask", "sendTask", "receiveTask")
        for reference, kinds in (("operationRef", _OPERATION), ("messageRef", _MESSAGE))
    ),
    ("messageEventDefinition", "messageRef", _MESSAGE),
    ("correlationPropertyRetrievalExpression", "messageRef", _MESSAGE),
    ("signalEventDefinition", "signalRef", frozenset({"signal"})),
    ("errorEventDefinition", "errorRef", frozenset({"error"})),
    ("escalationEventDefinition", "escalationRef", frozenset({"escalation"})),
    ("compensateEventDefinition", "activityRef", ACTIVITIES),
    ("dataObjectReference", "dataObjectRef", frozenset({"dataObject"})),
    ("dataStoreReference", "dataStoreRef", frozenset({"dataStore"})),
    ("correlationSubscription", "correlationKeyRef", frozenset({"correlationKey"})),
    (
        "correlationPropertyBinding",
        "correlationPropertyRef",
        frozenset({"correlationProperty"}),
    ),
    ("resourceParameterBinding", "parameterRef", frozenset({"resourceParameter"})),
    ("ioBinding", "operationRef", _OPERATION),
    ("ioBinding", "inputDataRef", frozenset({"dataInput", "inputSet"})),
    ("ioBinding", "outputDataRef", frozenset({"dataOutput", "outputSet"})),
    *(
        ("multiInstanceLoopCharacteristics", reference, _DEFINITIONS)
        for reference in ("oneBehaviorEventRef", "noneBehaviorEventRef")
    ),
)
_CHILDREN: tuple[tuple[str, frozenset[str] | None, frozenset[str]], ...] = (
    # (child, parents or None for all, kinds)
    ("incoming", None, frozenset({"sequenceFlow"})),
    ("outgoing", None, frozenset({"sequenceFlow"})),
    ("flowNodeRef", None, FLOW_NODES | {"dataObjectReference", "dataStoreReference"}),
    ("eventDefinitionRef", None, _DEFINITIONS),
    ("inMessageRef", None, _MESSAGE),
    ("outMessageRef", None, _MESSAGE),
    ("operationRef", None, _OPERATION),
    ("errorRef", frozenset({"operation"}), frozenset({"error"})),
    ("interfaceRef", None, frozenset({"interface"})),
    ("supportedInterfaceRef", None, frozenset({"interface"})),
    (
        "participantRef",
        frozenset({"partnerEntity", "partnerRole"}),
        frozenset({"participant"}),
    ),
    ("dataInputRefs", None, frozenset({"dataInput"})),
    ("optionalInputRefs", None, frozenset({"dataInput"})),
    ("whileExecutingInputRefs", None, frozenset({"dataInput"})),
    ("outputSetRefs", None, frozenset({"outputSet"})),
    ("dataOutputRefs", None, frozenset({"dataOutput"})),
    ("optionalOutputRefs", None, frozenset({"dataOutput"})),
    ("whileExecutingOutputRefs", None, frozenset({"dataOutput"})),
    ("inputSetRefs", None, frozenset({"inputSet"})),
    ("sourceRef", None, _DATA | _ITEMS_OF_LOOPS),
    ("targetRef", None, _DATA | _ITEMS_OF_LOOPS),
    ("correlationPropertyRef", None, frozenset({"correlationProperty"})),
    ("resourceRef", None, frozenset({"resource"})),
    ("source", frozenset({"linkEventDefinition"}), frozenset({"linkEventDefinition"})),
    ("target", frozenset({"linkEventDefinition"}), frozenset({"linkEventDefinition"})),
)


@book.error(
    "reference-dangling",
    Text(
        "{what} refers to {id}, which is not in the file.",
        "{what} 引用了文件中不存在的 {id}。",
    ),
    Text(
        "Correct the id, or add the element it is to mean.",
        "请改正 id，或补上它所指的元素。",
    ),
)
def _dangling(diagram: Diagram) -> Hits:
    for holder, pointer, wanted, _ in _references(diagram):
        if wanted not in diagram.by_id:
            yield _hit(holder, pointer, wanted)


@book.error(
    "reference-wrong-kind",
    Text(
        "{what} refers to {id}, which is a {kind}.",
        "{what} 引用的 {id} 是 {kind}，类型不符。",
    ),
    Text("Let it refer to one of: {kinds}.", "请引用下列类型之一：{kinds}。"),
)
def _wrong_kind(diagram: Diagram) -> Hits:
    for holder, pointer, wanted, kinds in _references(diagram, _LOOSE):
        found = diagram.by_id.get(wanted)
        if found is not None and xml.local_name(found) not in kinds:
            yield hit(
                holder,
                what=pointer,
                id=wanted,
                kind=xml.local_name(found),
                kinds=", ".join(sorted(kinds)),
            )


@book.error(
    "reference-nested-definition",
    Text(
        "An event definition that others use stands at the top of the file; {id} "
        "belongs to an event.",
        "可被引用的事件定义必须位于文件顶层，而 {id} 属于某个事件。",
    ),
    Text(
        "Move the definition to the top of the file, or repeat it in the event.",
        "请把该定义移到文件顶层，或在事件中重新写出。",
    ),
)
def _nested_definition(diagram: Diagram) -> Hits:
    for pointer in diagram.all_of("eventDefinitionRef"):
        found = diagram.pointed(pointer)
        if found is not None and found.getparent() is not diagram.root:
            yield hit(pointer, id=found.get("id") or "")


@book.error(
    "association-dangling",
    Text(
        "An association joins two elements; {id} is not in the file.",
        "关联应连接两个元素，但文件中没有 {id}。",
    ),
    Text("Draw the association again, or remove it.", "请重新画该关联，或删除它。"),
)
def _association(diagram: Diagram) -> Hits:
    for found in diagram.all_of("association"):
        for attribute in ("sourceRef", "targetRef"):
            wanted = xml.reference(found, found.get(attribute))
            if wanted not in diagram.by_id:
                yield hit(found, id=wanted)


def _hit(holder: Element, pointer: str, wanted: str) -> Hit:
    return hit(holder, what=pointer, id=wanted)


def _references(
    diagram: Diagram, more: tuple[tuple[str, str, frozenset[str]], ...] = ()
) -> Iterator[tuple[Element, str, str, frozenset[str]]]:
    """Yield holder, name of the reference, wanted id and allowed kinds."""
    for name, attribute, kinds in (*_ATTRIBUTES, *more):
        for holder in diagram.all_of(name):
            value = holder.get(attribute)
            if value is not None and not _is_foreign(diagram, holder, value):
                yield holder, attribute, xml.reference(holder, value), kinds
    for name, parents, kinds in _CHILDREN:
        for pointer in diagram.all_of(name):
            around = pointer.getparent()
            if around is None or _is_foreign(diagram, pointer, pointer.text):
                continue
            if parents is None or xml.local_name(around) in parents:
                yield around, name, xml.reference(pointer, pointer.text), kinds


def _is_foreign(diagram: Diagram, holder: Element, value: str | None) -> bool:
    """Tell whether a reference leaves the file: its prefix is another namespace's."""
    prefix, colon, _ = (value or "").strip().partition(":")
    if not colon or prefix not in holder.nsmap:
        return False
    return holder.nsmap[prefix] != diagram.root.get("targetNamespace")
