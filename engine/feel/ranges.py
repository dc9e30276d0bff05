"""Ranges: ``[1..5]``, ``(< 10)``, ``(!= 3)``."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Range:
    """Two ends of one kind; ``operator`` is set when it was written as a test.

    ``(< 10)`` has no start; ``(!= 10)`` has no ends at all and keeps its operand
    as ``start``.
    """

    start: Any
    end: Any
    start_included: bool
    end_included: bool
    operator: str = ""


def from_comparison(operator: str, operand: Any) -> Range:
    """Return the range that ``< operand``, ``= operand``… stands for."""
    match operator:
        case "<" | "<=":
            return Range(None, operand, False, operator == "<=", operator)
        case ">" | ">=":
            return Range(operand, None, operator == ">=", False, operator)
        case "=":
            return Range(operand, operand, True, True, operator)
        case _:
            return Range(operand, operand, False, False, operator)
