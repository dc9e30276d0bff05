"""From tokens to a tree: operators and everything that binds looser than a dot."""

from typing import Final, Literal

from typing_extensions import override

from engine.errors import Text
from engine.feel import tree
from engine.feel.names import KnownNames
from engine.feel.primary import PrimaryParser

_ARITHMETIC: Final = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}
_COMPARISONS: Final = ("=", "!=", "<", "<=", ">", ">=")


class Parser(PrimaryParser):
    """A recursive parser; every method takes what it names and returns the part."""

    @override
    def expression(self) -> tree.Node:
        """Take one whole expression."""
        self.enter()
        operands = [self._conjunction()]
        while self.accept("or"):
            operands.append(self._conjunction())
        self.leave()
        return _junction("or", operands)

    def _conjunction(self) -> tree.Node:
        operands = [self._comparison()]
        while self.accept("and"):
            operands.append(self._comparison())
        return _junction("and", operands)

    def _comparison(self) -> tree.Node:
        left = self.arithmetic()
        while True:
            if self.at(*_COMPARISONS):
                operator = self.take().text
                left = tree.Comparison(operator, left, self.arithmetic())
            elif self.accept("between"):
                low = self.arithmetic()
                self.expect("and")
                left = tree.Between(left, low, self.arithmetic())
            elif self.accept("in"):
                left = tree.In(left, self._in_tests())
            else:
                return left

    def _in_tests(self) -> tuple[tree.Node, ...]:
        self.tests_at = self.index
        if self.at(*_COMPARISONS):
            operator = self.take().text
            return (tree.UnaryComparison(operator, self.arithmetic()),)
        node = self.arithmetic()
        return node.items if isinstance(node, tree.Tests) else (node,)

    @override
    def arithmetic(self, above: int = 0) -> tree.Node:
        """Take operands whose operators bind tighter than ``above``."""
        left = self._negation()
        while self.at(*_ARITHMETIC) and _ARITHMETIC[self.token.text] > above:
            operator = self.take().text
            right = self.arithmetic(_ARITHMETIC[operator])
            left = tree.Arithmetic(operator, left, right)
        return left

    def _negation(self) -> tree.Node:
        negative = 0
        while self.accept("-"):
            negative += 1
        node = self._instance_of()
        for _ in range(negative):
            node = tree.Negation(node)
        return node

    def _instance_of(self) -> tree.Node:
        node = self.postfix()
        while self.at("instance") and self.ahead().text == "of":
            self.take()
            self.take()
            node = tree.InstanceOf(node, self.type_name())
        return node

    @override
    def test(self) -> tree.Node:
        """Take one test of a cell or of ``in (…)``."""
        if self.at(*_COMPARISONS):
            operator = self.take().text
            return tree.UnaryComparison(operator, self.arithmetic())
        return self.expression()

    def tests(self) -> tree.Tests:
        """Take the content of a cell; nothing or ``-`` accepts everything."""
        if self.at_end() or (self.at("-") and self.ahead().text == ""):
            self.take()
            return tree.Tests(())
        start = self.index
        if self.at("not") and self.ahead().text == "(":
            negated = self._negated_tests()
            if negated is not None:
                return negated
            self.index = start
        return tree.Tests(self._test_list())

    def _negated_tests(self) -> tree.Tests | None:
        self.take()
        self.take()
        items = self._test_list()
        if self.accept(")") and self.at_end():
            return tree.Tests(items, negated=True)
        return None

    def _test_list(self) -> tuple[tree.Node, ...]:
        items = [self.test()]
        while self.accept(","):
            items.append(self.test())
        return tuple(items)


def _junction(operator: Literal["and", "or"], operands: list[tree.Node]) -> tree.Node:
    if len(operands) == 1:
        return operands[0]
    return tree.Junction(operator, tuple(operands))


def parse_expression(source: str, names: KnownNames) -> tree.Node:
    """Return the tree of an expression.

    Raises:
        FeelSyntaxError: the text is no expression.
        FeelLimitError: it is too long or nested too deeply.
    """
    parser = Parser(source, names)
    if parser.at_end():
        parser.fail(Text("an expression", "表达式"))
    node = parser.expression()
    parser.expect_end()
    tree.check_depth(node)
    return node


def parse_tests(source: str, names: KnownNames) -> tree.Tests:
    """Return the tree of a cell's content; errors as for expressions."""
    parser = Parser(source, names)
    tests = parser.tests()
    parser.expect_end()
    tree.check_depth(tests)
    return tests
