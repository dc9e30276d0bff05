"""Operators, conditions and type questions."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel import tree
from engine.feel.arithmetic import FAST, NUMBER_ERRORS, OPERATIONS, negate
from engine.feel.comparison import ORDERS, between, compare, equal
from engine.feel.compiler.dispatch import compile_node, compiles
from engine.feel.compiler.names import Scope
from engine.feel.scope import Evaluate, Frame
from engine.feel.types import NullType, resolve
from engine.feel.values import lift


@compiles(tree.Arithmetic)
def compile_arithmetic(node: tree.Arithmetic, scope: Scope) -> Evaluate:
    """Compile ``a + b`` and its like; two numbers take the short way."""
    left, right = compile_node(node.left, scope), compile_node(node.right, scope)
    slow = OPERATIONS[node.operator]
    fast = FAST.get(node.operator)
    if fast is None:
        return lambda frame: slow(left(frame), right(frame), frame.run)
    return _quick_arithmetic(left, right, fast, slow)


def _quick_arithmetic(
    left: Evaluate,
    right: Evaluate,
    fast: Callable[[Decimal, Decimal], Decimal],
    slow: Callable[..., Any],
) -> Evaluate:
    def value(frame: Frame) -> Any:
        one, other = left(frame), right(frame)
        if type(one) is Decimal and type(other) is Decimal:
            try:
                return fast(one, other)
            except NUMBER_ERRORS:
                return None
        return slow(one, other, frame.run)

    return value


@compiles(tree.Negation)
def compile_negation(node: tree.Negation, scope: Scope) -> Evaluate:
    """Compile ``-a``."""
    operand = compile_node(node.operand, scope)
    return lambda frame: negate(operand(frame))


@compiles(tree.Comparison)
def compile_comparison(node: tree.Comparison, scope: Scope) -> Evaluate:
    """Compile ``a = b``, ``a < b`` and their like."""
    left, right = compile_node(node.left, scope), compile_node(node.right, scope)
    match node.operator:
        case "=":
            return lambda frame: equal(left(frame), right(frame), frame.run)
        case "!=":
            return _unequal(left, right)
        case operator:
            return _ordered(operator, left, right)


def _unequal(left: Evaluate, right: Evaluate) -> Evaluate:
    def value(frame: Frame) -> bool | None:
        same = equal(left(frame), right(frame), frame.run)
        return None if same is None else not same

    return value


def _ordered(operator: str, left: Evaluate, right: Evaluate) -> Evaluate:
    fast = ORDERS[operator]

    def value(frame: Frame) -> bool | None:
        one, other = left(frame), right(frame)
        if type(one) is Decimal and type(other) is Decimal:
            return fast(one, other)
        return compare(operator, one, other, frame.run)

    return value


@compiles(tree.Between)
def compile_between(node: tree.Between, scope: Scope) -> Evaluate:
    """Compile ``a between b and c``."""
    value, low, high = (
        compile_node(part, scope) for part in (node.value, node.low, node.high)
    )
    return lambda frame: between(value(frame), low(frame), high(frame), frame.run)


@compiles(tree.Junction)
def compile_junction(node: tree.Junction, scope: Scope) -> Evaluate:
    """Compile ``and`` and ``or`` with three truth values."""
    operands = [compile_node(operand, scope) for operand in node.operands]
    decisive = node.operator == "or"

    def value(frame: Frame) -> bool | None:
        unknown = False
        for operand in operands:
            result = operand(frame)
            if result is decisive:
                return node.operator == "or"
            if result is not True and result is not False:
                unknown = True
        return None if unknown else not decisive

    return value


@compiles(tree.If)
def compile_if(node: tree.If, scope: Scope) -> Evaluate:
    """Compile ``if``; null takes the else branch, what is no truth value is null."""
    condition = compile_node(node.condition, scope)
    yes, no = compile_node(node.yes, scope), compile_node(node.no, scope)

    def value(frame: Frame) -> Any:
        verdict = condition(frame)
        if verdict is True:
            return yes(frame)
        return no(frame) if verdict is False or verdict is None else None

    return value


@compiles(tree.InstanceOf)
def compile_instance_of(node: tree.InstanceOf, scope: Scope) -> Evaluate:
    """Compile ``a instance of type``; null is of no type but Null."""
    value = compile_node(node.value, scope)
    kind = resolve(node.type, scope.types)
    if isinstance(kind, NullType):
        return lambda frame: value(frame) is None

    def verdict(frame: Frame) -> bool:
        found = lift(value(frame))
        return found is not None and kind.holds(found, frame.run, allowed=False)

    return verdict
