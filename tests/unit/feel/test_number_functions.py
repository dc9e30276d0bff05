"""Functions on numbers and on lists of numbers."""

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.feel.asking import ask


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("decimal(2.5, 0)", 2),
        ("decimal(3.5, 0)", 4),
        ("decimal(1.125, 2)", Decimal("1.12")),
        ("decimal(125, -1)", 120),
        ("decimal(1, 0.5)", None),
        ("round up(5.21, 1)", Decimal("5.3")),
        ("round up(-5.21, 1)", Decimal("-5.3")),
        ("round down(5.29, 1)", Decimal("5.2")),
        ("round half up(5.5, 0)", 6),
        ("round half up(-5.5, 0)", -6),
        ("round half down(5.5, 0)", 5),
        ("floor(-1.5)", -2),
        ("floor(-1.56, 1)", Decimal("-1.6")),
        ("ceiling(1.2)", 2),
        ("ceiling(n: -1.56, scale: 1)", Decimal("-1.5")),
        ("abs(-10)", 10),
        ('abs(@"-P1Y") = @"P1Y"', True),
        ("modulo(10, 4)", 2),
        ("modulo(-10, 4)", 2),
        ("modulo(10, -4)", -2),
        ("modulo(10, 0)", None),
        ("sqrt(16)", 4),
        ("sqrt(-1)", None),
        ("log(0)", None),
        ("decimal(exp(1), 5)", Decimal("2.71828")),
        ("decimal(log(10), 4)", Decimal("2.3026")),
        ("odd(5)", True),
        ("even(5)", False),
        ("odd(5.5)", False),
        ("floor(null)", None),
        ('floor("1")', None),
        ("floor([1.5])", 1),
    ],
)
def test_functions_on_one_number(text: str, expected: Any) -> None:
    assert ask(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sum([1, 2, 3])", 6),
        ("sum(1, 2, 3)", 6),
        ("sum(list: [1])", 1),
        ("sum(5)", 5),
        ("sum([])", None),
        ("sum([1, null])", None),
        ('sum([1, "2"])', None),
        ("mean([1, 2, 3, 4])", Decimal("2.5")),
        ("mean([])", None),
        ("product([2, 3, 4])", 24),
        ("median([8, 2, 5, 3, 4])", 4),
        ("median(6, 1, 2, 3)", Decimal("2.5")),
        ("stddev(2, 4, 7, 5)", Decimal("2.081665999466132735282297706979931")),
        ("stddev([47])", None),
        ("mode(6, 3, 9, 6, 6)", [6]),
        ("mode([6, 1, 9, 6, 1])", [1, 6]),
        ("mode([])", []),
        ("min([3, 1, 2])", 1),
        ("max(3, 1, 2)", 3),
        ('max("a", "c", "b")', "c"),
        ('min(@"2026-02-01", @"2026-01-01") = @"2026-01-01"', True),
        ("min([])", None),
        ('max([1, "a"])', None),
        ("count([1, null, 2])", 3),
        ("count([])", 0),
        ("count(null)", None),
        ("count(7)", 1),
        ("all([true, true])", True),
        ("all([true, null])", None),
        ("all([false, null])", False),
        ("all([])", True),
        ("any([false, true])", True),
        ("any([false, null])", None),
        ("any([])", False),
        ("any([1, true])", None),
    ],
)
def test_functions_that_sum_up_a_list(text: str, expected: Any) -> None:
    assert ask(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('number("1,000.5", ",", ".")', Decimal("1000.5")),
        ('number("1.000,5", ".", ",")', Decimal("1000.5")),
        ('number("1 000", " ", null)', 1000),
        ('number("1.5")', Decimal("1.5")),
        ('number("1,5", null, ".")', None),
        ('number("x")', None),
        ('number("1", ".", ".")', None),
        ('number("1e2")', 100),
        ("string(1.50)", "1.5"),
        ("string(100)", "100"),
        ("string(0.000001)", "0.000001"),
        ("string(-0)", "0"),
    ],
)
def test_numbers_are_read_and_written(text: str, expected: Any) -> None:
    assert ask(text) == expected
