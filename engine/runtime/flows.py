"""Which sequence flows a token leaves by, and its moving on along them."""

from collections.abc import Iterable

from engine.errors import Text
from engine.runtime import expressions, scopes
from engine.runtime.elements import Element, Flow
from engine.runtime.faults import ElementFailed
from engine.runtime.tokens import Token
from engine.runtime.tree import end_branch, grow


def every(token: Token) -> tuple[Flow, ...]:
    """Return all flows, whatever their conditions say."""
    return token.element.outgoing


def fitting(token: Token) -> tuple[Flow, ...]:
    """Return the flows without a condition and those whose condition is true.

    The default flow is taken when no condition is true.

    Raises:
        ElementFailed: no flow fits (``no-flow``), or a condition gives no answer.
    """
    element = token.element
    if not element.outgoing:
        return ()
    free, guarded = _sorted(element)
    true = tuple(
        flow
        for flow in guarded
        if flow.condition is not None and expressions.holds(token, flow.condition)
    )
    if not true:
        free += _default(element)
    if not (true or free):
        raise _no_flow(token, guarded)
    return tuple(flow for flow in element.outgoing if flow in true or flow in free)


def first_fitting(token: Token) -> tuple[Flow, ...]:
    """Return the first flow, in the order of the file, whose condition is true.

    Raises:
        ElementFailed: as for ``fitting``.
    """
    element = token.element
    if not element.outgoing:
        return ()
    free, guarded = _sorted(element)
    for flow in guarded:
        if flow.condition is not None and expressions.holds(token, flow.condition):
            return (flow,)
    rest = _default(element) or free
    if not rest:
        raise _no_flow(token, guarded)
    return rest[:1]


def move_on(token: Token, chosen: Iterable[Flow]) -> None:
    """Put a token on each chosen flow, or end the branch where there is none."""
    scope = token.scope
    times = token.element.completion_quantity
    targets = [
        (flow, scope.spec.node(flow.target)) for flow in chosen for _ in range(times)
    ]
    if targets:
        for new in grow(token, targets):
            if new.is_live:
                new.go()
        return
    data = token.data
    end_branch(token)
    scopes.settle(scope, data)


def _sorted(element: Element) -> tuple[tuple[Flow, ...], tuple[Flow, ...]]:
    free = tuple(
        flow
        for flow in element.outgoing
        if flow.condition is None and flow.id != element.default
    )
    guarded = tuple(
        flow
        for flow in element.outgoing
        if flow.condition is not None and flow.id != element.default
    )
    return free, guarded


def _default(element: Element) -> tuple[Flow, ...]:
    return tuple(flow for flow in element.outgoing if flow.id == element.default)


def _no_flow(token: Token, guarded: tuple[Flow, ...]) -> ElementFailed:
    conditions = [flow.condition for flow in guarded if flow.condition is not None]
    context = expressions.context_of(token)
    missing = dict.fromkeys(
        name for condition in conditions for name in condition.missing(context)
    )
    texts = "; ".join(condition.text for condition in conditions)
    return ElementFailed(
        "no-flow",
        Text(
            f"No condition is true and there is no default flow: {texts}.",
            f"没有条件成立，也没有默认流向：{texts}。",
        ),
        expression=texts,
        missing=tuple(missing),
    )
