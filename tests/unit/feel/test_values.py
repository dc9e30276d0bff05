"""What goes in and what comes out."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

import pytest

from engine.feel import (
    FeelHostError,
    YearMonthDuration,
    compile_expression,
    plain,
)
from tests.unit.feel.asking import ask


class Grade(StrEnum):
    HIGH = "high"


class Level(IntEnum):
    TWO = 2


def test_floats_become_the_decimal_that_people_read() -> None:
    assert ask("x + 0.2", x=0.1) == Decimal("0.3")


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 10**40_000],
    ids=["not a number", "infinite", "too long"],
)
def test_numbers_that_decimals_cannot_hold_are_null(value: Any) -> None:
    assert ask("x = null", x=value) is True


def test_enums_are_their_values() -> None:
    assert ask('g = "high" and l = 2', g=Grade.HIGH, l=Level.TWO) is True


def test_tuples_and_mappings_are_lists_and_contexts() -> None:
    assert ask("x[2] + m.a", x=(1, 2), m=MappingProxyType({"a": 3})) == 5


def test_numbers_inside_lists_and_contexts_are_decimal_too() -> None:
    assert ask("x.a[1] / 4", x={"a": [1]}) == Decimal("0.25")


def test_true_is_not_one() -> None:
    assert ask("[a = 1, b = true, [a] = [1]]", a=True, b=1) == [None, None, False]


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", 1j, int, ask, type])
def test_foreign_values_are_refused_when_they_are_read(value: Any) -> None:
    expression = compile_expression("x")

    with pytest.raises(FeelHostError):
        expression.evaluate({"x": value})


def test_foreign_values_that_nobody_reads_do_not_matter() -> None:
    assert ask("a + 1", a=1, x=object()) == 2


def test_plain_makes_whole_numbers_int_in_depth() -> None:
    value = plain({"a": [Decimal("2.0"), Decimal("2.5")], "b": Decimal("1E+2")})

    assert value == {"a": [2, Decimal("2.5")], "b": 100}
    assert [type(item) for item in value["a"]] == [int, Decimal]


def test_plain_leaves_dates_and_durations() -> None:
    values = [date(2026, 1, 1), timedelta(days=1), YearMonthDuration(3), None, True]

    assert plain(values) == values


def test_plain_keeps_numbers_that_no_json_reader_would_take_decimal() -> None:
    assert plain(Decimal("1E+6000")) == Decimal("1E+6000")
    assert isinstance(plain(Decimal("1E+6000")), Decimal)


def test_now_is_the_same_wherever_it_is_asked() -> None:
    assert ask("now() = now() and today() = date(now())") is True


def test_without_a_moment_now_is_aware() -> None:
    value = compile_expression("now()").evaluate({})

    assert value.utcoffset() == timedelta(0)


def test_local_times_are_compared_in_the_zone_of_the_moment() -> None:
    expression = compile_expression("due < now()")
    moment = datetime.fromisoformat("2026-01-31T10:00:00+08:00")
    due = datetime(2026, 1, 31, 9, 0)  # noqa: DTZ001 - a local date-time

    assert expression.evaluate({"due": due}, now=moment) is True
    assert expression.evaluate({"due": due}, now=moment.astimezone(UTC)) is False


def test_lent_functions_are_called_by_position() -> None:
    expression = compile_expression("working days(start, 3)", ["working days"])

    def working_days(start: date, count: Decimal) -> date:
        return start + timedelta(days=int(count))

    value = expression.evaluate(
        {"start": date(2026, 1, 1)}, functions={"working days": working_days}
    )
    assert value == date(2026, 1, 4)


def test_a_failing_lent_function_is_named() -> None:
    expression = compile_expression("broken()")

    with pytest.raises(FeelHostError, match="broken"):
        expression.evaluate({}, functions={"broken": lambda: 1 / 0})


def test_a_name_of_the_context_is_not_called_as_python() -> None:
    with pytest.raises(FeelHostError):
        ask("f(1)", f=lambda x: x)
