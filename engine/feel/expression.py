"""What others use: compiled expressions, cells and scripts."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from engine.feel.budget import refuse
from engine.feel.compiler import compile_node, compile_tests
from engine.feel.compiler.names import Scope, root
from engine.feel.functions import BUILTINS
from engine.feel.names import KnownNames
from engine.feel.parser import parse_expression, parse_tests
from engine.feel.scope import NOTHING_LENT, Frame, Run
from engine.feel.temporal.parts import PART_NAMES
from engine.feel.types import TYPE_NAMES
from engine.feel.values import lift, measure

Context = Mapping[str, Any]
Lent = Mapping[str, Callable[..., Any]]
_STANDARD_NAMES: Final = KnownNames([*BUILTINS, *PART_NAMES, *TYPE_NAMES])
_VALUE: Final = "?"
_KEPT: Final = 1_000
"""Longer texts are compiled each time, so that the cache stays small."""
_TOO_DEEP: Final = ("the expression is nested too deeply", "表达式嵌套过深")


def known_names(names: Collection[str] = ()) -> KnownNames:
    """Return the names of several words that an expression may use."""
    return KnownNames(names, _STANDARD_NAMES) if names else _STANDARD_NAMES


class Expression:
    """A compiled expression; it can be evaluated by many threads at once."""

    __slots__ = ("_evaluate", "functions", "names", "paths", "text")

    def __init__(self, text: str, names: KnownNames, scope: Scope) -> None:
        self.text = text
        self._evaluate = compile_node(parse_expression(text, names), scope)
        self.names = frozenset(scope.reads.variables)
        self.paths = frozenset(scope.reads.paths)
        self.functions = frozenset(scope.reads.functions)

    def evaluate(
        self,
        context: Context,
        *,
        now: datetime | None = None,
        functions: Lent = NOTHING_LENT,
    ) -> Any:
        """Return the value; missing names and wrong types give None.

        Args:
            context: The variables: JSON values, dates, times, durations.
            now: The moment that ``now()`` and ``today()`` give; its zone is where
                local date-times are. Without it, the real time.
            functions: What the host lends, called by position.

        Raises:
            FeelLimitError: it takes too many steps, depth or memory.
            FeelHostError: a value is of a foreign type, or a lent function failed.
        """
        run = Run(now, functions)
        try:
            value = self._evaluate(Frame(context, None, run))
            if type(value) is list or type(value) is dict:
                measure(value, run)
        except ArithmeticError:
            return None
        except RecursionError:
            refuse(*_TOO_DEEP)
        return value

    def missing(self, context: Context) -> tuple[str, ...]:
        """Return the names and paths that ``context`` does not hold at all, sorted.

        Of ``a.b.c`` only the part is named up to what is missing.
        """
        names = {name for name in self.names if name not in context}
        names |= {_missing_part(path, context) for path in self.paths} - {""}
        return tuple(sorted(names))


class UnaryTests:
    """The compiled content of a cell."""

    __slots__ = ("_evaluate", "functions", "names", "text")

    def __init__(self, text: str, names: KnownNames, scope: Scope) -> None:
        self.text = text
        inner = scope.inside([_VALUE])
        self._evaluate = compile_tests(parse_tests(text, names), inner)
        self.names = frozenset(scope.reads.variables)
        self.functions = frozenset(scope.reads.functions)

    def test(
        self,
        value: Any,
        context: Context,
        *,
        now: datetime | None = None,
        functions: Lent = NOTHING_LENT,
    ) -> bool | None:
        """Tell whether ``value`` passes; None where the standard says null.

        Raises:
            FeelLimitError: it takes too many steps, depth or memory.
            FeelHostError: a value is of a foreign type, or a lent function failed.
        """
        run = Run(now, functions)
        outer = Frame(context, None, run)
        try:
            verdict: bool | None = self._evaluate(
                Frame({_VALUE: lift(value)}, outer, run)
            )
        except ArithmeticError:
            return None
        except RecursionError:
            refuse(*_TOO_DEEP)
        return verdict


def _missing_part(path: tuple[str, ...], context: Context) -> str:
    """Return a path up to the first entry that is not there; "" where all are."""
    holder: Any = context
    for count, name in enumerate(path, 1):
        if isinstance(holder, Mapping):
            if name not in holder:
                return ".".join(path[:count])
            holder = holder[name]
        elif holder is None:
            return ".".join(path[:count])
        else:
            return ""  # a list, or a part of a date
    return ""


def _new_expression(text: str, names: tuple[str, ...]) -> Expression:
    try:
        return Expression(_body(text), known_names(names), root())
    except RecursionError:
        refuse(*_TOO_DEEP)


def _new_tests(text: str, names: tuple[str, ...]) -> UnaryTests:
    try:
        return UnaryTests(text, known_names(names), root())
    except RecursionError:
        refuse(*_TOO_DEEP)


_kept_expression = lru_cache(maxsize=2048)(_new_expression)
_kept_tests = lru_cache(maxsize=2048)(_new_tests)


def _body(text: str) -> str:
    stripped = text.lstrip()
    return stripped[1:] if stripped.startswith("=") else text


def compile_expression(text: str, names: Iterable[str] = ()) -> Expression:
    """Return the compiled expression; a leading ``=`` is accepted.

    Args:
        text: FEEL.
        names: Names of several words or with signs in them that it may use.

    Raises:
        FeelSyntaxError: the text is no expression.
        FeelLimitError: it is too long or nested too deeply.
    """
    make = _kept_expression if len(text) <= _KEPT else _new_expression
    return make(text, tuple(names))


def compile_unary_tests(text: str, names: Iterable[str] = ()) -> UnaryTests:
    """Return the compiled content of a cell; "" and ``-`` accept everything.

    Raises:
        FeelSyntaxError: the text is no list of tests.
        FeelLimitError: it is too long or nested too deeply.
    """
    make = _kept_tests if len(text) <= _KEPT else _new_tests
    return make(text, tuple(names))
