"""Entering and ending scopes: sub-processes, called processes, the process itself."""

from collections.abc import Sequence

from engine.errors import Text
from engine.runtime import arming, cutting, expressions, waiting
from engine.runtime.data import Data
from engine.runtime.faults import ElementFailed
from engine.runtime.tokens import InnerScope, RootScope, Scope, Token
from engine.runtime.tree import view

MAX_NESTING = 64
REST = "rest"  # in the memo of an ordered ad-hoc sub-process: what is still to do
UNDO = "undo"  # in the memo of a host: what can be undone of the scope inside


def enter(host: Token, key: str, data: Data, starts: Sequence[str] = ()) -> None:
    """Open the scope ``key`` inside ``host`` and put tokens on its start nodes."""
    spec = host.scope.root.subprocess_specs[key]
    host.rest(started=True)
    begin(InnerScope(spec, host), data, starts or spec.entrances)


def check_nesting(host: Token) -> None:
    """See that a scope may be opened inside ``host``.

    Raises:
        ElementFailed: scopes are nested too deeply (``nesting-too-deep``).
    """
    if len(host.scope.path) >= MAX_NESTING:
        raise ElementFailed(
            "nesting-too-deep",
            Text(
                f"Processes call each other more than {MAX_NESTING} deep.",
                f"流程相互调用超过 {MAX_NESTING} 层。",
            ),
        )


def begin(scope: Scope, data: Data, starts: Sequence[str]) -> None:
    """Let a new scope wait for its event sub-processes and run from ``starts``."""
    top = scope.plant(data)
    arming.arm_starts(scope)
    for name in starts:
        Token(scope, scope.spec.node(name), top, data).go()
    if not starts:
        settle(scope, data)


def begin_behind(scope: Scope, data: Data, name: str) -> None:
    """Run a new scope from behind the event ``name``, which has started it."""
    top = scope.plant(data)
    arming.arm_starts(scope)
    token = Token(scope, scope.spec.node(name), top, data)
    waiting.entered(token)
    token.work.attempt(token, token.complete)


def settle(scope: Scope, data: Data) -> None:
    """End the scope if no token holds it any more; ``data`` is what it gives."""
    if _is_ad_hoc(scope) and scope.host is not None:
        host = scope.host
        host.work.attempt(host, lambda: _settle_ad_hoc(scope, data))
    elif not scope.holders():
        finish(scope, data)


def finish(scope: Scope, data: Data, reason: str = "") -> None:
    """End the scope, cutting off what is left in it."""
    cutting.empty(scope, reason)
    scope.task_tree.data = data
    if isinstance(scope, RootScope):
        scope.finished = True
        return
    host = scope.host
    if scope.compensations:
        host.memo[UNDO] = scope.compensations
    host.does.inside_done(host, data)
    scope.root.subprocesses.pop(host.id, None)
    host.work.attempt(host, host.complete)


def _is_ad_hoc(scope: Scope) -> bool:
    return scope.spec.element is not None and scope.spec.element.ad_hoc


def _settle_ad_hoc(scope: Scope, data: Data) -> None:
    """End an ad-hoc sub-process if it is complete, or go on with the next activity."""
    host, element = scope.host, scope.spec.element
    if host is None or element is None:
        return
    rest, holders = host.memo.get(REST, []), scope.holders()
    if not holders:
        scope.task_tree.data = data
    seen = view(scope)
    complete = element.completion is not None and expressions.holds(
        host, element.completion, seen
    )
    if complete and (element.cancel_rest or not holders):
        host.memo.pop(REST, None)
        finish(scope, seen, element.id)
    elif rest and not holders and not complete:
        host.memo[REST] = rest[1:]
        Token(scope, scope.spec.node(rest[0]), scope.task_tree, data).go()
    elif not holders:
        finish(scope, data)
