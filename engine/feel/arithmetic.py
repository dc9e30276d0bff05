"""``+ - * / **`` on every kind of value; None where the standard says null."""

from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, Final, TypeAlias

from engine.feel.durations import YearMonthDuration
from engine.feel.numbers import NUMBER_ERRORS, NUMBERS, calculate
from engine.feel.scope import Run
from engine.feel.temporal import sums

Operation: TypeAlias = Callable[[Any, Any, Run], Any]
_TEMPORAL: Final = (date, time, timedelta, YearMonthDuration)
_DURATIONS: Final = (timedelta, YearMonthDuration)


def add(left: Any, right: Any, run: Run) -> Any:
    """Return a sum, a joined text, or a date or time moved by a duration."""
    if type(left) is Decimal and type(right) is Decimal:
        return calculate(NUMBERS.add, left, right)
    if type(left) is str and type(right) is str:
        run.text(len(left) + len(right))
        return left + right
    if isinstance(left, _TEMPORAL) and isinstance(right, _TEMPORAL):
        return sums.add(left, right)
    return None


def subtract(left: Any, right: Any, run: Run) -> Any:
    """Return a difference; of two dates the duration between them."""
    if type(left) is Decimal and type(right) is Decimal:
        return calculate(NUMBERS.subtract, left, right)
    if isinstance(left, _TEMPORAL) and isinstance(right, _TEMPORAL):
        return sums.subtract(left, right, run.zone)
    return None


def multiply(left: Any, right: Any, run: Run) -> Any:  # noqa: ARG001 - all operations have one shape
    """Return a product; one factor may be a duration."""
    if type(left) is Decimal and type(right) is Decimal:
        return calculate(NUMBERS.multiply, left, right)
    if isinstance(left, _DURATIONS) and type(right) is Decimal:
        return sums.scale(left, right)
    if isinstance(right, _DURATIONS) and type(left) is Decimal:
        return sums.scale(right, left)
    return None


def divide(left: Any, right: Any, run: Run) -> Any:  # noqa: ARG001 - all operations have one shape
    """Return a quotient; a duration divided by its kind is a number."""
    if type(left) is Decimal and type(right) is Decimal:
        return calculate(NUMBERS.divide, left, right)
    return sums.shrink(left, right) if isinstance(left, _DURATIONS) else None


def power(left: Any, right: Any, run: Run) -> Any:
    """Return ``left ** right``; it costs more than other operations."""
    if type(left) is not Decimal or type(right) is not Decimal:
        return None
    run.spend(10)
    if left.is_zero() and right.is_zero():
        return Decimal(1)
    return calculate(NUMBERS.power, left, right)


def negate(value: Any) -> Any:
    """Return a number or duration with the other sign."""
    if type(value) is Decimal:
        return NUMBERS.minus(value)
    if isinstance(value, YearMonthDuration | timedelta):
        try:
            return -value
        except OverflowError:
            return None
    return None


OPERATIONS: Final[Mapping[str, Operation]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}
FAST: Final[Mapping[str, Callable[[Decimal, Decimal], Decimal]]] = {
    "+": NUMBERS.add,
    "-": NUMBERS.subtract,
    "*": NUMBERS.multiply,
    "/": NUMBERS.divide,
}
"""What two numbers take without asking for their kind; raises NUMBER_ERRORS."""
__all__ = ["FAST", "NUMBER_ERRORS", "OPERATIONS", "Operation", "negate"]
