"""Getting ready for events: reckoning due times and keys, then waiting for them.

Reckoning may fail and changes nothing; arming changes and cannot fail.
"""

from dataclasses import dataclass

from engine.runtime import messages, timers, waiting
from engine.runtime.data import Data
from engine.runtime.elements import Element, Trigger, TriggerKind
from engine.runtime.specs import NodeSpec
from engine.runtime.timers import Schedule
from engine.runtime.tokens import Scope, Token
from engine.runtime.work import Role

WAITED_FOR = frozenset(
    {
        TriggerKind.MESSAGE,
        TriggerKind.SIGNAL,
        TriggerKind.TIMER,
        TriggerKind.CONDITION,
    }
)
START = "start"  # in the memo of an armed start: the name of the start event
WHICH = "which"  # in the memo of an armed token: the index of its trigger


@dataclass(frozen=True, slots=True)
class Reckoned:
    """An event that can be waited for; ``found`` is the due time or the key."""

    spec: NodeSpec
    element: Element
    index: int
    found: Schedule | str | None

    @property
    def trigger(self) -> Trigger:
        """The event definition meant."""
        return self.element.triggers[self.index]


def reckon(
    token: Token, trigger: Trigger, data: Data, *, blame: str = ""
) -> Schedule | str | None:
    """Return the due time or the key of an event, as ``data`` has it.

    Raises:
        ElementFailed: it cannot be told; ``blame`` names the element.
    """
    if trigger.timer is not None:
        return timers.first(token, trigger.timer, data, blame=blame)
    if trigger.kind is TriggerKind.MESSAGE:
        return messages.key_of(token, trigger, data, blame=blame)
    return None


def reckon_event(token: Token, spec: NodeSpec, data: Data) -> list[Reckoned]:
    """Return what has to be waited for at the event ``spec``."""
    element = spec.element
    return [
        Reckoned(spec, element, index, reckon(token, trigger, data, blame=element.id))
        for index, trigger in enumerate(element.triggers)
        if trigger.kind in WAITED_FOR
    ]


def reckon_boundaries(token: Token, data: Data) -> list[Reckoned]:
    """Return what has to be waited for at the boundary of the token's element."""
    scope = token.scope.spec
    return [
        found
        for name in token.element.boundaries
        for found in reckon_event(token, scope.node(name), data)
    ]


def arm_boundaries(host: Token, events: list[Reckoned]) -> None:
    """Wait for the boundary events of ``host``."""
    for event in events:
        arm_boundary(host, event)


def arm_boundary(host: Token, event: Reckoned) -> None:
    """Wait for one boundary event of ``host``."""
    _arm(
        Token(host.scope, event.spec, host, host.data, role=Role.BOUNDARY),
        event,
        host_ref=host.ref,
        interrupting=event.element.interrupting,
    )


def arm_race(token: Token, events: list[Reckoned]) -> None:
    """Wait for several events of which the first, or each, counts."""
    for event in events:
        _arm(Token(token.scope, event.spec, token, token.data, role=Role.RACE), event)


def arm_starts(scope: Scope) -> None:
    """Wait for what starts the event sub-processes of ``scope``.

    One that cannot be told becomes an incident of its own; the scope runs on.
    """
    inner = scope.root.subprocess_specs
    for name in scope.spec.triggered:
        spec = scope.spec.node(name)
        for start in inner[spec.element.scope].starts:
            element = inner[spec.element.scope].node(start).element
            for index, trigger in enumerate(element.triggers):
                if trigger.kind in WAITED_FOR:
                    arm_start(scope, spec, element, index)


def arm_start(
    scope: Scope,
    spec: NodeSpec,
    element: Element,
    index: int = 0,
    found: Schedule | None = None,
) -> None:
    """Wait for one start ``element`` of the event sub-process ``spec``."""
    top = scope.task_tree
    token = Token(scope, spec, top, top.data, role=Role.START)
    token.memo[START], token.memo[WHICH] = element.name_in_model, index
    token.rest()
    waiting.count_round(token, element.id)
    token.work.attempt(token, lambda: open_start(token, found))


def open_start(token: Token, found: Schedule | None = None) -> None:
    """Open the wait of an armed start; ``found`` is a due time that is known.

    Raises:
        ElementFailed: the due time or the key cannot be told.
    """
    spec = token.task_spec
    inner = token.scope.root.subprocess_specs[spec.element.scope]
    element = inner.node(token.memo[START]).element
    trigger = trigger_of(token, element)
    known = found or reckon(
        token, trigger, token.scope.task_tree.data, blame=element.id
    )
    shown, path = spec.element.id, token.scope.path
    waiting.open_trigger(
        token,
        trigger,
        known,
        starts=True,
        interrupting=element.interrupting,
        element_id=element.id,
        element_name=element.name,
        path=(*path, shown) if shown else path,
    )


def rearm(token: Token) -> None:
    """Open the wait of an armed token anew, after an incident.

    Raises:
        ElementFailed: the due time or the key cannot be told.
    """
    if token.role is Role.START:
        open_start(token)
        return
    element, host = token.element, token.above
    trigger = trigger_of(token, element)
    found = reckon(token, trigger, token.data, blame=element.id)
    if token.role is Role.BOUNDARY and host is not None:
        waiting.open_trigger(
            token,
            trigger,
            found,
            host_ref=host.ref,
            interrupting=element.interrupting,
        )
    else:
        waiting.open_trigger(token, trigger, found)


def trigger_of(token: Token, element: Element) -> Trigger:
    """Return which of the element's events an armed token waits for."""
    return element.triggers[token.memo.get(WHICH, 0)]


def _arm(token: Token, event: Reckoned, **known: object) -> None:
    if event.index:
        token.memo[WHICH] = event.index
    token.rest()
    waiting.count_round(token, event.element.id)
    waiting.open_trigger(token, event.trigger, event.found, **known)
