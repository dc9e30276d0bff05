"""Entering and ending scopes: sub-processes, called processes, the process itself."""

from collections.abc import Sequence

from engine.runtime import arming, cutting
from engine.runtime.data import Data
from engine.runtime.tokens import InnerScope, RootScope, Scope, Token


def enter(host: Token, key: str, data: Data, starts: Sequence[str] = ()) -> None:
    """Open the scope ``key`` inside ``host`` and put tokens on its start nodes."""
    spec = host.scope.root.subprocess_specs[key]
    host.rest(started=True)
    begin(InnerScope(spec, host), data, starts or spec.starts)


def begin(scope: Scope, data: Data, starts: Sequence[str]) -> None:
    """Let a new scope wait for its event sub-processes and run from ``starts``."""
    top = scope.plant(data)
    arming.arm_starts(scope)
    for name in starts:
        Token(scope, scope.spec.node(name), top, data).go()


def settle(scope: Scope, data: Data) -> None:
    """End the scope if no token holds it any more; ``data`` is what it gives."""
    if not scope.holders():
        finish(scope, data)


def finish(scope: Scope, data: Data, reason: str = "") -> None:
    """End the scope, cutting off what is left in it."""
    cutting.empty(scope, reason)
    scope.task_tree.data = data
    if isinstance(scope, RootScope):
        scope.finished = True
        return
    host = scope.host
    host.does.inside_done(host, data)
    scope.root.subprocesses.pop(host.id, None)
    host.work.attempt(host, host.complete)
