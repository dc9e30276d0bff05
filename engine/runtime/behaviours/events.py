"""Start, end, intermediate and boundary events."""

from typing import Any

from typing_extensions import override

from engine.runtime import (
    arming,
    compensation,
    cutting,
    messages,
    scopes,
    throwing,
    timers,
    waiting,
)
from engine.runtime.behaviours.nodes import FlowNode
from engine.runtime.data import hand_out
from engine.runtime.elements import Trigger, TriggerKind
from engine.runtime.step import ThrownMessage
from engine.runtime.tokens import Token
from engine.runtime.tree import ORIGIN, end_branch, fork_above, view
from engine.runtime.work import Role

THROWN = "thrown"  # in the memo of a throwing event: its signals are on their way


class BoundaryEvent(FlowNode):
    """A boundary event that has fired; arming counted the round."""

    @override
    def arrive(self, token: Token) -> bool:
        waiting.entered(token, count=False)
        return True


class CatchEvent(FlowNode):
    """An intermediate event that waits for one event, one of several, or all."""

    @override
    def run(self, token: Token) -> bool | None:
        events = arming.reckon_event(token, token.task_spec, token.data)
        if not events:
            return True
        token.rest(started=True)
        if len(events) == 1:
            waiting.open_trigger(token, events[0].trigger, events[0].found)
        else:
            arming.arm_race(token, events)
        return None

    @override
    def caught(self, token: Token, payload: Any) -> None:
        token.data = messages.store(token.data, token.element.trigger, payload)
        _wait_again(token)
        waiting.close_wait(token, completed=True)
        token.complete()

    @override
    def raced(self, token: Token, winner: Token, payload: Any) -> None:
        trigger = arming.trigger_of(winner, token.element)
        token.data = messages.store(token.data, trigger, payload)
        waiting.close_wait(winner, completed=True)
        cutting.cut(winner, "")
        if not (token.element.all_triggers and token.below):
            cutting.disarm(token, token.element.id)
            token.complete()


def _wait_again(token: Token) -> None:
    """Leave another token for a timer that repeats a number of times.

    One without end would hold its scope for ever; it fires once.
    """
    schedule, trigger = waiting.schedule_of(token), token.element.trigger
    if schedule is None or schedule.left is None or trigger is None:
        return
    again = timers.following(token, schedule)
    if again is not None:
        beside = Token(token.scope, token.task_spec, fork_above(token), token.data)
        waiting.entered(beside)
        beside.rest(started=True)
        waiting.open_trigger(beside, trigger, again)


class ThrowEvent(FlowNode):
    """An event that throws; what it throws is reckoned before anything happens."""

    @override
    def run(self, token: Token) -> bool | None:
        if token.memo.pop(THROWN, False):
            return self._throw_rest(token)
        leaving = [
            (trigger, messages.outgoing(token, trigger, token.data))
            for trigger in token.element.triggers
            if trigger.kind in {TriggerKind.MESSAGE, TriggerKind.SIGNAL}
        ]
        for trigger, message in leaving:
            _send(token, trigger, message)
        if not any(message.signal for _, message in leaving):
            return self._throw_rest(token)
        # What waits beside this token gets the signal before the token moves on.
        waiting.completed(token)
        token.memo[THROWN] = True
        token.work.ready.append(token)
        return None

    def _throw_rest(self, token: Token) -> bool | None:
        for trigger in token.element.triggers:
            if token.is_live:
                self.throw(token, trigger)
        return True if token.is_live and not _is_undoing(token) else None

    def throw(self, token: Token, trigger: Trigger) -> None:
        """Throw what is neither message nor signal."""
        if trigger.kind is TriggerKind.ESCALATION:
            payload = messages.payload(token, trigger, token.data)
            throwing.throw_escalation(token, trigger.code, payload)
        elif trigger.kind is TriggerKind.COMPENSATION:
            compensation.start(token, trigger.activity)


class EndEvent(ThrowEvent):
    """An event that ends its branch, or its whole scope."""

    @override
    def throw(self, token: Token, trigger: Trigger) -> None:
        if trigger.kind is TriggerKind.ERROR:
            payload = messages.payload(token, trigger, token.data)
            throwing.throw_error(token, trigger.code, payload)
        elif trigger.kind is TriggerKind.TERMINATE:
            _terminate(token)
        elif trigger.kind is TriggerKind.CANCEL:
            _stop_others(token)
            compensation.start(token, "")
        else:
            super().throw(token, trigger)

    @override
    def leave(self, token: Token) -> None:
        trigger = token.element.trigger
        if trigger is not None and trigger.kind is TriggerKind.CANCEL:
            waiting.completed(token)
            if throwing.cancel_transaction(token):
                return
        _note_outcome(token)
        super().leave(token)


def _terminate(token: Token) -> None:
    scope, reason = token.scope, token.element.id
    data = view(scope)
    waiting.completed(token)
    _note_outcome(token)
    end_branch(token)
    scopes.finish(scope, data, reason)


def _note_outcome(token: Token) -> None:
    """Note the end event as the process's outcome, if it is the process's own.

    So is one in an event sub-process that has taken the place of the main flow.
    """
    scope = token.scope
    while scope.host is not None:
        host = scope.host
        if host.role is not Role.HANDLER or ORIGIN in host.memo:
            return
        scope = host.scope
    if token.element.id:
        token.scope.root.outcome = token.element.id


def _stop_others(token: Token) -> None:
    """Cut off everything else in the transaction that is cancelled."""
    top = token.scope.task_tree
    token.data = view(token.scope)
    token.hang_below(top)
    cutting.empty(token.scope, token.element.id, keep=token)


def _is_undoing(token: Token) -> bool:
    return scopes.UNDO in token.memo


def _send(token: Token, trigger: Trigger, message: ThrownMessage) -> None:
    """Let a message or signal leave; a signal reaches its own instance too."""
    if not message.signal or trigger.everywhere:
        token.work.record.thrown(message)
    if message.signal:
        root = token.scope.root
        throwing.spread_signal_soon(root, message.name, hand_out(message.payload))
