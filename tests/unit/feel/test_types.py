"""``instance of`` and the operators on values of unusual kinds."""

from typing import Any

import pytest

from tests.unit.feel.asking import ask


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 instance of number", True),
        ('"a" instance of string', True),
        ("true instance of boolean", True),
        ('@"2026-01-31" instance of date', True),
        ('@"2026-01-31T00:00:00" instance of date and time', True),
        ('@"10:00:00" instance of time', True),
        ('@"P1D" instance of days and time duration', True),
        ('@"P1Y" instance of years and months duration', True),
        ("[1, 2] instance of list<number>", True),
        ('[1, "a"] instance of list<number>', False),
        ("[[1]] instance of list<list<number>>", True),
        ("[] instance of list<string>", True),
        ("1 instance of list<number>", False),
        ("{a: 1} instance of context", True),
        ("{a: 1, b: 2} instance of context<a: number>", True),
        ("{a: 1} instance of context<a: number, b c: string>", False),
        ("[1..2] instance of range<number>", True),
        ('["a".."b"] instance of range<number>', False),
        ("(function(x) x) instance of function<number> -> Any", True),
        ("(function(x) x) instance of function<> -> Any", False),
        ("count instance of function<list<Any>> -> number", True),
        ("null instance of Null", True),
        ("null instance of number", False),
        ("1 instance of Any", True),
        ("1 instance of nonsense", False),
        ("1 + 2 instance of number", None),
    ],
)
def test_instance_of(text: str, expected: Any) -> None:
    assert ask(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 in (!= 3)", False),
        ("4 in (!= 3)", True),
        ("3 in (= 3)", True),
        ("(< 3).end", 3),
        ("(> 3).start", 3),
        ("(!= 3).start", None),
        ("(< 3) = (<= 3)", False),
        ("[1..2] in [[1..2], 5]", True),
        ("[1] in [[1], 2]", True),
        ("{a: 1} in [{a: 1}]", True),
        ("[1, 2] in [1, 2]", True),
        ("null in [1..2]", None),
        ("null in [1, null]", True),
        ("{a: [1, {b: 2}]} = {a: [1, {b: 2}]}", True),
        ("{a: 1} = {b: 1}", False),
        ("count = count", True),
        ("count = sum", False),
        ("(function(x) x) = (function(x) x)", False),
        ("[1] < [2]", None),
        ("{a: 1} + {b: 2}", None),
        ('@"10:00:00" < @"11:00:00"', True),
        ('@"10:00:00+08:00" < @"03:00:00Z"', True),
        ('@"10:00:00" < @"11:00:00Z"', None),
        ('"a" between "a" and "c"', True),
        ("2 in null", False),
        ("-null", None),
        ('-"a"', None),
        ("null ** 2", None),
        ("0 ** 0", 1),
        ('"a" * 2', None),
        ("null / 2", None),
        ('@"2026-01-31" - "a"', None),
        ('@"PT0.000001S" / 2', "PT0S"),
    ],
)
def test_values_of_every_kind_are_compared_and_computed(
    text: str, expected: Any
) -> None:
    value = ask(f"string({text})") if isinstance(expected, str) else ask(text)

    assert value == expected
