"""Contexts and function definitions."""

from typing import Any

from engine.feel import tree
from engine.feel.callables import Closure
from engine.feel.compiler.dispatch import compile_node, compiles
from engine.feel.compiler.names import Scope
from engine.feel.scope import Evaluate, Frame
from engine.feel.types import resolve


@compiles(tree.ContextOf)
def compile_context(node: tree.ContextOf, scope: Scope) -> Evaluate:
    """Compile ``{a: 1, b: a + 1}``; a key twice makes the whole null."""
    inner = scope.inside()
    entries: list[tuple[str, Evaluate]] = []
    for key, part in node.entries:
        if isinstance(part, tree.FunctionOf):
            inner.names.add(key)  # a function may call itself
        entries.append((key, compile_node(part, inner)))
        inner.names.add(key)
    if len(inner.names) < len(entries):
        return lambda _frame: None

    def make(frame: Frame) -> dict[str, Any]:
        frame.run.items(len(entries))
        values: dict[str, Any] = {}
        own = Frame(values, frame, frame.run)
        for key, entry in entries:
            values[key] = entry(own)
        return values

    return make


@compiles(tree.FunctionOf)
def compile_function(node: tree.FunctionOf, scope: Scope) -> Evaluate:
    """Compile ``function(a, b) body``."""
    names = tuple(name for name, _ in node.parameters)
    types = tuple(
        None if kind is None else resolve(kind, scope.types)
        for _, kind in node.parameters
    )
    body = compile_node(node.body, scope.inside(names))
    return lambda frame: Closure(names, types, body, frame)
