"""Which function compiles which node."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from engine.feel import tree
from engine.feel.compiler.names import Scope
from engine.feel.scope import Evaluate

NodeT = TypeVar("NodeT", bound=tree.Node)
_COMPILERS: Final[dict[type, Callable[[Any, Scope], Evaluate]]] = {}


def compiles(
    kind: type[NodeT],
) -> Callable[[Callable[[NodeT, Scope], Evaluate]], Callable[[NodeT, Scope], Evaluate]]:
    """Register the compiler of one kind of node."""

    def register(
        compiler: Callable[[NodeT, Scope], Evaluate],
    ) -> Callable[[NodeT, Scope], Evaluate]:
        _COMPILERS[kind] = compiler
        return compiler

    return register


def compile_node(node: tree.Node, scope: Scope) -> Evaluate:
    """Return the closure that evaluates a node."""
    return _COMPILERS[type(node)](node, scope)
