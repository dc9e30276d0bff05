"""Which events can be executed where; what cannot is refused, not passed over."""

from collections.abc import Mapping

from engine.errors import Text
from engine.runtime import xml
from engine.runtime.compiling.problems import Place
from engine.runtime.elements import Trigger, TriggerKind

_TRUE = frozenset({"true", "1"})
_WAITED = frozenset(
    {
        TriggerKind.MESSAGE,
        TriggerKind.SIGNAL,
        TriggerKind.TIMER,
        TriggerKind.CONDITION,
    }
)
_THROWN = frozenset(
    {
        TriggerKind.MESSAGE,
        TriggerKind.SIGNAL,
        TriggerKind.ESCALATION,
        TriggerKind.COMPENSATION,
    }
)
_CAUGHT = frozenset(
    {TriggerKind.ERROR, TriggerKind.ESCALATION, TriggerKind.COMPENSATION}
)
_ALLOWED: Mapping[str, frozenset[TriggerKind]] = {
    "startEvent": _WAITED,
    "endEvent": _THROWN
    | {TriggerKind.ERROR, TriggerKind.CANCEL, TriggerKind.TERMINATE},
    "intermediateThrowEvent": _THROWN,
    "intermediateCatchEvent": _WAITED,
    "boundaryEvent": _WAITED | _CAUGHT | {TriggerKind.CANCEL},
}


def checked(place: Place, triggers: tuple[Trigger, ...]) -> tuple[Trigger, ...]:
    """Return the triggers; note those that cannot stand at this event."""
    allowed = _allowed(place)
    for trigger in triggers:
        if trigger.kind not in allowed:
            _refuse(
                place,
                Text(
                    f"A {trigger.kind} event cannot stand here.",
                    f"此处不能使用 {trigger.kind} 事件。",
                ),
            )
    if len(triggers) > 1 and _needs_all(place):
        _refuse(
            place,
            Text(
                "Only an intermediate event can wait for all of several events.",
                "只有中间事件可以等待多个事件全部发生。",
            ),
        )
    return triggers


def _allowed(place: Place) -> frozenset[TriggerKind]:
    kind, scope = xml.local_name(place.node), place.node.getparent()
    if kind == "startEvent" and scope is not None:
        if scope.get("triggeredByEvent") in _TRUE:
            return _WAITED | _CAUGHT
        if xml.local_name(scope) != "process":
            return frozenset()
    return _ALLOWED[kind]


def _needs_all(place: Place) -> bool:
    return (
        place.node.get("parallelMultiple") in _TRUE
        and xml.local_name(place.node) != "intermediateCatchEvent"
    )


def _refuse(place: Place, rule: Text) -> None:
    place.refuse(
        "event-misplaced",
        rule,
        Text("Use another kind of event.", "请改用其他类型的事件。"),
    )
