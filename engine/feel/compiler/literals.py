"""Values that stand in the text: constants, lists, ranges."""

from typing import Any

from engine.feel import tree
from engine.feel.compiler.dispatch import compile_node, compiles
from engine.feel.compiler.names import Scope
from engine.feel.ranges import Range, from_comparison
from engine.feel.scope import Evaluate, Frame


@compiles(tree.Constant)
def compile_constant(node: tree.Constant, scope: Scope) -> Evaluate:
    """Compile a value."""
    del scope
    value = node.value
    return lambda _frame: value


@compiles(tree.ListOf)
def compile_list(node: tree.ListOf, scope: Scope) -> Evaluate:
    """Compile ``[a, b]``."""
    items = [compile_node(item, scope) for item in node.items]

    def make(frame: Frame) -> list[Any]:
        frame.run.items(len(items))
        return [item(frame) for item in items]

    return make


@compiles(tree.RangeOf)
def compile_range(node: tree.RangeOf, scope: Scope) -> Evaluate:
    """Compile ``[low..high]``."""
    low = compile_node(node.low or tree.Constant(None), scope)
    high = compile_node(node.high or tree.Constant(None), scope)
    low_closed, high_closed = node.low_closed, node.high_closed
    return lambda frame: Range(low(frame), high(frame), low_closed, high_closed)


@compiles(tree.UnaryComparison)
def compile_unary(node: tree.UnaryComparison, scope: Scope) -> Evaluate:
    """Compile ``(< 10)``, a range."""
    operator, operand = node.operator, compile_node(node.operand, scope)
    return lambda frame: from_comparison(operator, operand(frame))
