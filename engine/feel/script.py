"""Scripts: one assignment a line, ``name = FEEL``."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from engine.errors import Text
from engine.feel.cursor import normal_name
from engine.feel.errors import FeelSyntaxError
from engine.feel.expression import Expression, compile_expression
from engine.feel.scope import NOTHING_LENT
from engine.feel.tokens import Kind, Token, tokenize

_BRACKETS: Final = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
_ASSIGNMENT: Final = Text("an assignment: name = expression", "赋值：名称 = 表达式")


class Script:
    """Compiled assignments."""

    __slots__ = ("assignments", "text")

    def __init__(
        self, text: str, assignments: tuple[tuple[str, Expression], ...]
    ) -> None:
        self.text, self.assignments = text, assignments

    @property
    def names(self) -> frozenset[str]:
        """The names that it reads before it has assigned them."""
        assigned: set[str] = set()
        read: set[str] = set()
        for name, expression in self.assignments:
            read |= expression.names - assigned
            assigned.add(name)
        return frozenset(read)

    @property
    def targets(self) -> tuple[str, ...]:
        """The names that it assigns."""
        return tuple(dict.fromkeys(name for name, _ in self.assignments))

    def run(
        self,
        context: Mapping[str, Any],
        *,
        now: datetime | None = None,
        functions: Mapping[str, Callable[..., Any]] = NOTHING_LENT,
    ) -> dict[str, Any]:
        """Return what was assigned; ``context`` stays as it is, also on failure.

        Raises:
            FeelLimitError, FeelHostError: as for expressions.
        """
        seen = dict(context)
        assigned: dict[str, Any] = {}
        for name, expression in self.assignments:
            value = expression.evaluate(seen, now=now, functions=functions)
            seen[name] = assigned[name] = value
        return assigned


def compile_script(text: str) -> Script:
    """Return the compiled script; empty lines and comments are skipped.

    A line goes on in the next one while a bracket is open.

    Raises:
        FeelSyntaxError: a line is no assignment; positions count from the start of
            the script.
        FeelLimitError: it is too long or nested too deeply.
    """
    known: list[str] = []
    assignments: list[tuple[str, Expression]] = []
    for line in _lines(text):
        name, start = _target(text, line)
        if " " in name:
            known.append(name)
        expression = _compile(text, start, line[-1].end, known)
        assignments.append((name, expression))
    return Script(text, tuple(assignments))


def _lines(text: str) -> Iterator[list[Token]]:
    line: list[Token] = []
    depth = 0
    for token in tokenize(text):
        ended = token.kind is Kind.END
        if line and (ended or (not depth and "\n" in text[line[-1].end : token.start])):
            yield line
            line, depth = [], 0
        if token.kind is Kind.SIGN:
            depth = max(0, depth + _BRACKETS.get(token.text, 0))
        if not ended:
            line.append(token)


def _target(text: str, line: list[Token]) -> tuple[str, int]:
    for index, token in enumerate(line):
        if token.kind is Kind.SIGN and token.text == "=" and index:
            first = line[0]
            quoted = index == 1 and first.kind is Kind.QUOTED
            name = first.text if quoted else text[first.start : line[index - 1].end]
            return normal_name(name), token.end
        if token.kind not in {Kind.NAME, Kind.QUOTED}:
            raise FeelSyntaxError(text, token.start, _ASSIGNMENT, token.text)
    raise FeelSyntaxError(text, line[-1].end, _ASSIGNMENT)


def _compile(text: str, start: int, end: int, known: list[str]) -> Expression:
    try:
        return compile_expression(text[start:end], known)
    except FeelSyntaxError as error:
        raise FeelSyntaxError(
            text, start + error.position, error.expected, error.found, error.hint
        ) from error
