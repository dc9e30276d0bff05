"""Letting an instance move until it can only wait."""

from engine.errors import Text
from engine.runtime import expressions, joins, throwing, waiting
from engine.runtime.arming import START, trigger_of
from engine.runtime.behaviours.gateways import SettledJoin
from engine.runtime.elements import Trigger
from engine.runtime.faults import ElementFailed
from engine.runtime.step import Surroundings, WaitKind
from engine.runtime.tokens import NodeSpec, RootScope, Scope, Token
from engine.runtime.tree import view, view_of
from engine.runtime.work import Role, Work

BUDGET = 100_000  # tokens that run in one command before one is stopped

FIRED = "fired"  # in the memo of a conditional event: it was true when last seen


def begin(root: RootScope, around: Surroundings) -> Work[Token]:
    """Begin a command."""
    work = Work(around, BUDGET, waiting.fail)
    root.begin(work)
    return work


def settle(root: RootScope) -> None:
    """Run everything that can run, joins and conditions last."""
    _run_ready(root.work)
    while not root.finished and (_settle_joins(root) or _settle_conditions(root)):
        _run_ready(root.work)


def _run_ready(work: Work[Token]) -> None:
    ready = work.ready
    while ready:
        token = ready.popleft()
        if token.is_ready:
            work.budget -= 1
            work.attempt(token, token.run if work.budget >= 0 else _stop)


def _stop() -> None:
    raise ElementFailed(
        "too-many-steps",
        Text(
            f"{BUDGET} elements were passed without anything to wait for.",
            f"连续执行了 {BUDGET} 个元素而没有任何等待。",
        ),
    )


def _settle_joins(root: RootScope) -> bool:
    waiting_joins: dict[tuple[Scope, NodeSpec], SettledJoin] = {}
    for scope in root.scopes():
        for token in scope.tasks.values():
            does = token.task_spec.does if joins.ARRIVED in token.memo else None
            if isinstance(does, SettledJoin):
                waiting_joins[scope, token.task_spec] = does
    fired = [
        join.settle(scope, spec, stuck=False)
        for (scope, spec), join in waiting_joins.items()
    ]
    return any(fired) or any(
        join.settle(scope, spec, stuck=True)
        for (scope, spec), join in waiting_joins.items()
        if _is_stuck(scope)
    )


def _is_stuck(scope: Scope) -> bool:
    return all(joins.ARRIVED in token.memo for token in scope.holders())


def _settle_conditions(root: RootScope) -> bool:
    watched = [
        token
        for scope in root.scopes()
        for token in list(scope.tasks.values())
        if token.wait is not None and token.wait.kind is WaitKind.CONDITION
    ]
    fired = False
    for token in watched:
        if token.is_live and token.wait is not None:
            fired = _watch(token) or fired
    return fired


def _watch(token: Token) -> bool:
    """Let a conditional event fire when its condition has become true."""
    trigger = _trigger(token)
    if trigger.condition is None:
        return False
    above = token.above
    data = view(token.scope)
    if token.role is Role.BOUNDARY and above is not None:
        data = {**data, **view_of(above)}
    elif token.role is Role.FLOW:
        data = {**data, **token.data}
    try:
        is_true = expressions.condition_or_none(token, trigger.condition, data)
    except ElementFailed as failure:
        waiting.fail(token, failure)
        return False
    was_true = token.memo.get(FIRED, False)
    token.memo[FIRED] = is_true
    if is_true and not was_true:
        throwing.catch(token, None)
        return True
    return False


def _trigger(token: Token) -> Trigger:
    if token.role is Role.START:
        inner = token.scope.root.subprocess_specs[token.element.scope]
        return trigger_of(token, inner.node(token.memo[START]).element)
    return trigger_of(token, token.element)
