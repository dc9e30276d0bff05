"""Functions on numbers."""

from collections.abc import Callable
from datetime import timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from typing import Any, Final

from engine.feel.durations import YearMonthDuration
from engine.feel.functions.registry import builtin
from engine.feel.numbers import NUMBERS, calculate
from engine.feel.scope import Run

_MAX_SCALE: Final = 6176
_MIN_SCALE: Final = -6111


def _round(value: Decimal, scale: Decimal, mode: str) -> Decimal | None:
    if scale != scale.to_integral_value() or not _MIN_SCALE <= scale <= _MAX_SCALE:
        return None
    if -value.as_tuple().exponent <= scale:  # type: ignore[operator]  # finite by construction
        return value
    return value.quantize(
        Decimal(1).scaleb(-int(scale)), rounding=mode, context=NUMBERS
    )


def _rounding(mode: str) -> Callable[..., Decimal | None]:
    def rounded(
        run: Run, value: Decimal, scale: Decimal = Decimal(0)
    ) -> Decimal | None:
        del run
        return _round(value, scale, mode)

    return rounded


for _name, _mode in {
    "decimal": ROUND_HALF_EVEN,
    "round up": ROUND_UP,
    "round down": ROUND_DOWN,
    "round half up": ROUND_HALF_UP,
    "round half down": ROUND_HALF_DOWN,
}.items():
    builtin(_name, "n: number, scale: number")(_rounding(_mode))
builtin("floor", "n: number, scale: number?")(_rounding(ROUND_FLOOR))
builtin("ceiling", "n: number, scale: number?")(_rounding(ROUND_CEILING))


@builtin("abs", "n: number|days|months")
def absolute(run: Run, value: Any) -> Any:
    """Return the size of a number or duration."""
    del run
    if isinstance(value, YearMonthDuration):
        return YearMonthDuration(abs(value.months))
    return abs(value) if isinstance(value, timedelta) else NUMBERS.abs(value)


@builtin("modulo", "dividend: number, divisor: number")
def modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """Return the remainder; it has the sign of the divisor."""
    del run
    rest = calculate(NUMBERS.remainder, dividend, divisor)
    if rest and (rest < 0) is not (divisor < 0):
        return NUMBERS.add(rest, divisor)
    return rest


@builtin("sqrt", "number: number")
def sqrt(run: Run, value: Decimal) -> Decimal | None:
    """Return the square root; of a negative number null."""
    run.spend(5)
    return calculate(NUMBERS.sqrt, value)


@builtin("log", "number: number")
def log(run: Run, value: Decimal) -> Decimal | None:
    """Return the natural logarithm; of zero or less null."""
    run.spend(10)
    return calculate(NUMBERS.ln, value)


@builtin("exp", "number: number")
def exp(run: Run, value: Decimal) -> Decimal | None:
    """Return e raised to a number."""
    run.spend(10)
    return calculate(NUMBERS.exp, value)


@builtin("odd", "number: number")
def odd(run: Run, value: Decimal) -> bool | None:
    """Tell whether a number is odd."""
    del run
    rest = calculate(NUMBERS.remainder, value, 2)
    return None if rest is None else abs(rest) == 1


@builtin("even", "number: number")
def even(run: Run, value: Decimal) -> bool | None:
    """Tell whether a number is even."""
    del run
    rest = calculate(NUMBERS.remainder, value, 2)
    return None if rest is None else rest == 0
