"""Sending work back: to which earlier task of the same scope, and what that cancels.

Going back to a task inside the own branch moves one token. Further back, beyond the
gateway where branches parted, those branches are taken back with it: the smallest
group of tokens goes without which no work is there twice and no join is left waiting.
Where no group will do, the task is no target.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from engine.errors import Text
from engine.runtime import cutting, outlook
from engine.runtime.behaviours.tasks import UserTask
from engine.runtime.faults import NotWaitingError
from engine.runtime.remarks import MoveRefusedError, Remark
from engine.runtime.specs import NodeSpec, ScopeSpec
from engine.runtime.step import Wait, WaitKind
from engine.runtime.tokens import RootScope, Scope, Token
from engine.runtime.trace import detached
from engine.runtime.tree import leaves_first, view_below, view_of
from engine.runtime.work import Role


@dataclass(frozen=True, slots=True)
class Return:
    """A task that work can be sent back to, and the waits that this ends.

    The wait of the task that is sent back comes first in ``cancels``.
    """

    element_id: str
    element_name: str
    cancels: tuple[Wait, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    node: NodeSpec
    top: Token
    tokens: tuple[Token, ...]


def returns(root: RootScope, ref: str, finished: Collection[str]) -> list[Return]:
    """Return the legal targets among the ``finished`` elements, in their order.

    Raises:
        NotWaitingError: no user task is open at ``ref``.
    """
    token = _task(root, ref)
    plans = (_plan(token, element_id) for element_id in dict.fromkeys(finished))
    return [_described(plan, ref) for plan in plans if plan is not None]


def send_back(root: RootScope, ref: str, element_id: str, reason: str) -> None:
    """Let the case stand before ``element_id`` again; data stay as they are.

    Raises:
        NotWaitingError: no user task is open at ``ref``.
        MoveRefusedError: the element is no legal target.
    """
    token = _task(root, ref)
    plan = _plan(token, element_id)
    if plan is None:
        raise MoveRefusedError([_no_target(token, element_id)])
    scope, top = token.scope, plan.top
    data = view_of(top) if top.is_live else view_below(top)
    parent = top.above or scope.task_tree
    new = Token(scope, plan.node, parent, data)
    if top is scope.task_tree:
        for child in [found for found in top.below if _is_flow(found)]:
            if child is not new:
                cutting.cut(child, reason)
    else:
        cutting.cut(top, reason)
    new.go()


def _task(root: RootScope, ref: str) -> Token:
    token = root.find(ref)
    if token is None or token.wait is None or token.wait.kind is not WaitKind.TASK:
        raise NotWaitingError(ref, "task")
    return token


def _plan(token: Token, element_id: str) -> _Plan | None:
    """Return the smallest group of tokens that a return would replace, if any."""
    above = token.above
    carrier = above if token.role is Role.INSTANCE and above is not None else token
    node = _earlier(token, element_id)
    if node is None or carrier.role is not Role.FLOW:
        return None
    scope = token.scope
    for top, tokens in _groups(carrier):
        gone = {found.id for found in tokens}
        places = [place for key, place in _places(scope) if key not in gone]
        marking = tuple(sorted([*places, (node.name, "")]))
        if _is_clear(scope.spec, node.name, places) and not _strands(scope, marking):
            return _Plan(node, top, tokens)
    return None


def _strands(scope: Scope, marking: outlook.Marking) -> bool:
    before = outlook.marking_of(scope)
    return outlook.would_strand(scope.spec, marking) or outlook.worsens(
        scope.spec, before, marking
    )


def _is_clear(spec: ScopeSpec, name: str, places: list[outlook.Place]) -> bool:
    """Tell whether no token stays that would come again from the node ``name``.

    A token that waits for others at a join is where its flow comes from.
    """
    again = {name, *outlook.onward(spec)[name]}
    where = (spec.flows[flow].source if flow else node for node, flow in places)
    return again.isdisjoint(where)


def _earlier(token: Token, element_id: str) -> NodeSpec | None:
    """Return the user task of that id if the token's element can come after it."""
    spec, own = token.scope.spec, token.task_spec.name
    for node in spec.nodes():
        if node.element.id == element_id and node.name != own:
            is_task = isinstance(node.does, UserTask)
            is_before = own in outlook.reachable(spec, node.name)
            return node if is_task and is_before else None
    return None


def _groups(carrier: Token) -> Iterator[tuple[Token, tuple[Token, ...]]]:
    """Yield the token alone, then all below each fork above it, outwards."""
    yield carrier, (carrier,)
    top = carrier.above
    while top is not None:
        found = [node for node in leaves_first(top) if _is_flow(node) and node.is_live]
        yield top, tuple(found)
        top = top.above


def _is_flow(token: Token) -> bool:
    return token.role is Role.FLOW


def _places(scope: Scope) -> Iterator[tuple[object, outlook.Place]]:
    for token in scope.live_tokens():
        if _is_flow(token):
            yield token.id, outlook.place_of(token)


def _described(plan: _Plan, ref: str) -> Return:
    waits = [wait for token in plan.tokens for wait in _waits(token)]
    waits.sort(key=lambda wait: wait.ref != ref)
    element = plan.node.element
    return Return(element.id, element.name, tuple(map(detached, waits)))


def _waits(token: Token) -> Iterator[Wait]:
    """Yield what is waited for at a token, inside it and at its boundary."""
    for node in leaves_first(token):
        if node.wait is not None:
            yield node.wait
        if node.inside is not None:
            for inner in node.inside.task_tree.below:
                yield from _waits(inner)


def _no_target(token: Token, element_id: str) -> Remark:
    return Remark(
        code="no-return",
        element_id=element_id,
        path=token.scope.path,
        text=Text(
            f"{token.element.id} cannot be sent back to {element_id}: that is no "
            "earlier task of the same process, or a join would be left waiting.",
            f"“{token.element.id}”不能退回到“{element_id}”："
            "它不是同一流程中的前序任务，或会使汇聚网关一直等待。",
        ),
    )
