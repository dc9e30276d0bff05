"""Moving tokens about in the tree of their scope, with the data that goes along.

``grow`` replaces a token by those that follow it, ``end_branch`` takes away one that
nothing follows, ``fork_above`` makes room beside a token that stays. After each of
them no fork has fewer than two branches, so the tree never grows with age.
"""

from collections.abc import Iterable, Iterator
from uuid import UUID

from engine.runtime.data import Data, carry_beside, carry_over, same
from engine.runtime.elements import Flow
from engine.runtime.specs import NodeSpec
from engine.runtime.tokens import Scope, Token
from engine.runtime.work import ARMED, Role

ORIGIN = "origin"  # in the memo of a handler: the data it began with


def grow(token: Token, flows: Iterable[tuple[Flow, NodeSpec]]) -> list[Token]:
    """Put one token on each flow in place of ``token``, which becomes a fork."""
    token.become_fork()
    new = [
        Token(token.scope, spec, token, token.data, flow=flow.id)
        for flow, spec in flows
    ]
    tidy(token)
    return new


def fork_above(token: Token) -> Token:
    """Make a fork of ``token`` and what will come beside it; return the fork.

    A fork that holds the very data of the token serves again, so that what comes
    beside it time after time is not nested.
    """
    parent = token.above
    if parent is not None and not parent.is_live and same(parent.data, token.data):
        return parent
    fork = Token(token.scope, token.scope.spec.start, parent, token.data)
    fork.become_fork()
    token.hang_below(fork)
    return fork


def end_branch(token: Token) -> None:
    """Take away a token that nothing follows; other branches get its changes."""
    fork = _fork_of(token)
    origin = token.memo.get(ORIGIN)
    if origin is not None:
        _share(token, token.scope.task_tree, origin, token.data)
    elif fork is not None:
        _share(token, fork, fork.data, token.data)
    uproot(token)


def uproot(token: Token, *, tidy_above: bool = True) -> None:
    """Take away a node and everything below it."""
    parent = token.above
    _forget(token)
    if parent is not None:
        parent._children.remove(token.id)  # noqa: SLF001 - the tree is ours too
        if tidy_above:
            tidy(parent)


def tidy(node: Token) -> None:
    """Take forks with fewer than two branches out of the tree, upwards."""
    here: Token | None = node
    while here is not None and not here.is_live and here is not here.scope.task_tree:
        parent, children = here.above, here.below
        if parent is None or len(children) > 1:
            return
        for child in children:
            child.hang_below(parent)
        parent._children.remove(here.id)  # noqa: SLF001 - the tree is ours too
        del here.scope.tasks[here.id]
        here = parent


def view(scope: Scope) -> Data:
    """Return the data of a scope as it would be if all its branches joined now."""
    return view_below(scope.task_tree)


def view_of(token: Token) -> Data:
    """Return what is known at ``token``, including what runs inside it."""
    inside = token.inside
    if inside is not None and inside.spec.element is not None:
        return view(inside)
    return token.data


def refresh_top(scope: Scope) -> None:
    """Let the top of a scope with one branch hold what the branch holds now.

    What the branch began with matters only where others began beside it.
    """
    top = scope.task_tree
    branches = [child for child in top.below if child.role not in ARMED]
    if len(branches) == 1:
        top.data = branches[0].data


def depth_of(token: Token) -> int:
    """Return how many forks are above ``token``."""
    return sum(1 for _ in _above(token))


def common_fork(tokens: list[Token]) -> Token:
    """Return the lowest fork above all ``tokens``."""
    shared = [node.id for node in _above(tokens[0])]
    for token in tokens[1:]:
        mine = {node.id for node in _above(token)}
        shared = [key for key in shared if key in mine]
    return tokens[0].scope.tasks[shared[0]]


def _above(token: Token) -> Iterable[Token]:
    node = token.above
    while node is not None:
        yield node
        node = node.above


def _fork_of(token: Token) -> Token | None:
    """Return the lowest fork above that has another branch which lives."""
    below = token
    for node in _above(token):
        if any(child is not below and child.role not in ARMED for child in node.below):
            return node
        below = node
    return None


def leaves_first(token: Token) -> Iterator[Token]:
    """Yield the node and all below it, each after those below it, older ones first.

    Without recursion: a loop may leave behind any number of nested forks.
    """
    todo: list[tuple[Token, bool]] = [(token, False)]
    while todo:
        node, is_open = todo.pop()
        children = node.below
        if is_open or not children:
            yield node
        else:
            todo.append((node, True))
            todo += [(child, False) for child in reversed(children)]


def _share(source: Token, top: Token, base: Data, new: Data) -> None:
    """Carry a change to ``top`` and all below it, except ``source``."""
    if new is base:
        return
    for node in list(leaves_first(top)):
        if node is source or source.id == node._parent:  # noqa: SLF001 - ours too
            continue
        origin = node.memo.get(ORIGIN)
        _carry_into(node, base, new, base if origin is None else origin)
        if origin is not None:
            node.memo[ORIGIN] = carry_beside(base, new, origin, origin)


def _carry_into(node: Token, base: Data, new: Data, mine: Data) -> None:
    node.data = carry_beside(base, new, node.data, mine)
    inside = node.inside
    if inside is not None and inside.spec.element is not None:
        for inner in list(inside.tasks.values()):
            if inner is inside.task_tree or inner.role is not Role.HANDLER:
                _carry_into(inner, base, new, mine)


def view_below(top: Token) -> Data:
    """Return the data of a node as if all branches below it joined now."""
    seen: dict[UUID, Data] = {}
    for node in leaves_first(top):
        if node.role in ARMED:
            continue
        branches = [child for child in node.below if child.id in seen]
        if node.is_live:
            seen[node.id] = view_of(node)
        elif branches:
            seen[node.id] = _joined(node, branches, seen)
        else:
            seen[node.id] = node.data
    return seen[top.id]


def _joined(fork: Token, branches: list[Token], seen: dict[UUID, Data]) -> Data:
    data = fork.data
    for child in sorted(branches, key=lambda found: found.serial):
        origin = child.memo.get(ORIGIN, fork.data)
        data = carry_over(origin, seen[child.id], data, latest=True)
    return data


def _forget(token: Token) -> None:
    for node in list(leaves_first(token)):
        inside = node.inside
        if inside is not None:
            _forget_scope(inside)
        del node.scope.tasks[node.id]


def _forget_scope(scope: Scope) -> None:
    for token in list(scope.tasks.values()):
        inside = token.inside
        if inside is not None:
            _forget_scope(inside)
    if scope.host is not None:
        scope.root.subprocesses.pop(scope.host.id, None)
