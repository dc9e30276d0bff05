"""Boundary events that fire: the host goes or stays, a token leaves at its boundary."""

from typing import Any

from engine.runtime import arming, cutting, messages, timers, waiting
from engine.runtime.data import Data
from engine.runtime.elements import Trigger
from engine.runtime.specs import NodeSpec
from engine.runtime.timers import Schedule
from engine.runtime.tokens import Token
from engine.runtime.tree import fork_above, view_of


def fire(armed: Token, payload: Any) -> None:
    """Let an armed boundary event fire."""
    host = armed.above
    if host is None:
        return
    spec, trigger = armed.task_spec, arming.trigger_of(armed, armed.element)
    data = messages.store(view_of(host), trigger, payload)
    if armed.element.interrupting:
        waiting.close_wait(armed, completed=True)
        interrupt(host, spec, data)
    else:
        again = _again(armed)
        _arm_again(armed, host, trigger, again)
        accompany(host, spec, data)


def interrupt(host: Token, spec: NodeSpec, data: Data) -> None:
    """Cut off ``host`` and go on at the boundary event ``spec`` instead."""
    parent = host.above
    new = Token(host.scope, spec, parent, data)
    cutting.cut(host, spec.element.id)
    new.go()


def accompany(host: Token, spec: NodeSpec, data: Data) -> None:
    """Go on at the boundary event ``spec`` beside ``host``, which stays."""
    fork = fork_above(host)
    Token(host.scope, spec, fork, data).go()


def _again(armed: Token) -> Schedule | None:
    schedule = waiting.schedule_of(armed)
    return None if schedule is None else timers.following(armed, schedule)


def _arm_again(
    armed: Token, host: Token, trigger: Trigger, again: Schedule | None
) -> None:
    """Wait for the next time: a timer anew, anything else as before."""
    if trigger.timer is None:
        return
    waiting.close_wait(armed, completed=True)
    if again is not None:
        index = armed.memo.get(arming.WHICH, 0)
        event = arming.Reckoned(armed.task_spec, armed.element, index, again)
        arming.arm_boundary(host, event)
    cutting.cut(armed, "")
