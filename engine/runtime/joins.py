"""Bringing tokens together: which are there, whether that is enough, their data.

Tokens that have arrived wait at the node; firing takes one from each flow, the
oldest first, so a second round never mixes with the first.
"""

from collections.abc import Iterable, Iterator

from engine.runtime import cutting, waiting
from engine.runtime.data import Data, carry_over
from engine.runtime.specs import NodeSpec
from engine.runtime.tokens import Scope, Token
from engine.runtime.tree import common_fork, depth_of
from engine.runtime.work import ARMED

ARRIVED = "arrived"


def wait_at(token: Token) -> None:
    """Let the token wait for others at its node."""
    token.memo[ARRIVED] = True
    token.serial = token.scope.root.next_serial()
    token.rest()


def waiting_at(scope: Scope, spec: NodeSpec) -> list[Token]:
    """Return the tokens that wait for others at ``spec``, oldest first."""
    found = [
        token
        for token in scope.tasks.values()
        if token.task_spec is spec and ARRIVED in token.memo and token.is_live
    ]
    return sorted(found, key=lambda token: token.serial)


def one_per_flow(tokens: Iterable[Token]) -> dict[str, Token]:
    """Return the oldest token of each flow."""
    first: dict[str, Token] = {}
    for token in tokens:
        first.setdefault(token.flow or "", token)
    return first


def join(tokens: list[Token]) -> Token:
    """Make one token of ``tokens``; their changes since the fork are merged.

    Where two changed the same, the one that arrived later wins.
    """
    kept = gather(tokens)
    waiting.entered(kept)
    return kept


def gather(tokens: list[Token]) -> Token:
    """Make one token of ``tokens`` without entering the node.

    The place in the tree is that of the deepest, whose neighbours are the closest
    relatives.
    """
    data = _merged(tokens)
    kept = max(tokens, key=lambda token: (depth_of(token), token.serial))
    for token in tokens:
        if token is not kept:
            cutting.cut(token, "")
    kept.data = data
    del kept.memo[ARRIVED]
    return kept


def is_expected(scope: Scope, spec: NodeSpec, arrived: Iterable[str]) -> bool:
    """Tell whether a token may still come to a flow that has none.

    As the standard has it: some token can reach an empty flow without passing the
    gateway, and cannot reach a flow that has a token already.
    """
    full = set(arrived)
    empty = set(spec.element.incoming) - full
    to_empty = _sources(scope, spec, empty)
    to_full = _sources(scope, spec, full)
    return any(
        name in to_empty and name not in to_full for name in _places(scope, spec)
    )


def _merged(tokens: list[Token]) -> Data:
    if len(tokens) == 1:
        return tokens[0].data
    base = common_fork(tokens).data
    data = base
    for token in sorted(tokens, key=lambda found: found.serial):
        data = carry_over(base, token.data, data, latest=True)
    return data


def _places(scope: Scope, spec: NodeSpec) -> Iterator[str]:
    """Yield the nodes of the tokens that may still move towards ``spec``."""
    for token in scope.tasks.values():
        if token.is_live and token.role not in ARMED and token.task_spec is not spec:
            yield token.task_spec.name


def _sources(scope: Scope, spec: NodeSpec, flows: set[str]) -> set[str]:
    """Return the nodes from which one of ``flows`` can be reached, around ``spec``."""
    incoming = scope.spec.sources
    hosts = scope.spec.hosts
    found: set[str] = set()
    todo = [scope.spec.flows[flow].source for flow in flows]
    while todo:
        name = todo.pop()
        if name in found or name == spec.name:
            continue
        found.add(name)
        todo += incoming.get(name, ())
        if name in hosts:
            todo.append(hosts[name])
    return found
