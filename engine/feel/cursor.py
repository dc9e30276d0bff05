"""Walking over the tokens of one expression and saying what was expected."""

from collections.abc import Iterable
from typing import Final, NoReturn

from engine.errors import Text
from engine.feel.budget import MAX_NESTING, refuse
from engine.feel.errors import FeelSyntaxError
from engine.feel.names import KnownNames
from engine.feel.tokens import Kind, Token, tokenize

EXPRESSION: Final = Text("an expression", "表达式")
NAME: Final = Text("a name", "名称")

_HINTS: Final = {
    "=": Text("FEEL compares with one =", "FEEL 用一个 = 比较"),
    "'": Text('texts stand in "double quotes"', '文本用双引号 "…"'),
    "&": Text("FEEL says `and`", "FEEL 用 and"),
    "|": Text("FEEL says `or`", "FEEL 用 or"),
    "!": Text("FEEL says not(…)", "FEEL 用 not(…)"),
    "not": Text("FEEL says not(…)", "FEEL 用 not(…)"),
    "$": Text("FEEL names variables without ${ }", "FEEL 直接写变量名，不用 ${ }"),
    "%": Text("FEEL says modulo(a, b)", "FEEL 用 modulo(a, b)"),
    "True": Text("FEEL says `true`", "FEEL 用 true"),
    "False": Text("FEEL says `false`", "FEEL 用 false"),
    "None": Text("FEEL says `null`", "FEEL 用 null"),
    "is": Text("FEEL says x = null", "FEEL 用 x = null"),
}
_FULL_WIDTH: Final = Text("type it in half width", "请改用半角符号")
_FULL_WIDTH_SIGNS: Final = frozenset(
    "（），：；“”‘’＝＞＜！［］｛｝＋－＊／．。、？《》【】"
)
_RESERVED: Final = frozenset(
    {
        *("and", "or", "in", "between", "then", "else", "return", "satisfies"),
        *("if", "for", "some", "every"),
    }
)
_FOREIGN: Final = frozenset(
    {
        *("is", "not", "True", "False", "None", "import", "from", "lambda", "def"),
        *("class", "del", "raise", "yield", "await", "async", "global", "assert"),
        *("while", "try", "except", "with", "as", "elif", "var", "let", "const", "new"),
    }
)
"""Words of other languages: a text that has them is a mistake and not a name."""
_ENDS_OF_NAMES: Final = _RESERVED | _FOREIGN | {"instance"}


def normal_name(text: str) -> str:
    """Return a name with every run of white space made one space."""
    return " ".join(text.split())


class Cursor:
    """A position among the tokens."""

    def __init__(self, source: str, names: KnownNames) -> None:
        self.source = source
        self.tokens = tokenize(source)
        self.index = 0
        self.known = KnownNames(base=names)
        self.introduced: set[str] = set()
        self.nesting = 0

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.index]

    def ahead(self, count: int = 1) -> Token:
        """Return the token ``count`` behind the next one, END past the end."""
        return self.tokens[min(self.index + count, len(self.tokens) - 1)]

    def at(self, *texts: str) -> bool:
        """Tell whether the next token is one of these signs or words."""
        token = self.token
        return token.kind in {Kind.SIGN, Kind.NAME} and token.text in texts

    def at_end(self) -> bool:
        """Tell whether nothing is left."""
        return self.token.kind is Kind.END

    def take(self) -> Token:
        """Return the next token and go on."""
        token = self.token
        self.index = min(self.index + 1, len(self.tokens) - 1)
        return token

    def accept(self, text: str) -> bool:
        """Go on if the next token is ``text``."""
        if self.at(text):
            self.index += 1
            return True
        return False

    def expect(self, text: str) -> None:
        """Go past ``text`` or fail."""
        if not self.accept(text):
            self.fail(Text(f"{text!r}", f"“{text}”"))

    def fail(self, expected: Text) -> NoReturn:
        """Raise the syntax error for the next token."""
        token = self.token
        found = self.source[token.start : token.end]
        before = self.tokens[self.index - 1].text if self.index else ""
        hint = _HINTS.get("not" if before == "not" else found)
        if found in _FULL_WIDTH_SIGNS:
            hint = _FULL_WIDTH
        raise FeelSyntaxError(self.source, token.start, expected, found, hint)

    def expect_end(self) -> None:
        """Fail unless everything was read."""
        if not self.at_end():
            self.fail(Text("an operator or the end", "运算符或结尾"))

    def enter(self) -> None:
        """Begin a nested expression."""
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            refuse("the expression is nested too deeply", "表达式嵌套过深")

    def leave(self) -> None:
        """End a nested expression."""
        self.nesting -= 1

    def learn(self, names: Iterable[str]) -> None:
        """Know names that the expression itself introduces."""
        for name in names:
            self.known.add(name)
            self.introduced.add(name)

    def known_name(self) -> str | None:
        """Take a name of several tokens if a known one stands here."""
        length, name = self.known.match(self.tokens, self.index)
        if not length:
            return None
        self.index += length
        return name

    def name(self) -> str:
        """Take one name: a known one, a quoted one, or one word."""
        known = self.known_name()
        if known is not None:
            return known
        if self.token.kind is Kind.QUOTED:
            return self.take().text
        if self.token.kind is not Kind.NAME or self.token.text in _RESERVED:
            self.fail(NAME)
        return self.take().text

    def words(self) -> str:
        """Take a name of any number of words: in a row they mean nothing else."""
        first = self.take()
        name = first.text
        while first.text not in _FOREIGN and self._continues_name():
            name = normal_name(self.source[first.start : self.take().end])
        return name

    def _continues_name(self) -> bool:
        token = self.token
        if token.kind is Kind.NUMBER:
            return token.text.isdigit()
        if token.kind is not Kind.NAME:
            return False
        return token.text not in _ENDS_OF_NAMES and token.text not in self.introduced

    def member_name(self) -> str:
        """Take the name behind a dot; what a context holds is not known here."""
        known = self.known_name()
        if known is not None:
            return known
        if self.token.kind is not Kind.NAME or self.token.text in _RESERVED:
            return self.name()
        first = self.token.text
        name = self.words()
        if name != first and self.at(".", "("):
            # More likely a forgotten operator: a.b c.d
            self.fail(Text("an operator or the end", "运算符或结尾"))
        return name

    def name_until(self, stop: str) -> str:
        """Take everything before ``stop`` as one name, as where names are made."""
        start = self.token.start
        if self.token.kind is Kind.QUOTED and self.ahead().text == stop:
            return self.take().text
        end = start
        while not self.at(stop):
            if self.at_end() or self.at(",", "(", ")", "{", "}", "[", "]"):
                self.fail(Text(f"{stop!r}", f"“{stop}”"))
            end = self.take().end
        name = normal_name(self.source[start:end])
        if not name:
            self.fail(NAME)
        self.learn([name])
        return name
