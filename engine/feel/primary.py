"""From tokens to a tree: literals, names, brackets, calls, paths and filters."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Final

from engine.errors import Text
from engine.feel import tree
from engine.feel.cursor import EXPRESSION, NAME, Cursor
from engine.feel.names import KnownNames
from engine.feel.numbers import number
from engine.feel.temporal.literals import at_literal
from engine.feel.tokens import Kind, Token
from engine.feel.type_names import TypeParser

_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_BINARY_WORDS: Final = frozenset(
    ["and", "or", "in", "between", "then", "else", "return", "satisfies", "instance"]
)
_PYTHON_WORDS: Final = frozenset({"True", "False", "None"})
_STARTS: Final = frozenset({"(", "[", "{", "-", "@", "?", "]"})


class PrimaryParser(TypeParser):
    """Parts that bind tighter than any operator."""

    def __init__(self, source: str, names: KnownNames) -> None:
        super().__init__(source, names)
        self.tests_at = -1
        self._in_range = False
        self._words: dict[str, Callable[[], tree.Node]] = {
            "if": self._if,
            "for": self._for,
            "some": self._quantified,
            "every": self._quantified,
            "function": self._function,
        }
        self._signs: dict[str, Callable[[], tree.Node]] = {
            "(": self._group,
            "[": self._list_or_range,
            "]": self._open_range,
            "{": self._context,
            "@": self._at_literal,
            "?": self._placeholder,
        }

    @abstractmethod
    def expression(self) -> tree.Node:
        """Take one whole expression."""

    @abstractmethod
    def test(self) -> tree.Node:
        """Take one test."""

    @abstractmethod
    def arithmetic(self, above: int = 0) -> tree.Node:
        """Take one operand of a comparison."""

    def postfix(self) -> tree.Node:
        """Take an operand with its paths, filters and calls."""
        node = self._primary()
        while True:
            if self.accept("."):
                node = tree.Path(_value(self, node), self.member_name())
            elif self.at("(") and not isinstance(node, tree.Constant):
                node = self._call(node)
            elif self.at("[") and not self._range_ends():
                node = tree.Filter(_value(self, node), self._bracketed())
            else:
                return node

    def _bracketed(self) -> tree.Node:
        self.take()
        outside, self._in_range = self._in_range, False
        node = self.expression()
        self._in_range = outside
        self.expect("]")
        return node

    def _range_ends(self) -> bool:
        """Tell ``[`` as the end of a range (``[1..5[``) from that of a filter."""
        if not self._in_range:
            return False
        after = self.ahead()
        if after.kind is Kind.SIGN:
            return after.text not in _STARTS
        return after.kind is Kind.END or after.text in _BINARY_WORDS

    def _primary(self) -> tree.Node:
        known = self.known_name()
        if known is not None:
            return tree.Name(known)
        token = self.token
        match token.kind:
            case Kind.NUMBER:
                return tree.Constant(number(self.take().text))
            case Kind.STRING:
                return tree.Constant(self.take().text)
            case Kind.QUOTED:
                return tree.Name(self.take().text)
            case Kind.NAME:
                return self._word(token.text)
            case _:
                return self._sign(token)

    def _sign(self, token: Token) -> tree.Node:
        if token.kind is not Kind.SIGN or token.text not in self._signs:
            self.fail(EXPRESSION)
        return self._signs[token.text]()

    def _word(self, word: str) -> tree.Node:
        if word in self._words and not self._is_plain_name():
            return self._words[word]()
        if word in _CONSTANTS:
            self.take()
            return tree.Constant(_CONSTANTS[word])
        if word in _BINARY_WORDS - {"instance"} or word in _PYTHON_WORDS:
            self.fail(EXPRESSION)
        name = self.take().text if word in self.introduced else self.words()
        if self.token.kind is Kind.NAME and self.token.text not in _BINARY_WORDS:
            self.fail(Text("an operator or the end", "运算符或结尾"))
        return tree.Name(name)

    def _is_plain_name(self) -> bool:
        # `function` opens a definition only in front of a bracket.
        return self.token.text == "function" and self.ahead().text != "("

    def _placeholder(self) -> tree.Node:
        self.take()
        return tree.Name("?")

    def _at_literal(self) -> tree.Node:
        self.take()
        if self.token.kind is not Kind.STRING:
            self.fail(Text('a text like "2026-01-31"', '形如 "2026-01-31" 的文本'))
        return tree.Constant(at_literal(self.take().text))

    def _group(self) -> tree.Node:
        tests_allowed = self.tests_at == self.index
        self.take()
        outside, self._in_range = self._in_range, False
        node = self._group_content(tests_allowed=tests_allowed)
        self._in_range = outside
        return node

    def _group_content(self, *, tests_allowed: bool) -> tree.Node:
        first = self.test()
        if self.at(".."):
            return self._range(first, closed=False)
        if tests_allowed and self.at(","):
            items = [first]
            while self.accept(","):
                items.append(self.test())
            self.expect(")")
            return tree.Tests(tuple(items))
        self.expect(")")
        return first

    def _list_or_range(self) -> tree.Node:
        self.take()
        outside, self._in_range = self._in_range, False
        node = self._list_content()
        self._in_range = outside
        return node

    def _list_content(self) -> tree.Node:
        if self.accept("]"):
            return tree.ListOf(())
        items = [self.test()]
        if self.at(".."):
            return self._range(items[0], closed=True)
        while self.accept(","):
            items.append(self.test())
        self.expect("]")
        return tree.ListOf(tuple(items))

    def _open_range(self) -> tree.Node:
        self.take()
        return self._range(self._bound(), closed=False)

    def _bound(self) -> tree.Node:
        self.enter()
        node = self.arithmetic()
        self.leave()
        return node

    def _range(self, low: tree.Node, *, closed: bool) -> tree.Node:
        self.expect("..")
        outside, self._in_range = self._in_range, True
        high = self._bound()
        self._in_range = outside
        if not self.at("]", ")", "["):
            self.fail(Text("the end of the range: ] ) or [", "区间结尾：]、) 或 ["))
        high_closed = self.take().text == "]"
        return tree.RangeOf(low, high, closed, high_closed)

    def _context(self) -> tree.Node:
        self.take()
        entries: list[tuple[str, tree.Node]] = []
        while not self.at("}"):
            if entries:
                self.expect(",")
            key = self._key()
            entries.append((key, self.expression()))
        self.take()
        return tree.ContextOf(tuple(entries))

    def _key(self) -> str:
        if self.token.kind is Kind.STRING:
            key = self.take().text
            self.learn([key])
        else:
            key = self.name_until(":")
        self.expect(":")
        return key

    def _if(self) -> tree.Node:
        self.take()
        condition = self.expression()
        self.expect("then")
        yes = self.expression()
        self.expect("else")
        return tree.If(condition, yes, self.expression())

    def _for(self) -> tree.Node:
        self.take()
        iterators = self._iterators()
        self.expect("return")
        return tree.For(iterators, self.expression())

    def _quantified(self) -> tree.Node:
        every = self.take().text == "every"
        iterators = self._iterators()
        self.expect("satisfies")
        body = self.expression()
        return tree.Quantified("every" if every else "some", iterators, body)

    def _iterators(self) -> tuple[tree.Iterator, ...]:
        iterators = [self._iterator()]
        while self.accept(","):
            iterators.append(self._iterator())
        return tuple(iterators)

    def _iterator(self) -> tree.Iterator:
        name = self.name_until("in")
        self.expect("in")
        source = self.expression()
        end = self.expression() if self.accept("..") else None
        return tree.Iterator(name, source, end)

    def _function(self) -> tree.Node:
        self.take()
        self.expect("(")
        parameters: list[tuple[str, tree.TypeName | None]] = []
        while not self.at(")"):
            if parameters:
                self.expect(",")
            parameters.append(self._parameter())
        self.take()
        if self.at("external"):
            self.fail(
                Text(
                    "a FEEL body; there are no external functions",
                    "FEEL 函数体；不支持外部函数",
                )
            )
        return tree.FunctionOf(tuple(parameters), self.expression())

    def _parameter(self) -> tuple[str, tree.TypeName | None]:
        start = self.index
        while not self.at(":", ",", ")") and not self.at_end():
            self.index += 1
        name = self.source[self.tokens[start].start : self.tokens[self.index - 1].end]
        name = " ".join(name.split())
        if self.index == start:
            self.fail(NAME)
        self.learn([name])
        return name, self.type_name() if self.accept(":") else None

    def _call(self, function: tree.Node) -> tree.Node:
        self.take()
        outside, self._in_range = self._in_range, False
        arguments: list[tree.Node] = []
        names: list[str] = []
        while not self.at(")"):
            if arguments:
                self.expect(",")
            if self._named_argument():
                names.append(self.name_until(":"))
                self.expect(":")
            arguments.append(self.expression())
        self.take()
        self._in_range = outside
        if names and len(names) != len(arguments):
            self.fail(Text("a name for every argument", "每个参数都要有名称"))
        return tree.Call(function, tuple(arguments), tuple(names) if names else None)

    def _named_argument(self) -> bool:
        offset = 0
        while self.ahead(offset).kind is Kind.NAME:
            offset += 1
        return offset > 0 and self.ahead(offset).text == ":"


def _value(parser: Cursor, node: tree.Node) -> tree.Node:
    if isinstance(node, tree.Tests):
        parser.fail(Text("an operator or the end", "运算符或结尾"))
    return node
