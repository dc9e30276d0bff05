"""From the host's values to FEEL's and back."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from engine.feel.budget import MAX_DIGITS, Budget, check_depth
from engine.feel.durations import YearMonthDuration
from engine.feel.errors import FeelHostError
from engine.feel.numbers import NUMBER_ERRORS, NUMBERS, whole
from engine.feel.ranges import Range

_EXACT: Final = 10**34
"""Smaller whole numbers need no rounding."""
MISSING: Final = object()
"""What a lookup returns for a name that is not there at all."""


class Callables:
    """The base of every function value; the compiler defines the kinds."""

    __slots__ = ()


FINAL_TYPES: Final = frozenset(
    {
        type(None),
        bool,
        str,
        Decimal,
        list,
        dict,
        date,
        time,
        datetime,
        timedelta,
        YearMonthDuration,
        Range,
    }
)
"""Types that need no conversion, compared exactly."""


def lift(value: Any) -> Any:
    """Return a host's value as FEEL's: int and float become Decimal, tuples lists.

    Only the value itself is converted; what a list or context holds is converted
    when it is taken out.

    Raises:
        FeelHostError: the value is of a type that expressions do not have.
    """
    kind = type(value)
    if kind in FINAL_TYPES or isinstance(value, Callables):
        return value
    if kind is int:
        return _whole(value)
    if kind is float:
        return _decimal(value)
    return _unusual(value)


def _whole(value: int) -> Decimal | None:
    if -_EXACT < value < _EXACT:
        return Decimal(value)
    if value.bit_length() > MAX_DIGITS:
        return None
    try:
        return NUMBERS.create_decimal(value)
    except NUMBER_ERRORS:
        return None


def _decimal(value: float) -> Decimal | None:
    # The shortest text that means this float: 0.1 is 0.1 and not 0.1000000000000000055.
    number = Decimal(repr(value))
    return number if number.is_finite() else None


def _unusual(value: Any) -> Any:
    if isinstance(value, Enum):
        return lift(value.value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return _whole(int(value))
    if isinstance(value, tuple | list):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    name = type(value).__name__
    raise FeelHostError(
        f"a value of type {name} cannot be used in an expression",
        f"表达式不能使用类型为 {name} 的值",
    )


def plain(value: Any) -> Any:
    """Return a result for the host: whole numbers as int, in lists and contexts too.

    Raises:
        FeelLimitError: the value is too large or nested too deeply.
    """
    return _plain(value, Budget(), 0)


def _plain(value: Any, budget: Budget, depth: int) -> Any:
    kind = type(value)
    if kind is Decimal:
        number = whole(value)
        return value if number is None else number
    if kind is list:
        budget.spend(len(value))
        check_depth(depth)
        return [_plain(item, budget, depth + 1) for item in value]
    if kind is dict:
        budget.spend(len(value))
        check_depth(depth)
        return {key: _plain(item, budget, depth + 1) for key, item in value.items()}
    return value


def measure(value: Any, budget: Budget, depth: int = 0) -> None:
    """Walk a result that is to leave, so that shared parts cannot make it endless."""
    kind = type(value)
    if kind is str:
        budget.text(len(value))
    elif kind is list:
        budget.spend(len(value))
        check_depth(depth)
        for item in value:
            measure(item, budget, depth + 1)
    elif kind is dict:
        budget.spend(len(value))
        check_depth(depth)
        for item in value.values():
            measure(item, budget, depth + 1)
