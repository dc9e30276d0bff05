"""Event definitions of an event, a message task or a loop's behaviour."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from engine.errors import Text
from engine.feel import Expression
from engine.runtime import extensions, times, xml
from engine.runtime.compiling.problems import Place
from engine.runtime.compiling.reader import Definitions
from engine.runtime.elements import TimerKind, TimerText, Trigger, TriggerKind
from engine.runtime.xml import Element

_SUFFIX = "EventDefinition"
_READERS: Mapping[TimerKind, tuple[Callable[[str], object], ...]] = {
    TimerKind.DATE: (times.read_moment, times.read_length),
    TimerKind.DURATION: (times.read_length, times.read_moment),
    TimerKind.CYCLE: (times.read_cycle,),
}


def of_event(place: Place, known: Definitions) -> tuple[Trigger, ...]:
    """Return the triggers of an event, links aside, in the order of the file."""
    return tuple(
        trigger
        for definition in definitions(place.node)
        if (trigger := of_definition(place, known, definition)) is not None
    )


def of_message_task(place: Place, known: Definitions) -> tuple[Trigger, ...]:
    """Return the message that a send or receive task is about."""
    inner = of_event(place, known)
    if inner or not place.node.get("messageRef"):
        return inner
    return (_message(place, known, place.node),)


def definitions(event: Element) -> Iterator[Element]:
    """Yield the event definitions inside ``event``."""
    return (
        found
        for found in event.iterchildren()
        if xml.local_name(found).endswith(_SUFFIX) and xml.is_bpmn(found)
    )


def link_name(event: Element) -> str | None:
    """Return the name of a link event; None for other events."""
    found = xml.child(event, "linkEventDefinition")
    return None if found is None else found.get("name") or ""


def link_target(event: Element, catching: Sequence[Element]) -> Element | None:
    """Return where a link that is thrown arrives: by its target, else by its name."""
    link = xml.child(event, "linkEventDefinition")
    named = None if link is None else xml.child(link, "target")
    if named is not None:
        wanted = xml.reference(named, named.text)
        for other in catching:
            found = xml.child(other, "linkEventDefinition")
            if found is not None and found.get("id") == wanted:
                return other
    name = link_name(event)
    return next((other for other in catching if link_name(other) == name), None)


def of_definition(
    place: Place, known: Definitions, definition: Element
) -> Trigger | None:
    """Return one trigger; None for a link, or for what cannot be executed."""
    name = xml.local_name(definition).removesuffix(_SUFFIX)
    if name == "link":
        return None
    try:
        kind = TriggerKind(name)
    except ValueError:
        place.refuse(
            "event-unsupported",
            Text(f"The event {name!r} cannot be executed.", f"无法执行“{name}”事件。"),
            Text("Use another kind of event.", "请改用其他类型的事件。"),
        )
        return None
    return _MAKERS[kind](place, known, definition)


def _message(place: Place, known: Definitions, definition: Element) -> Trigger:
    reference = xml.reference(definition, definition.get("messageRef"))
    named = {**extensions.properties(definition), **extensions.properties(place.node)}
    correlation = _parts(place, known.correlations(reference))
    if named.get("correlation"):
        correlation = _parts(place, [named["correlation"]])
    return Trigger(
        kind=TriggerKind.MESSAGE,
        name=known.message(reference) or place.node.get("name") or "",
        payload=_payload(place, definition),
        variable=_variable(place, definition),
        correlation=correlation,
        publish=named.get("publish") == "true",
    )


def _signal(place: Place, known: Definitions, definition: Element) -> Trigger:
    reference = xml.reference(definition, definition.get("signalRef"))
    named = {**extensions.properties(definition), **extensions.properties(place.node)}
    return Trigger(
        kind=TriggerKind.SIGNAL,
        name=known.signal(reference) or place.node.get("name") or "",
        payload=_payload(place, definition),
        variable=_variable(place, definition),
        everywhere=named.get("scope") != "instance",
    )


def _timer(place: Place, known: Definitions, definition: Element) -> Trigger | None:
    del known
    for kind in TimerKind:
        part = xml.child(definition, kind.value)
        if part is not None:
            timer = _timer_text(place, kind, xml.text_of(part))
            if timer is None:
                return None
            return Trigger(kind=TriggerKind.TIMER, timer=timer)
    place.refuse(
        "timer-missing",
        Text("The timer says no time.", "定时器没有写明时间。"),
        Text("Add a date, a duration or a cycle.", "请补上日期、时长或周期。"),
    )
    return None


def _timer_text(place: Place, kind: TimerKind, text: str) -> TimerText | None:
    if any(_reads(text, reader) for reader in _READERS[kind]):
        return TimerText(kind=kind, text=text)
    expression = place.expression(text or "?")
    if expression is None:
        return None
    return TimerText(kind=kind, text=text, expression=expression)


def _reads(text: str, reader: Callable[[str], object]) -> bool:
    try:
        reader(text)
    except (ValueError, OverflowError):
        return False
    return True


def _error(place: Place, known: Definitions, definition: Element) -> Trigger:
    reference = xml.reference(definition, definition.get("errorRef"))
    return Trigger(
        kind=TriggerKind.ERROR,
        code=known.error(reference),
        payload=_payload(place, definition),
        variable=_variable(place, definition),
    )


def _escalation(place: Place, known: Definitions, definition: Element) -> Trigger:
    reference = xml.reference(definition, definition.get("escalationRef"))
    return Trigger(
        kind=TriggerKind.ESCALATION,
        code=known.escalation(reference),
        payload=_payload(place, definition),
        variable=_variable(place, definition),
    )


def _condition(place: Place, known: Definitions, definition: Element) -> Trigger | None:
    del known
    condition = place.expression(xml.text_of(xml.child(definition, "condition")))
    if condition is not None:
        return Trigger(kind=TriggerKind.CONDITION, condition=condition)
    place.refuse(
        "condition-missing",
        Text("The conditional event has no condition.", "条件事件没有条件。"),
        Text("Write a FEEL condition.", "请写上 FEEL 条件。"),
    )
    return None


def _compensation(place: Place, known: Definitions, definition: Element) -> Trigger:
    del place, known
    activity = xml.reference(definition, definition.get("activityRef"))
    return Trigger(kind=TriggerKind.COMPENSATION, activity=activity)


def _bare(kind: TriggerKind) -> Trigger:
    return Trigger(kind=kind)


_MAKERS = {
    TriggerKind.MESSAGE: _message,
    TriggerKind.SIGNAL: _signal,
    TriggerKind.TIMER: _timer,
    TriggerKind.ERROR: _error,
    TriggerKind.ESCALATION: _escalation,
    TriggerKind.CONDITION: _condition,
    TriggerKind.COMPENSATION: _compensation,
    TriggerKind.CANCEL: lambda *_: _bare(TriggerKind.CANCEL),
    TriggerKind.TERMINATE: lambda *_: _bare(TriggerKind.TERMINATE),
}


def _payload(place: Place, definition: Element) -> Expression | None:
    text = extensions.text(definition, "messagePayload") or extensions.text(
        place.node, "messagePayload"
    )
    return place.expression(text or extensions.text(definition, "payloadExpression"))


def _variable(place: Place, definition: Element) -> str:
    return (
        extensions.text(definition, "messageVariable")
        or extensions.text(place.node, "messageVariable")
        or extensions.text(definition, "variableName")
    )


def _parts(place: Place, texts: list[str]) -> tuple[Expression, ...]:
    return tuple(part for text in texts if (part := place.expression(text)) is not None)
