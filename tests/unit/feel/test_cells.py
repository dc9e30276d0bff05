"""Unary tests: what may stand in the cell of a decision table."""

from datetime import date
from typing import Any

import pytest

from tests.unit.feel.asking import passes


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("-", None, True),
        ("", 5, True),
        ("5", 5, True),
        ("5", 6, False),
        ('"a"', "a", True),
        ('"a", "b"', "b", True),
        ('not("a", "b")', "b", False),
        ('not("a", "b")', "c", True),
        ("null", None, True),
        ("null", 3, False),
        ("not(null)", None, False),
        ("not(null)", 3, True),
        ("> 3", 4, True),
        ("> 3", None, None),
        ("< 3, > 10", 11, True),
        ("[3..5]", 5, True),
        ("]3..5[", 5, False),
        ("(3..5]", 3, False),
        ("true", True, True),
        ("true", False, False),
        ("false", False, True),
        ("? > 3 and ? < 5", 4, True),
        ("? > 3 and ? < 5", 5, False),
        ('? in ("a", "b")', "a", True),
        ('starts with(?, "ab")', "abc", True),
        ("count(?) > 1", [1, 2], True),
        ('list contains(?, "x")', ["x"], True),
        ("[1, 2, 3]", 2, True),
        ("-5", -5, True),
        ("- 5", -5, True),
        ("= 5", 5, True),
        ("!= 5", 5, False),
        ('date("2026-01-01")', date(2026, 1, 1), True),
        ('> @"2026-01-01"', date(2026, 1, 2), True),
        ('[@"2026-01-01"..@"2026-01-31"]', date(2026, 2, 1), False),
        ("? = null or ? > 3", None, True),
        ('"5"', 5, None),
    ],
)
def test_a_cell_tests_its_value(cell: str, value: Any, expected: Any) -> None:
    assert passes(cell, value) is expected


def test_a_cell_may_compare_with_other_values() -> None:
    assert passes("> limit", 10, limit=5) is True
    assert passes("<= limit * 2, allowed", 10, limit=4, allowed=[10, 11]) is True


def test_a_true_condition_without_placeholder_passes_unless_the_value_is_boolean() -> (
    None
):
    assert passes("limit > 3", "anything", limit=5) is True
    assert passes("limit > 3", False, limit=5) is False
