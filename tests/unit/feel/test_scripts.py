"""Scripts: one assignment a line."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.feel import FeelLimitError, compile_script, plain


def test_later_lines_see_earlier_ones() -> None:
    script = compile_script("subtotal = price * count\ntotal = subtotal * 1.06")

    assert plain(script.run({"price": 100, "count": 2})) == {
        "subtotal": 200,
        "total": 212,
    }


def test_only_assigned_names_come_back_and_the_context_stays() -> None:
    context = {"a": 1, "b": 2}

    assert plain(compile_script("a = a + b").run(context)) == {"a": 3}
    assert context == {"a": 1, "b": 2}


def test_a_line_goes_on_while_a_bracket_is_open() -> None:
    script = compile_script("a = [1,\n 2]\n\n// done\nb = {x: a[1],\n y: 2}")

    assert plain(script.run({})) == {"a": [1, 2], "b": {"x": 1, "y": 2}}


def test_an_empty_script_assigns_nothing() -> None:
    assert compile_script(" \n // nothing\n").run({"a": 1}) == {}


def test_a_line_may_compare() -> None:
    assert compile_script("same = a = b").run({"a": 1, "b": 1}) == {"same": True}


def test_names_may_be_chinese_or_of_several_words() -> None:
    script = compile_script("客户 等级 = 1\n结果 = 客户 等级 + 1")

    assert plain(script.run({})) == {"客户 等级": 1, "结果": 2}


def test_a_script_names_what_it_reads_and_assigns() -> None:
    script = compile_script("a = x\nb = a + y\na = z")

    assert script.names == {"x", "y", "z"}
    assert script.targets == ("a", "b")


def test_a_failing_line_assigns_nothing() -> None:
    script = compile_script("a = 1\nb = for i in 1..999999999 return i")
    context: dict[str, object] = {}

    with pytest.raises(FeelLimitError):
        script.run(context)

    assert context == {}


def test_the_clock_is_that_of_the_caller() -> None:
    moment = datetime(2026, 5, 1, 8, tzinfo=UTC)

    assert compile_script("t = now()").run({}, now=moment) == {"t": moment}


def test_numbers_are_decimal_until_they_are_made_plain() -> None:
    assert compile_script("a = 0.1 + 0.2").run({}) == {"a": Decimal("0.3")}
