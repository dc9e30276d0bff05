"""Cutting off what is no longer wanted: tokens, their waits, what runs inside."""

from engine.runtime import waiting
from engine.runtime.tokens import RootScope, Scope, Token
from engine.runtime.tree import leaves_first, uproot, view
from engine.runtime.work import ARMED


def cut(token: Token, reason: str) -> None:
    """Take the token away with everything below and inside it."""
    _silence(token, reason)
    uproot(token)


def empty(scope: Scope, reason: str, *, keep: Token | None = None) -> None:
    """Take every token of the scope away, armed ones too, except ``keep``."""
    for child in scope.task_tree.below:
        if child is keep:
            continue
        _silence(child, reason)
        uproot(child)


def disarm(host: Token, reason: str) -> None:
    """Withdraw the events that are armed below ``host``."""
    for child in host.below:
        if child.role in ARMED:
            _silence(child, reason)
            uproot(child, tidy_above=False)


def cut_below(token: Token, reason: str) -> None:
    """Cut off the passes of a loop, and the events armed for it."""
    for child in token.below:
        _silence(child, reason)
        uproot(child, tidy_above=False)


def _silence(token: Token, reason: str) -> None:
    """Close waits and note terminations, innermost first."""
    for node in list(leaves_first(token)):
        inside = node.inside
        if inside is not None:
            empty(inside, reason)
        waiting.close_wait(node, completed=False, reason=reason)
        waiting.terminated(node)


def cancel(root: RootScope, reason: str) -> None:
    """Cut everything off; the instance is then finished, with the data it had."""
    root.task_tree.data = view(root)
    empty(root, reason)
    root.finished, root.outcome = True, None
