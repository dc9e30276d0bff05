"""What holds for all values, found by search."""

import operator
from contextlib import suppress
from datetime import date
from decimal import Context, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import FeelError, compile_expression, plain
from engine.feel.functions import BUILTINS
from tests.unit.feel.asking import ask

REFERENCE = Context(prec=34)
NUMBERS = st.decimals(
    allow_nan=False,
    allow_infinity=False,
    min_value=-(10**12),
    max_value=10**12,
    places=4,
)
WHOLE = st.integers(min_value=-50, max_value=50)
OPERATIONS = {
    "+": REFERENCE.add,
    "-": REFERENCE.subtract,
    "*": REFERENCE.multiply,
    "/": REFERENCE.divide,
}
ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@given(NUMBERS, st.sampled_from(sorted(OPERATIONS)), NUMBERS)
def test_arithmetic_agrees_with_decimals(
    one: Decimal, sign: str, other: Decimal
) -> None:
    expected = None
    if sign != "/" or other:
        expected = OPERATIONS[sign](one, other)

    assert ask(f"a {sign} b", a=one, b=other) == expected
    assert ask(f"({one:f}) {sign} ({other:f})") == expected


@given(NUMBERS, st.sampled_from(sorted(ORDERS)), NUMBERS)
def test_order_agrees_with_decimals(one: Decimal, sign: str, other: Decimal) -> None:
    assert ask(f"a {sign} b", a=one, b=other) is ORDERS[sign](one, other)


@given(WHOLE, WHOLE, WHOLE, st.sampled_from("[("), st.sampled_from("])"))
def test_a_range_holds_what_lies_between_its_ends(
    value: int, low: int, high: int, opening: str, closing: str
) -> None:
    after = value >= low if opening == "[" else value > low
    before = value <= high if closing == "]" else value < high

    assert ask(f"v in {opening}l..h{closing}", v=value, l=low, h=high) is (
        after and before
    )


@given(WHOLE, WHOLE, WHOLE)
def test_between_is_the_closed_range(value: int, low: int, high: int) -> None:
    assert ask("v between l and h", v=value, l=low, h=high) is (low <= value <= high)


@given(WHOLE, WHOLE, WHOLE, WHOLE)
def test_ranges_overlap_when_they_share_a_number(
    a: int, b: int, c: int, d: int
) -> None:
    one, other = sorted((a, b)), sorted((c, d))
    shared = max(one[0], other[0]) <= min(one[1], other[1])

    text = "overlaps([a..b], [c..d])"
    assert ask(text, a=one[0], b=one[1], c=other[0], d=other[1]) is shared


@given(st.lists(st.integers(), max_size=20))
def test_sorting_agrees_with_python(values: list[int]) -> None:
    assert ask("sort(v, function(a, b) a < b)", v=values) == sorted(values)


@given(st.lists(st.integers(min_value=0, max_value=5), max_size=20))
def test_distinct_values_keep_the_first_of_each(values: list[int]) -> None:
    assert ask("distinct values(v)", v=values) == list(dict.fromkeys(values))


@given(st.text(max_size=30))
def test_any_text_survives_being_written_and_read(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')

    assert ask(f'"{quoted}"') == text.encode("utf-16", "surrogatepass").decode(
        "utf-16", "replace"
    )


@given(st.text(max_size=20), st.text(min_size=1, max_size=3))
def test_a_text_is_split_and_joined_again(text: str, between: str) -> None:
    parts = text.split(between)

    assert ask("string join(p, b)", p=parts, b=between) == text


@given(st.dates(), st.integers(min_value=-500, max_value=500))
def test_days_are_added_as_the_calendar_does(day: date, count: int) -> None:
    in_reach = 1 <= day.toordinal() + count <= date.max.toordinal()
    expected = date.fromordinal(day.toordinal() + count) if in_reach else None

    assert ask('d + @"P1D" * n', d=day, n=count) == expected


@given(st.dates(), st.dates())
def test_whole_months_between_dates_never_overshoot(one: date, other: date) -> None:
    start, end = sorted((one, other))
    text = "s + years and months duration(s, e) <= e"

    assert ask(text, s=start, e=end) is True


WORDS = [
    *("1", "-", "+", "*", "**", "/", "(", ")", "[", "]", "{", "}", ":", ",", ".", ".."),
    *("a", "b", "if", "then", "else", "for", "in", "return", "some", "satisfies"),
    *("and", "or", "between", "instance of", "number", "function", "null", "true", "?"),
    *(
        '"x"',
        '@"2026-01-01"',
        "<",
        ">=",
        "!=",
        "=",
        "not",
        "item",
        "partial",
        "//",
        "`",
    ),
]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(WORDS), max_size=14))
def test_any_row_of_words_is_an_expression_or_a_typed_error(words: list[str]) -> None:
    with suppress(FeelError):
        plain(compile_expression(" ".join(words)).evaluate({"a": 1, "b": [1, {}]}))


SOME_VALUES: list[Any] = [
    *("null", "1", "-1.5", "1e6144", '""', '"a(b|c)*"', "true", "[]", "[1, [null]]"),
    *("{a: 1}", '@"2026-01-31"', '@"9999-12-31T23:59:59@Asia/Shanghai"', '@"10:00:00"'),
    *('@"P999999999D"', '@"-P1Y"', "[1..3]", "(< 5)", "function(x) x", "count"),
]


@pytest.mark.parametrize("name", sorted(BUILTINS))
@settings(max_examples=40)
@given(arguments=st.lists(st.sampled_from(SOME_VALUES), max_size=4))
def test_no_function_fails_on_values_of_the_wrong_kind(
    name: str, arguments: list[str]
) -> None:
    value = compile_expression(f"{name}({', '.join(arguments)})").evaluate({})

    plain(value)
