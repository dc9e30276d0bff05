"""Start, end, intermediate and boundary events."""

from typing import Any

from typing_extensions import override

from engine.runtime import arming, cutting, messages, scopes, throwing, waiting
from engine.runtime.behaviours.nodes import FlowNode
from engine.runtime.elements import Trigger, TriggerKind
from engine.runtime.step import ThrownMessage
from engine.runtime.tokens import RootScope, Token
from engine.runtime.tree import end_branch, view


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


class ThrowEvent(FlowNode):
    """An event that throws; the throwing is done before its effects begin."""

    @override
    def run(self, token: Token) -> bool | None:
        triggers = token.element.triggers
        messages_out = [
            messages.outgoing(token, trigger, token.data)
            for trigger in triggers
            if trigger.kind in {TriggerKind.MESSAGE, TriggerKind.SIGNAL}
        ]
        self.note(token)
        for message in messages_out:
            _send(token, message)
        for trigger in triggers:
            if token.is_live:
                self.throw(token, trigger)
        return True if token.is_live else None

    def note(self, token: Token) -> None:
        """Note that the event is done."""
        waiting.completed(token)

    def throw(self, token: Token, trigger: Trigger) -> None:
        """Throw what is neither message nor signal."""
        if trigger.kind is TriggerKind.ESCALATION:
            payload = messages.payload(token, trigger, token.data)
            throwing.throw_escalation(token, trigger.code, payload)


class EndEvent(ThrowEvent):
    """An event that ends its branch, or its whole scope."""

    @override
    def note(self, token: Token) -> None:
        if not any(found.kind is TriggerKind.ERROR for found in token.element.triggers):
            waiting.completed(token)
        if isinstance(token.scope, RootScope) and token.element.id:
            token.scope.outcome = token.element.id

    @override
    def throw(self, token: Token, trigger: Trigger) -> None:
        if trigger.kind is TriggerKind.ERROR:
            payload = messages.payload(token, trigger, token.data)
            waiting.completed(token)
            throwing.throw_error(token, trigger.code, payload)
        elif trigger.kind is TriggerKind.TERMINATE:
            _terminate(token)
        else:
            super().throw(token, trigger)


def _terminate(token: Token) -> None:
    scope, reason = token.scope, token.element.id
    data = view(scope)
    end_branch(token)
    scopes.finish(scope, data, reason)


def _send(token: Token, message: ThrownMessage) -> None:
    """Let a message or signal leave; a signal reaches its own instance at once."""
    everywhere = next(
        (
            trigger.everywhere
            for trigger in token.element.triggers
            if trigger.name == message.name
        ),
        True,
    )
    if not message.signal or everywhere:
        token.work.record.thrown(message)
    if message.signal:
        throwing.spread_signal(token.scope.root, message.name, message.payload)
