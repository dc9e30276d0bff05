"""``a.b`` and ``a[condition]``."""

from decimal import Decimal
from typing import Any

from engine.feel import tree
from engine.feel.budget import check_depth
from engine.feel.compiler.dispatch import compile_node, compiles
from engine.feel.compiler.names import Scope
from engine.feel.numbers import whole
from engine.feel.scope import Evaluate, Frame, Run
from engine.feel.temporal.parts import PARTS
from engine.feel.values import lift


@compiles(tree.Path)
def compile_path(node: tree.Path, scope: Scope) -> Evaluate:
    """Compile ``a.b``: an entry, a part of a date, or that of every list item."""
    source, name = compile_node(node.source, scope), node.name
    if steps := _steps(node, scope):
        scope.reads.paths.add(steps)

    def value(frame: Frame) -> Any:
        owner = source(frame)
        if type(owner) is dict:
            return lift(owner.get(name))
        return _member(owner, name, frame.run)

    return value


def _steps(node: tree.Node, scope: Scope) -> tuple[str, ...]:
    """Return the names of a path that begins with a variable; () of any other."""
    names: list[str] = []
    while isinstance(node, tree.Path):
        names.append(node.name)
        node = node.source
    if isinstance(node, tree.Name) and scope.is_free(node.name):
        return (node.name, *reversed(names))
    return ()


def _member(owner: Any, name: str, run: Run, depth: int = 0) -> Any:
    if type(owner) is dict:
        return lift(owner.get(name))
    if type(owner) is list:
        check_depth(depth)
        run.spend()
        run.items(len(owner))
        return [_member(lift(item), name, run, depth + 1) for item in owner]
    part = PARTS.get(type(owner), {}).get(name)
    return None if part is None else part(owner)


@compiles(tree.Filter)
def compile_filter(node: tree.Filter, scope: Scope) -> Evaluate:
    """Compile ``a[condition]`` or ``a[index]``; anything else is a list of one."""
    source = compile_node(node.source, scope)
    position = _constant(node.condition)
    if position is not None:
        return lambda frame: _at(_as_list(source(frame)), position)
    condition = compile_node(node.condition, scope.within_filter())

    def value(frame: Frame) -> Any:
        owner = source(frame)
        return None if owner is None else _filtered(_as_list(owner), condition, frame)

    return value


def _constant(node: tree.Node) -> Decimal | None:
    if isinstance(node, tree.Constant) and type(node.value) is Decimal:
        return node.value
    if isinstance(node, tree.Negation):
        inner = _constant(node.operand)
        return None if inner is None else inner.copy_negate()
    return None


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if type(value) is list else [value]


def _at(items: list[Any], position: Decimal) -> Any:
    index = whole(position)
    if index is None or index == 0 or abs(index) > len(items):
        return None
    return lift(items[index - 1 if index > 0 else index])


def _filtered(items: list[Any], condition: Evaluate, frame: Frame) -> Any:
    """Return the items for which the condition is true; a number is an index."""
    run = frame.run
    first = condition(Frame(lift(items[0]) if items else None, frame, run))
    if type(first) is Decimal:
        return _at(items, first)
    run.spend(len(items))
    kept = [lift(items[0])] if first is True and items else []
    for raw in items[1:]:
        item = lift(raw)
        if condition(Frame(item, frame, run)) is True:
            kept.append(item)
    return kept
