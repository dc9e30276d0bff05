"""From the text of a pattern to its parts, by the grammar of XPath and XML Schema."""

from dataclasses import dataclass
from typing import Final

from engine.feel.patterns.characters import (
    SHORTHANDS,
    Test,
    category,
    ignoring_case,
    negated,
    span,
)

MAX_PATTERN: Final = 2_000
"""Characters of a pattern."""
MAX_REPEAT: Final = 1_000
"""What may stand in ``{n,m}``."""
MAX_GROUPS: Final = 40
"""Groups of a pattern."""
_MAX_DEPTH: Final = 50
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPABLE: Final = frozenset("\\|.-^?*+{}()[]$")
_QUANTITIES: Final[dict[str, tuple[int, int | None]]] = {
    "?": (0, 1),
    "*": (0, None),
    "+": (1, None),
}
_SPECIAL: Final = frozenset("?*+{}|)")


class PatternError(Exception):
    """The text is no pattern; functions answer null."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a pattern."""


@dataclass(frozen=True, slots=True)
class One(Part):
    """One character out of a set."""

    test: Test


@dataclass(frozen=True, slots=True)
class Edge(Part):
    """``^`` or ``$``."""

    at_end: bool


@dataclass(frozen=True, slots=True)
class Back(Part):
    """What group ``number`` matched, once more."""

    number: int


@dataclass(frozen=True, slots=True)
class Sequence(Part):
    """Parts one after the other."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice(Part):
    """The first part that fits."""

    branches: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Group(Part):
    """A part whose match is kept under a number."""

    number: int
    part: Part


@dataclass(frozen=True, slots=True)
class Repeat(Part):
    """A part ``least`` to ``most`` times; ``most`` None is without end."""

    part: Part
    least: int
    most: int | None
    greedy: bool


class Reader:
    """Reads one pattern."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.text = _without_spaces(pattern) if "x" in flags else pattern
        if len(self.text) > MAX_PATTERN or set(flags) - set("smix"):
            raise PatternError
        self.fold, self.dot_all = "i" in flags, "s" in flags
        self.at = self.groups = self.depth = 0
        self.closed: set[int] = set()

    def read(self) -> Part:
        """Return the whole pattern.

        Raises:
            PatternError: it is none.
        """
        part = self._choice()
        if self.at < len(self.text):
            raise PatternError
        return part

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self) -> str:
        char = self._peek()
        if not char:
            raise PatternError
        self.at += 1
        return char

    def _accept(self, text: str) -> bool:
        if self.text.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def _choice(self) -> Part:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise PatternError
        branches = [self._sequence()]
        while self._accept("|"):
            branches.append(self._sequence())
        self.depth -= 1
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _sequence(self) -> Part:
        parts: list[Part] = []
        while self._peek() not in {"", "|", ")"}:
            parts.append(self._quantified(self._atom()))
        return Sequence(tuple(parts))

    def _quantified(self, part: Part) -> Part:
        least, most = self._quantity()
        if (least, most) == (1, 1):
            return part
        return Repeat(part, least, most, not self._accept("?"))

    def _quantity(self) -> tuple[int, int | None]:
        char = self._peek()
        if char in _QUANTITIES:
            self.at += 1
            return _QUANTITIES[char]
        if char == "{":
            self.at += 1
            return self._bounds()
        return 1, 1

    def _bounds(self) -> tuple[int, int | None]:
        inner, closing, _ = self.text[self.at :].partition("}")
        first, comma, second = inner.partition(",")
        if not closing or not first.isdecimal() or (second and not second.isdecimal()):
            raise PatternError
        self.at += len(inner) + 1
        least = int(first[:6])
        most: int | None = least
        if comma:
            most = int(second[:6]) if second else None
        if least > MAX_REPEAT or (most is not None and not least <= most <= MAX_REPEAT):
            raise PatternError
        return least, most

    def _atom(self) -> Part:
        char = self._take()
        match char:
            case "(":
                return self._group()
            case "[":
                return One(self._set())
            case "\\":
                return self._escape()
            case ".":
                return One(_anything if self.dot_all else _not_line_end)
            case "^" | "$":
                return Edge(char == "$")
            case _ if char in _SPECIAL:
                raise PatternError
            case _:
                return One(self._folded(span(ord(char), ord(char))))

    def _folded(self, test: Test) -> Test:
        return ignoring_case(test) if self.fold else test

    def _group(self) -> Part:
        number = 0
        if not self._accept("?:"):
            self.groups += 1
            number = self.groups
            if number > MAX_GROUPS:
                raise PatternError
        part = self._choice()
        if not self._accept(")"):
            raise PatternError
        self.closed.add(number)
        return Group(number, part) if number else part

    def _escape(self) -> Part:
        char = self._peek()
        if char.isdecimal() and char.isascii():
            return Back(self._back_reference())
        return One(self._escaped_set())

    def _back_reference(self) -> int:
        number = int(self._take())
        while (
            self._peek().isdecimal() and number * 10 + int(self._peek()) in self.closed
        ):
            number = number * 10 + int(self._take())
        if number == 0 or number not in self.closed:
            raise PatternError
        return number

    def _escaped_set(self) -> Test:
        char = self._take()
        if char.lower() in SHORTHANDS:
            test = SHORTHANDS[char.lower()]
            return test if char.islower() else negated(test)
        if char in {"p", "P"}:
            return self._category(complement=char == "P")
        code = ord(self._literal(char))
        return self._folded(span(code, code))

    def _category(self, *, complement: bool) -> Test:
        name, closing, _ = self.text[self.at :].partition("}")
        test = category(name[1:]) if name.startswith("{") and closing else None
        if test is None:
            raise PatternError
        self.at += len(name) + 1
        return negated(test) if complement else test

    def _literal(self, char: str) -> str:
        if char in _ESCAPED:
            return _ESCAPED[char]
        if char not in _ESCAPABLE:
            raise PatternError
        return char

    def _set(self) -> Test:
        complement = self._accept("^")
        tests: list[Test] = []
        without: Test | None = None
        while not tests or self._peek() != "]":
            if tests and self._accept("-["):
                without = self._set()
                break
            tests.append(self._set_item())
        if not self._accept("]"):
            raise PatternError
        return _combined(tuple(tests), without, complement=complement)

    def _set_item(self) -> Test:
        char = self._take()
        if char == "\\" and self._peek().lower() in {*SHORTHANDS, "p"}:
            return self._escaped_set()
        if char in "[]":
            raise PatternError
        first = self._literal(self._take()) if char == "\\" else char
        if self._peek() != "-" or self.text[self.at + 1 : self.at + 2] in {
            "]",
            "[",
            "",
        }:
            return self._folded(span(ord(first), ord(first)))
        self.at += 1
        last = self._take()
        if last == "\\":
            last = self._literal(self._take())
        if ord(last) < ord(first):
            raise PatternError
        return self._folded(span(ord(first), ord(last)))


def _anything(char: str) -> bool:
    del char
    return True


def _not_line_end(char: str) -> bool:
    return char not in "\n\r"


def _combined(
    tests: tuple[Test, ...], without: Test | None, *, complement: bool
) -> Test:
    def test(char: str) -> bool:
        inside = any(one(char) for one in tests)
        return inside is not complement and not (without and without(char))

    return test


def _without_spaces(pattern: str) -> str:
    kept: list[str] = []
    depth = 0
    for index, char in enumerate(pattern):
        escaped = index > 0 and pattern[index - 1] == "\\"
        if not escaped:
            depth += {"[": 1, "]": -1}.get(char, 0)
        if depth > 0 or not char.isspace():
            kept.append(char)
    return "".join(kept)
