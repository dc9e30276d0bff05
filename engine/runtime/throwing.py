"""Errors, escalations and signals on their way to who catches them."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from engine.errors import Text
from engine.runtime import boundaries, event_scopes, messages, waiting
from engine.runtime.elements import Element, Trigger, TriggerKind
from engine.runtime.faults import ElementFailed
from engine.runtime.specs import NodeSpec
from engine.runtime.step import WaitKind
from engine.runtime.tokens import RootScope, Scope, Token
from engine.runtime.tree import view, view_of
from engine.runtime.work import Role

Action: TypeAlias = Callable[[], None]


def throw_error(
    token: Token, code: str, payload: Any = None, *, from_inside: bool = False
) -> None:
    """Let the nearest scope that catches the error go on from there.

    ``from_inside`` tells that the token's own activity threw it, so that its own
    boundary comes first; otherwise the token's event is done once it is caught.

    Raises:
        ElementFailed: nobody catches it (``error-not-caught``); the step is then
            marked as failed.
    """
    found = _catcher(token, TriggerKind.ERROR, code, payload, own=from_inside)
    if found is None:
        token.work.record.failed = True
        raise ElementFailed(
            "error-not-caught",
            Text(
                f"Nobody catches the error {code or 'without a code'!r}.",
                f"错误“{code or '（无代码）'}”没有被捕获。",
            ),
        )
    if not from_inside:
        waiting.completed(token)
    found()


def throw_escalation(token: Token, code: str, payload: Any = None) -> None:
    """Let the nearest scope that catches the escalation know; nobody need."""
    waiting.completed(token)
    found = _catcher(token, TriggerKind.ESCALATION, code, payload)
    if found is not None:
        found()


def cancel_transaction(token: Token) -> bool:
    """Leave the transaction around ``token`` by its cancel boundary event.

    Return whether there is one.
    """
    host = token.scope.host
    if host is None:
        return False
    found = _at_boundary(_carrier(host), TriggerKind.CANCEL, "", None)
    if found is not None:
        found()
    return found is not None


def spread_signal_soon(root: RootScope, name: str, payload: Any) -> None:
    """Spread a signal once what is under way beside its thrower has moved."""
    root.work.ready.append(lambda: spread_signal(root, name, payload))


def spread_signal(root: RootScope, name: str, payload: Any) -> None:
    """Let everything in the instance that waits for the signal catch it."""
    waiting_now = [
        token
        for scope in root.scopes()
        for token in list(scope.tasks.values())
        if token.wait is not None
        and token.wait.kind is WaitKind.SIGNAL
        and token.wait.name == name
    ]
    for token in waiting_now:
        if token.is_live and token.wait is not None:
            catch(token, payload)


def catch(token: Token, payload: Any) -> None:
    """Hand an event to the token that waits for it; a failure is its incident."""
    token.work.attempt(token, lambda: _hand_over(token, payload))


def _hand_over(token: Token, payload: Any) -> None:
    if token.role is Role.BOUNDARY:
        boundaries.fire(token, payload)
    elif token.role is Role.START:
        event_scopes.fire(token, payload)
    elif token.role is Role.RACE:
        above = token.above
        if above is not None:
            above.does.raced(above, token, payload)
    else:
        token.does.caught(token, payload)


def _outwards(token: Token) -> Iterator[tuple[Scope, bool]]:
    """Yield the scopes around ``token``, and whether their handlers may catch.

    What an event sub-process throws is not for the handlers of its scope, of which
    it is one, but for the boundary of that scope and for what is beyond.
    """
    scope: Scope = token.scope
    may_catch = True
    while True:
        yield scope, may_catch
        host = scope.host
        if host is None:
            return
        may_catch = host.task_spec.name not in host.scope.spec.triggered
        scope = host.scope


def _carrier(host: Token) -> Token:
    """Return the token that boundary events are attached to: the loop, if any."""
    above = host.above
    return above if host.role is Role.INSTANCE and above is not None else host


def _catcher(
    token: Token, kind: TriggerKind, code: str, payload: Any, *, own: bool = False
) -> Action | None:
    """Return what happens where the throw is caught; None if it is nowhere."""
    if own and (found := _at_boundary(_carrier(token), kind, code, payload)):
        return found
    for scope, may_catch in _outwards(token):
        if may_catch and (found := _in_scope(scope, kind, code, payload)):
            return found
        host = scope.host
        if host and (found := _at_boundary(_carrier(host), kind, code, payload)):
            return found
    return None


def _in_scope(
    scope: Scope, kind: TriggerKind, code: str, payload: Any
) -> Action | None:
    found = _best(_starts(scope), kind, code)
    if found is None:
        return None
    spec, element, trigger = found
    interrupting = element.interrupting or kind is TriggerKind.ERROR

    def begin() -> None:
        data = messages.store(view(scope), trigger, payload)
        event_scopes.start(
            scope, spec, element.name_in_model, data, interrupting=interrupting
        )

    return begin


def _at_boundary(
    host: Token, kind: TriggerKind, code: str, payload: Any
) -> Action | None:
    found = _best(_boundaries(host), kind, code)
    if found is None:
        return None
    spec, element, trigger = found
    stays = kind is TriggerKind.ESCALATION and not element.interrupting
    go = boundaries.accompany if stays else boundaries.interrupt
    return lambda: go(host, spec, messages.store(view_of(host), trigger, payload))


def _starts(scope: Scope) -> Iterator[tuple[NodeSpec, Element, Trigger]]:
    inner = scope.root.subprocess_specs
    for name in scope.spec.triggered:
        spec = scope.spec.node(name)
        for start in inner[spec.element.scope].starts:
            element = inner[spec.element.scope].node(start).element
            for trigger in element.triggers:
                yield spec, element, trigger


def _boundaries(host: Token) -> Iterator[tuple[NodeSpec, Element, Trigger]]:
    for name in host.element.boundaries:
        spec = host.scope.spec.node(name)
        for trigger in spec.element.triggers:
            yield spec, spec.element, trigger


def _best(
    candidates: Iterator[tuple[NodeSpec, Element, Trigger]],
    kind: TriggerKind,
    code: str,
) -> tuple[NodeSpec, Element, Trigger] | None:
    """Return who catches this very code, else who catches any."""
    fitting = [found for found in candidates if found[2].kind is kind]
    exact = [found for found in fitting if code and found[2].code == code]
    open_to_all = [found for found in fitting if not found[2].code]
    return next(iter(exact + open_to_all), None)
