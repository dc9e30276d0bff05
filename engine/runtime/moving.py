"""Putting tokens where they did not come by themselves, and taking tokens away.

Everything is tried on a copy: either all of it holds, or nothing has happened. What
would leave a join waiting for ever is refused, whoever asks for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Text
from engine.runtime import codec, cutting, outlook, placing, stepping, waiting
from engine.runtime.compensation import DRIVER
from engine.runtime.data import accept
from engine.runtime.faults import ElementFailed, NotWaitingError
from engine.runtime.model import Model
from engine.runtime.remarks import MoveRefusedError, Remark, stranded
from engine.runtime.specs import ScopeSpec
from engine.runtime.step import Step, Surroundings
from engine.runtime.tokens import RootScope, Scope, Token
from engine.runtime.tree import end_branch, view, view_of
from engine.runtime.work import ARMED, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """Put a token before an element.

    ``within`` is the ref of the sub-process or call activity around it, for the case
    that several run; ``values`` are set at the token.
    """

    element_id: str
    values: Mapping[str, Any] = field(default_factory=dict)
    within: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Termination:
    """Take the token at ``ref`` away, with everything inside and attached."""

    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Put the token at ``ref`` before another element, with the data it has."""

    ref: str
    element_id: str
    values: Mapping[str, Any] = field(default_factory=dict)
    within: str | None = None


Instruction = Activation | Termination | Move


def modify(
    model: Model,
    root: RootScope,
    instructions: Sequence[Instruction],
    around: Surroundings,
    reason: str,
) -> tuple[RootScope, Step]:
    """Return the instance after all instructions; ``root`` stays as it is.

    Tokens are put first and taken then, so that no scope ends in between.

    Raises:
        MoveRefusedError: a token has no business there, a join would be stranded,
            or nothing would be left.
        NotWaitingError: there is no such token.
        UnsuitableValueError: a value cannot be process data.
    """
    new = codec.load(model, codec.dump(model, root))
    work = stepping.begin(new, around)
    try:
        before = {id(scope): outlook.marking_of(scope) for scope in new.scopes()}
        _carry_out(new, instructions, reason)
        _check(new, before)
        stepping.settle(new)
    except ElementFailed as failure:
        raise MoveRefusedError([_failed(failure)]) from failure
    finally:
        new.end()
    outcome = new.outcome if new.finished else None
    return new, work.record.step(finished=new.finished, outcome=outcome)


def refs_at(root: RootScope, element_id: str) -> list[str]:
    """Return the refs of the tokens at an element; a loop counts once."""
    return [
        token.ref
        for scope in root.scopes()
        for token in scope.live_tokens()
        if token.element.id == element_id
        and token.role is not Role.INSTANCE
        and token.role not in ARMED
    ]


def _carry_out(
    root: RootScope, instructions: Iterable[Instruction], reason: str
) -> None:
    over: list[Token] = []
    for each in instructions:
        if isinstance(each, Activation):
            scope = placing.scope_for(root, each.element_id, each.within)
            data = {**view(scope), **accept(each.values)}
            node = placing.node_for(scope.spec, each.element_id)
            placing.put(scope, node, scope.task_tree, data)
            continue
        token = _token(root, each.ref)
        over.append(token)
        if isinstance(each, Move):
            _move(token, each)
    for token in over:
        if token.is_live:  # it may be gone with another
            _take(token, reason)


def _move(token: Token, move: Move) -> None:
    """Put a token where another is to go; in the same scope if the element is there."""
    scope = token.scope
    if move.within is not None or not placing.has(scope.spec, move.element_id):
        scope = placing.scope_for(scope.root, move.element_id, move.within)
    node, parent = placing.node_for(scope.spec, move.element_id), scope.task_tree
    data = view(scope)
    if scope is token.scope:
        data, parent = view_of(token), token.above or parent
    placing.put(scope, node, parent, {**data, **accept(move.values)})


def _token(root: RootScope, ref: str) -> Token:
    token = root.find(ref)
    if token is None:
        raise NotWaitingError(ref, "task")
    if token.role is Role.INSTANCE or token.role in ARMED or DRIVER in token.memo:
        raise MoveRefusedError([_bound(token)])
    return token


def _take(token: Token, reason: str) -> None:
    """Take a token away; what was entered there is kept for other branches."""
    scope = token.scope
    token.data = view_of(token)
    inside = token.inside
    if inside is not None:
        cutting.empty(inside, reason)
    cutting.cut_below(token, reason)
    waiting.close_wait(token, completed=False, reason=reason)
    waiting.terminated(token)
    end_branch(token)
    if scope.host is not None and not scope.holders():
        _take(_token(scope.root, scope.host.ref), reason)


def _check(root: RootScope, before: Mapping[int, outlook.Marking]) -> None:
    if not root.holders():
        raise MoveRefusedError([_nothing_left()])
    remarks = [
        stranded(_shown(scope.spec), scope.path)
        for scope in root.scopes()
        if outlook.strands(scope) or _is_worse(scope, before.get(id(scope)))
    ]
    if remarks:
        raise MoveRefusedError(remarks)


def _is_worse(scope: Scope, before: outlook.Marking | None) -> bool:
    after = outlook.marking_of(scope)
    return before is not None and outlook.worsens(scope.spec, before, after)


def _shown(spec: ScopeSpec) -> str:
    return spec.element.id if spec.element else ""


def _bound(token: Token) -> Remark:
    return Remark(
        code="token-bound",
        element_id=token.element.id,
        path=token.scope.path,
        text=Text(
            f"{token.element.id} belongs to a loop, an activity or an undoing; "
            "move or end that as a whole.",
            f"“{token.element.id}”属于循环、活动或补偿，只能整体移动或终止。",
        ),
    )


def _nothing_left() -> Remark:
    return Remark(
        code="nothing-left",
        element_id="",
        text=Text(
            "Nothing would be left of the case; cancel it instead.",
            "流程中将没有任何活动，请改为取消流程。",
        ),
    )


def _failed(failure: ElementFailed) -> Remark:
    return Remark(code=failure.code, element_id=failure.element_id, text=failure.text)
