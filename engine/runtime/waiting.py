"""Opening and closing what an instance waits for, and what elements leave behind."""

from typing import Any

from engine.runtime.elements import Trigger, TriggerKind
from engine.runtime.faults import ElementFailed
from engine.runtime.step import ElementEvent, StepIncident, Wait, WaitKind
from engine.runtime.timers import Schedule
from engine.runtime.tokens import Token
from engine.runtime.work import Role

LOOP_BODY = "multiInstanceBody"  # the type of the event for a loop as a whole

_KINDS = {
    TriggerKind.MESSAGE: WaitKind.MESSAGE,
    TriggerKind.SIGNAL: WaitKind.SIGNAL,
    TriggerKind.TIMER: WaitKind.TIMER,
    TriggerKind.CONDITION: WaitKind.CONDITION,
}
LEFT = "left"  # in the memo of a repeating timer: how often it is still due


def open_wait(token: Token, kind: WaitKind, **known: Any) -> None:
    """Let the instance wait at ``token``; ``known`` are further fields of the wait."""
    element = token.task_spec.element
    known.setdefault("element_id", element.id)
    known.setdefault("element_name", element.name)
    known.setdefault("path", token.scope.path)
    known["round"] = token.scope.root.rounds.get(known["element_id"], 1)
    token.wait = Wait(kind=kind, ref=token.ref, **known)
    token.work.record.open(token.wait)


def open_trigger(
    token: Token, trigger: Trigger, found: Schedule | str | None, **known: Any
) -> None:
    """Let the instance wait for an event; ``found`` is the due time or the key."""
    if isinstance(found, Schedule):
        known |= {"due_at": found.due_at, "cycle": found.cycle}
        if found.cycle:
            token.memo[LEFT] = found.left
    elif found:
        known["correlation_key"] = found
    if trigger.kind is TriggerKind.CONDITION:
        token.work.watching = True
    open_wait(token, _KINDS[trigger.kind], name=trigger.name, **known)


def schedule_of(token: Token) -> Schedule | None:
    """Return the schedule of the timer that the token waits for."""
    wait = token.wait
    if wait is None or wait.due_at is None:
        return None
    return Schedule(wait.due_at, wait.cycle, token.memo.get(LEFT, 1))


def close_wait(token: Token, *, completed: bool, reason: str = "") -> None:
    """End what the token waits for, if it waits."""
    if token.wait is not None:
        told = "" if completed else reason
        token.work.record.close(token.wait, completed=completed, reason=told)
        token.wait = None


def fail(token: Token, failure: ElementFailed) -> None:
    """Turn a failure into an incident at the token, which stays.

    What the token waited for is over: completed if its work was done, else with
    the code of the failure as the reason. The incident has the same ref.
    """
    close_wait(token, completed=token.closing, reason=failure.code)
    element_id = failure.element_id or token.element.id
    incident = StepIncident(
        ref=token.ref,
        element_id=element_id,
        code=failure.code,
        message_en=failure.text.en,
        message_zh=failure.text.zh,
        expression=failure.expression,
        missing=failure.missing,
    )
    token.rest()
    open_wait(token, WaitKind.INCIDENT, incident=incident)


def count_round(token: Token, element_id: str) -> None:
    """Count that an element was entered once more, or an event armed."""
    if element_id:
        rounds = token.scope.root.rounds
        rounds[element_id] = rounds.get(element_id, 0) + 1


def entered(token: Token, *, count: bool = True) -> None:
    """Note that the token's element was entered, and count the round."""
    if count and token.role is not Role.INSTANCE:
        count_round(token, token.element.id)
    token.active = True
    _event(token, "activated")


def completed(token: Token) -> None:
    """Note that the token's element is done, unless that is known."""
    if token.active:
        token.active = False
        _event(token, "completed")


def terminated(token: Token) -> None:
    """Note that the token's element was cut off, if it was at work."""
    if token.active:
        token.active = False
        _event(token, "terminated")


def _event(token: Token, state: str) -> None:
    element = token.element
    if not element.id:
        return
    host, flow = token.scope.host, token.scope.spec.flows.get(token.flow or "")
    is_body = element.loop is not None and token.role is not Role.INSTANCE
    token.work.record.event(
        ElementEvent(
            ref=token.ref,
            element_id=element.id,
            element_type=LOOP_BODY if is_body else element.type,
            state=state,
            at=token.work.around.now,
            path=token.scope.path,
            scope_ref="" if host is None else host.ref,
            flow_id=None if flow is None else flow.shown,
        )
    )
