"""Functions on lists and contexts."""

from typing import Any

import pytest

from tests.unit.feel.asking import ask


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("list contains([1, null], null)", True),
        ('list contains([1, 2], "1")', False),
        ("sublist([4, 5, 6], 1, 2)", [4, 5]),
        ("sublist([4, 5, 6], -2)", [5, 6]),
        ("sublist([4], 2)", None),
        ("append([1], 2, 3)", [1, 2, 3]),
        ("append([1], [2])", [1, [2]]),
        ("concatenate([1, 2], [3], [])", [1, 2, 3]),
        ("insert before([1, 3], 2, 2)", [1, 2, 3]),
        ("insert before([1], 5, 2)", None),
        ("remove([1, 2, 3], 2)", [1, 3]),
        ("remove([1, 2, 3], -1)", [1, 2]),
        ("list replace([2, 4, 7], 3, 6)", [2, 4, 6]),
        ("list replace([2, 4, 7], function(item, new) item < new, 5)", [5, 5, 7]),
        ("reverse([1, 2, 3])", [3, 2, 1]),
        ("index of([1, 2, 1, null], 1)", [1, 3]),
        ("index of([1, null], null)", [2]),
        ("union([1, 2], [2, 3])", [1, 2, 3]),
        ('distinct values([1, 2, 1.0, "1", null, null])', [1, 2, "1", None]),
        ("distinct values([{a: 1}, {a: 1}, [1], [1]])", [{"a": 1}, [1]]),
        ("flatten([1, [2, [3]], []])", [1, 2, 3]),
        ("sort([3, 1, 2], function(a, b) a < b)", [1, 2, 3]),
        ("sort([{v: 2}, {v: 1}], function(x, y) x.v < y.v).v", [1, 2]),
        ("sort(list: [1, 2], precedes: function(a, b) a > b)", [2, 1]),
        ("append(null, 1)", None),
        ("reverse(1)", [1]),
    ],
)
def test_lists_are_made_of_lists(text: str, expected: Any) -> None:
    assert ask(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('get value({a: 1}, "a")', 1),
        ('get value({a: 1}, "b")', None),
        ("get entries({a: 1, b: null}).key", ["a", "b"]),
        ('context([{key: "a", value: 1}])', {"a": 1}),
        ('context([{key: "a", value: 1}, {key: "a", value: 2}])', None),
        ('context([{key: "a"}])', None),
        ('context put({a: 1}, "b", 2)', {"a": 1, "b": 2}),
        ('context put({a: {b: 1}}, ["a", "b"], 2)', {"a": {"b": 2}}),
        ('context put({}, ["a", "b"], 2)', None),
        ("context merge([{a: 1, b: 1}, {b: 2}])", {"a": 1, "b": 2}),
        ("context merge([{a: 1}, 5])", None),
    ],
)
def test_contexts_are_made_of_contexts(text: str, expected: Any) -> None:
    assert ask(text) == expected


def test_what_functions_are_given_never_changes() -> None:
    data = {"items": [3, 1, 2], "c": {"a": {"b": 1}}}
    before = repr(data)

    ask("sort(d.items, function(a, b) a < b)", d=data)
    ask("append(d.items, 4)", d=data)
    ask('context put(d.c, ["a", "b"], 9)', d=data)

    assert repr(data) == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("before(1, 10)", True),
        ("before([1..5), 5)", True),
        ("before([1..5], 5)", False),
        ("after(10, [1..5])", True),
        ("meets([1..5], [5..10])", True),
        ("met by([5..10], [1..5])", True),
        ("overlaps([1..5], [3..8])", True),
        ("overlaps([1..5), [5..8])", False),
        ("overlaps before([1..5], [3..8])", True),
        ("overlaps after([3..8], [1..5])", True),
        ("includes([1..10], 5)", True),
        ("includes([1..10), [5..10])", False),
        ("during([4..6], [1..10])", True),
        ("starts(1, [1..10])", True),
        ("started by([1..10], [1..5])", True),
        ("finishes([5..10], [1..10])", True),
        ("finished by([1..10], 10)", True),
        ("coincides([1..5], [1..5])", True),
        ("before(1, null)", None),
        ('before(1, "a")', None),
        ('before(@"2026-01-01", @"2026-01-02")', True),
    ],
)
def test_points_and_ranges_lie_to_each_other(text: str, expected: Any) -> None:
    assert ask(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("is(1, 1.0)", True),
        ('is(1, "1")', False),
        ('is(@"10:00:00Z", @"10:00:00")', False),
        ('range("[1..3]") = [1..3]', True),
        ('range("[3..1]")', None),
        ('range("[f(x)..3]")', None),
        ("[1..3].end", 3),
        ("(1..3].start included", False),
        ("(< 3) = (< 3)", True),
        ("3 in (<= 3)", True),
    ],
)
def test_ranges_are_values(text: str, expected: Any) -> None:
    assert ask(text) == expected
