"""Conditional events: watched while anything moves, caught when they become true."""

from engine.runtime import expressions, throwing, waiting
from engine.runtime.arming import START, trigger_of
from engine.runtime.elements import Trigger
from engine.runtime.faults import ElementFailed
from engine.runtime.step import WaitKind
from engine.runtime.tokens import RootScope, Token
from engine.runtime.tree import view
from engine.runtime.work import Role

WAS_TRUE = "was_true"  # in the memo of a conditional event, as it was last seen


def any_watched(root: RootScope) -> bool:
    """Tell whether the instance waits for a condition."""
    return any(
        token.wait is not None and token.wait.kind is WaitKind.CONDITION
        for scope in root.scopes()
        for token in scope.tasks.values()
    )


def watch_all(root: RootScope) -> None:
    """Let every conditional event whose condition has become true be caught.

    A condition sees the data of its scope as if all branches joined now.
    """
    watched = [
        token
        for scope in root.scopes()
        for token in list(scope.tasks.values())
        if token.wait is not None and token.wait.kind is WaitKind.CONDITION
    ]
    root.work.watching = bool(watched)
    for token in watched:
        if token.is_live and token.wait is not None:
            _watch(token)


def _watch(token: Token) -> None:
    trigger = _trigger(token)
    if trigger.condition is None:
        return
    try:
        is_true = expressions.value(token, trigger.condition, view(token.scope)) is True
    except ElementFailed as failure:
        waiting.fail(token, failure)
        return
    was_true = token.memo.get(WAS_TRUE, False)
    token.memo[WAS_TRUE] = is_true
    if is_true and not was_true:
        throwing.catch(token, None)


def _trigger(token: Token) -> Trigger:
    if token.role is Role.START:
        inner = token.scope.root.subprocess_specs[token.element.scope]
        return trigger_of(token, inner.node(token.memo[START]).element)
    return trigger_of(token, token.element)
