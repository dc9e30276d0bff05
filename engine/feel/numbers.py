"""Decimal arithmetic with 34 digits, as the standard prescribes."""

from collections.abc import Callable
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import Final

NUMBERS: Final = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
"""Used by method only, so threads share it; what overflows is null."""
NUMBER_ERRORS: Final = (InvalidOperation, DivisionByZero, Overflow)
ZERO: Final = Decimal(0)
_MAX_EXPONENT_DIGITS: Final = 7
_MAX_DIGITS: Final = 10_000


def number(text: str) -> Decimal | None:
    """Return the number that ``text`` spells, None if it is none or too large."""
    _, exponential, exponent = text.upper().rpartition("E")
    if len(text) > _MAX_DIGITS or (
        exponential and len(exponent) > _MAX_EXPONENT_DIGITS
    ):
        return None
    try:
        return NUMBERS.create_decimal(text)
    except NUMBER_ERRORS:
        return None


def calculate(
    operation: Callable[..., Decimal], *operands: Decimal | int
) -> Decimal | None:
    """Return the result of a context operation, None where there is none."""
    try:
        result = operation(*operands)
    except NUMBER_ERRORS:
        return None
    return result if result.is_finite() else None


def spell(value: Decimal) -> str:
    """Return a number as people write it: no exponent, no trailing zeros."""
    if value.is_zero():
        return "0"
    normal = value.normalize(NUMBERS)
    return format(normal, "f")


def whole(value: Decimal) -> int | None:
    """Return a whole number as int, None if it has a fraction or is huge."""
    if value.adjusted() > NUMBERS.prec:
        return None
    result = int(value)
    return result if result == value else None
