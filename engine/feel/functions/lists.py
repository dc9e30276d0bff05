"""Functions that make lists of lists; positions count from 1."""

from collections.abc import Hashable
from datetime import date, timedelta
from decimal import Decimal
from functools import cmp_to_key
from typing import Any, Final

from engine.feel.budget import check_depth
from engine.feel.callables import Function
from engine.feel.comparison import equal
from engine.feel.durations import YearMonthDuration
from engine.feel.functions.registry import builtin
from engine.feel.numbers import whole
from engine.feel.scope import Run
from engine.feel.values import lift

_HASHABLE: Final = frozenset(
    {type(None), bool, str, Decimal, date, timedelta, YearMonthDuration}
)


def _index(values: list[Any], position: Decimal) -> int | None:
    """Return the Python index of a position, None outside of the list."""
    number = whole(position)
    if number is None or number == 0 or abs(number) > len(values):
        return None
    return number - 1 if number > 0 else len(values) + number


@builtin("list contains", "list: list, element: any")
def list_contains(run: Run, values: list[Any], element: Any) -> bool:
    """Tell whether a list holds a value; null may be asked for."""
    run.spend(len(values))
    return any(equal(value, element, run) for value in values)


@builtin("sublist", "list: list, start position: number, length: number?")
def sublist(
    run: Run, values: list[Any], start: Decimal, size: Decimal | None = None
) -> list[Any] | None:
    """Return a part of a list; a negative start counts from the end."""
    begin = _index(values, start)
    if begin is None:
        return None
    end = len(values) if size is None else begin + int(size)
    if end > len(values) or end < begin:
        return None
    run.items(end - begin)
    return values[begin:end]


@builtin("append", "list: list, item: any...")
def append(run: Run, values: list[Any], items: list[Any]) -> list[Any]:
    """Return a list with items behind its own."""
    run.items(len(values) + len(items))
    return [*values, *items]


@builtin("concatenate", "list: list...")
def concatenate(run: Run, lists: list[list[Any]]) -> list[Any]:
    """Return the items of all lists as one list."""
    run.items(sum(len(values) for values in lists))
    return [value for values in lists for value in values]


@builtin("insert before", "list: list, position: number, newItem: any")
def insert_before(
    run: Run, values: list[Any], position: Decimal, item: Any
) -> list[Any] | None:
    """Return a list with one more item in front of a position."""
    index = _index(values, position)
    if index is None:
        return None
    run.items(len(values) + 1)
    return [*values[:index], item, *values[index:]]


@builtin("remove", "list: list, position: number")
def remove(run: Run, values: list[Any], position: Decimal) -> list[Any] | None:
    """Return a list without the item at a position."""
    index = _index(values, position)
    if index is None:
        return None
    run.items(len(values))
    return [*values[:index], *values[index + 1 :]]


@builtin("list replace", "list: list, position: number, newItem: any")
def replace_at(
    run: Run, values: list[Any], position: Decimal, item: Any
) -> list[Any] | None:
    """Return a list with another item at a position."""
    index = _index(values, position)
    if index is None:
        return None
    run.items(len(values))
    return [*values[:index], item, *values[index + 1 :]]


@builtin("list replace", "list: list, match: function, newItem: any")
def replace_where(
    run: Run, values: list[Any], match: Function, item: Any
) -> list[Any] | None:
    """Return a list with another item wherever ``match(item, new)`` is true."""
    run.items(len(values))
    result: list[Any] = []
    for value in values:
        verdict = match.call(run, [lift(value), item])
        if type(verdict) is not bool:
            return None
        result.append(item if verdict else value)
    return result


@builtin("reverse", "list: list")
def reverse(run: Run, values: list[Any]) -> list[Any]:
    """Return a list from its end to its start."""
    run.items(len(values))
    return values[::-1]


@builtin("index of", "list: list, match: any")
def index_of(run: Run, values: list[Any], match: Any) -> list[Decimal]:
    """Return all positions of a value."""
    run.spend(len(values))
    return [
        Decimal(position)
        for position, value in enumerate(values, 1)
        if equal(value, match, run)
    ]


@builtin("distinct values", "list: list")
def distinct(run: Run, values: list[Any]) -> list[Any]:
    """Return a list without repetitions, in the order of the first ones."""
    run.items(len(values))
    seen: set[Hashable] = set()
    result: list[Any] = []
    others: list[Any] = []
    for value in values:
        lifted = lift(value)
        if type(lifted) in _HASHABLE:
            if (type(lifted), lifted) in seen:
                continue
            seen.add((type(lifted), lifted))
        elif any(equal(lifted, other, run) for other in others):
            continue
        else:
            others.append(lifted)
        result.append(value)
    return result


@builtin("union", "list: list...")
def union(run: Run, lists: list[list[Any]]) -> list[Any]:
    """Return the items of all lists without repetitions."""
    values: list[Any] = distinct(run, concatenate(run, lists))
    return values


@builtin("flatten", "list: list")
def flatten(run: Run, values: list[Any]) -> list[Any]:
    """Return a list in which no item is a list."""
    result: list[Any] = []
    _flatten(run, values, result, 0)
    return result


def _flatten(run: Run, values: list[Any], result: list[Any], depth: int) -> None:
    check_depth(depth)
    run.spend(len(values) + 1)
    for value in values:
        if type(value) is list:
            _flatten(run, value, result, depth + 1)
        else:
            result.append(value)


@builtin("sort", "list: list, precedes: function")
def sort(run: Run, values: list[Any], precedes: Function) -> list[Any]:
    """Return a list in the order that ``precedes(a, b)`` describes."""
    run.items(len(values))

    def order(one: Any, other: Any) -> int:
        if precedes.call(run, [lift(one), lift(other)]) is True:
            return -1
        return 1 if precedes.call(run, [lift(other), lift(one)]) is True else 0

    return sorted(values, key=cmp_to_key(order))
