"""Letting an instance move until it can only wait."""

from engine.errors import Text
from engine.runtime import conditions, joins, waiting
from engine.runtime.behaviours.gateways import SettledJoin
from engine.runtime.faults import ElementFailed
from engine.runtime.specs import NodeSpec
from engine.runtime.step import Surroundings
from engine.runtime.tokens import RootScope, Scope, Token
from engine.runtime.tree import refresh_top
from engine.runtime.work import Work

BUDGET = 50_000  # tokens that run in one command before one is stopped


def begin(root: RootScope, around: Surroundings) -> Work[Token]:
    """Begin a command."""
    work = Work(around, BUDGET, waiting.fail)
    root.begin(work)
    work.watching = conditions.any_watched(root)
    return work


def settle(root: RootScope) -> None:
    """Run everything that can run, joins and conditions last."""
    _run_ready(root)
    while not root.finished and _settle_joins(root):
        _run_ready(root)
    for scope in root.scopes():
        refresh_top(scope)


def _run_ready(root: RootScope) -> None:
    work = root.work
    ready = work.ready
    if work.watching:  # the command itself may have made a condition true
        conditions.watch_all(root)
    while ready:
        found = ready.popleft()
        if not isinstance(found, Token):
            found()
        elif found.is_ready:
            work.budget -= 1
            work.attempt(found, found.run if work.budget >= 0 else _stop)
        if work.watching:
            conditions.watch_all(root)


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
