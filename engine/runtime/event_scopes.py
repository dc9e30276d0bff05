"""Event sub-processes that start: instead of their scope's tokens, or beside them."""

from typing import Any

from engine.runtime import arming, cutting, messages, scopes, timers, waiting
from engine.runtime.data import Data
from engine.runtime.specs import NodeSpec
from engine.runtime.tokens import Scope, Token
from engine.runtime.tree import ORIGIN, view
from engine.runtime.work import Role


def fire(armed: Token, payload: Any) -> None:
    """Let an armed start of an event sub-process fire."""
    scope, spec, name = armed.scope, armed.task_spec, armed.memo[arming.START]
    inner = scope.root.subprocess_specs[spec.element.scope]
    element = inner.node(name).element
    trigger = arming.trigger_of(armed, element)
    if element.interrupting or trigger.timer is not None:
        schedule = waiting.schedule_of(armed)
        again = None if schedule is None else timers.following(armed, schedule)
        waiting.close_wait(armed, completed=True)
        if again is not None and not element.interrupting:
            arming.arm_start(scope, spec, element, armed.memo[arming.WHICH], again)
        cutting.cut(armed, "")
    data = messages.store(view(scope), trigger, payload)
    start(scope, spec, name, data, interrupting=element.interrupting)


def start(
    scope: Scope, spec: NodeSpec, name: str, data: Data, *, interrupting: bool
) -> None:
    """Run the event sub-process ``spec`` from its start event ``name``."""
    before = view(scope)
    inner = scope.root.subprocess_specs[spec.element.scope]
    if interrupting:
        cutting.empty(scope, inner.node(name).element.id)
    token = Token(scope, spec, scope.task_tree, data, role=Role.HANDLER)
    if not interrupting:
        token.memo[ORIGIN] = before
    waiting.entered(token)
    scopes.enter(token, spec.element.scope, data, (name,))
