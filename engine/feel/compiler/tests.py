"""``in`` and the content of decision table cells."""

from collections.abc import Sequence
from typing import Any

from engine.feel import tree
from engine.feel.comparison import compare, equal, is_in
from engine.feel.compiler.dispatch import compile_node, compiles
from engine.feel.compiler.names import Scope
from engine.feel.scope import Evaluate, Frame


@compiles(tree.In)
def compile_in(node: tree.In, scope: Scope) -> Evaluate:
    """Compile ``a in (test, test)``."""
    value = compile_node(node.value, scope)
    tests = [_test(test, scope) for test in node.tests]

    def verdict(frame: Frame) -> bool | None:
        return _any(tests, frame, value(frame))

    return verdict


class _Test:
    """One compiled test; the value to be tested is handed in."""

    __slots__ = ("mentions_value", "operand", "operator")

    def __init__(
        self, operand: Evaluate, operator: str, *, mentions_value: bool
    ) -> None:
        self.operand, self.operator = operand, operator
        self.mentions_value = mentions_value

    def check(self, frame: Frame, value: Any) -> bool | None:
        """Tell whether ``value`` passes."""
        operand, run = self.operand(frame), frame.run
        match self.operator:
            case "":
                return self._holds(operand, value, frame)
            case "=":
                return equal(value, operand, run)
            case "!=":
                same = equal(value, operand, run)
                return None if same is None else not same
            case operator:
                return compare(operator, value, operand, run)

    def _holds(self, operand: Any, value: Any, frame: Frame) -> bool | None:
        if self.mentions_value and type(operand) is bool:
            return operand
        verdict = is_in(value, operand, frame.run)
        if (
            verdict is not True
            and operand is True
            and value is not None
            and type(value) is not bool
        ):
            return True
        return verdict


def _test(node: tree.Node, scope: Scope) -> _Test:
    mentions = tree.mentions(node, "?")
    if isinstance(node, tree.UnaryComparison):
        operand = compile_node(node.operand, scope)
        return _Test(operand, node.operator, mentions_value=mentions)
    return _Test(compile_node(node, scope), "", mentions_value=mentions)


def _any(tests: Sequence[_Test], frame: Frame, value: Any) -> bool | None:
    unknown = False
    for test in tests:
        verdict = test.check(frame, value)
        if verdict is True:
            return True
        unknown = unknown or verdict is None
    return None if unknown else False


def compile_tests(node: tree.Tests, scope: Scope) -> Evaluate:
    """Compile a cell; the value that it tests is the variable ``?``."""
    if not node.items:
        return lambda _frame: True
    tests = [_test(item, scope) for item in node.items]
    negated = node.negated

    def verdict(frame: Frame) -> bool | None:
        result = _any(tests, frame, frame.values["?"])
        return result if result is None or not negated else not result

    return verdict
