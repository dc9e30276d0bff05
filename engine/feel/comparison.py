"""Equality, order and membership; None where the standard says null."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine.feel.budget import check_depth
from engine.feel.durations import YearMonthDuration
from engine.feel.ranges import Range
from engine.feel.scope import Run
from engine.feel.temporal.sums import as_date_time, seconds_of_day
from engine.feel.values import lift

ORDERS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}
_PLAIN: Final = frozenset({Decimal, str, date, timedelta, YearMonthDuration})
_LONG: Final = 500
_SECOND: Final = timedelta(seconds=1)


def equal(left: Any, right: Any, run: Run, depth: int = 0) -> bool | None:
    """Tell whether two values are equal; None when their kinds differ."""
    left, right = lift(left), lift(right)
    if left is None or right is None:
        return left is right
    kind = type(left)
    if kind is not type(right):
        return None
    if kind is str:
        _weigh(left, run)
    if kind in _PLAIN or kind is bool:
        return bool(left == right)
    run.spend()
    check_depth(depth)
    if kind is list:
        return _equal_lists(left, right, run, depth + 1)
    if kind is dict:
        return _equal_contexts(left, right, run, depth + 1)
    return _equal_others(left, right, run)


def _weigh(text: str, run: Run) -> None:
    # Comparing long texts takes time that a loop could multiply.
    if len(text) > _LONG:
        run.spend(len(text) // _LONG)


def _equal_lists(left: Any, right: Any, run: Run, depth: int) -> bool | None:
    if len(left) != len(right):
        return False
    run.spend(len(left))
    for one, other in zip(left, right, strict=True):
        if not equal(one, other, run, depth):
            return False
    return True


def _equal_contexts(left: Any, right: Any, run: Run, depth: int) -> bool | None:
    if left.keys() != right.keys():
        return False
    run.spend(len(left))
    return all(equal(left[key], right[key], run, depth) for key in left)


def _equal_others(left: Any, right: Any, run: Run) -> bool | None:
    if isinstance(left, datetime | time):
        keys = order_key(left, run), order_key(right, run)
        return None if type(keys[0]) is not type(keys[1]) else keys[0] == keys[1]
    if isinstance(left, Range):
        same = left.operator == right.operator and (
            (left.start_included, left.end_included)
            == (right.start_included, right.end_included)
        )
        return (
            same
            and bool(equal(left.start, right.start, run))
            and bool(equal(left.end, right.end, run))
        )
    return left is right


def order_key(value: Any, run: Run) -> Any:
    """Return what orders a value within its kind, None if it has no order.

    The standard compares times by whole seconds.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is datetime:
        return as_date_time(value, run.zone).replace(microsecond=0)
    if kind is time:
        seconds = Decimal(seconds_of_day(value) // _SECOND)
        return seconds if value.utcoffset() is None else int(seconds)
    return None


def compare(operator: str, left: Any, right: Any, run: Run) -> bool | None:
    """Return ``left operator right`` for an order operator."""
    left, right = lift(left), lift(right)
    kind = type(left)
    if kind is not type(right):
        return None
    if kind is str:
        _weigh(left, run)
    if kind in _PLAIN:
        return ORDERS[operator](left, right)
    one, other = order_key(left, run), order_key(right, run)
    if one is None or type(one) is not type(other):
        return None
    return ORDERS[operator](one, other)


def between(value: Any, low: Any, high: Any, run: Run) -> bool | None:
    """Tell whether ``low <= value <= high``."""
    above, below = compare(">=", value, low, run), compare("<=", value, high, run)
    if above is False or below is False:
        return False
    return None if above is None or below is None else True


def includes(group: Range, value: Any, run: Run) -> bool | None:
    """Tell whether a range holds ``value``; None where it cannot be compared."""
    if group.operator == "!=":
        same = equal(value, group.start, run)
        return None if same is None else not same
    if group.operator == "=":
        return equal(value, group.start, run)
    if group.operator:
        end = group.start if group.operator.startswith(">") else group.end
        return compare(group.operator, value, end, run)
    low = compare(">=" if group.start_included else ">", value, group.start, run)
    high = compare("<=" if group.end_included else "<", value, group.end, run)
    return None if low is None or high is None else low and high


def is_in(value: Any, test: Any, run: Run) -> bool | None:
    """Tell whether ``value`` is equal to a test, or in its list or range."""
    test = lift(test)
    if type(test) is Range:
        if type(value) is Range:
            return equal(value, test, run)
        return includes(test, value, run)
    if type(test) is not list:
        return equal(value, test, run)
    run.spend(len(test))
    for item in test:
        if _is_element(value, lift(item), run):
            return True
    return type(value) is list and bool(equal(value, test, run))


def _is_element(value: Any, item: Any, run: Run) -> bool | None:
    if type(item) is Range and type(value) is not Range:
        return includes(item, value, run)
    return equal(value, item, run)


def is_same(left: Any, right: Any, run: Run) -> bool:
    """Tell whether two values are equal and of the same kind and zone."""
    if isinstance(left, datetime | time) and isinstance(right, datetime | time):
        return _zone(left) == _zone(right) and left.replace(
            tzinfo=None
        ) == right.replace(tzinfo=None)
    return equal(left, right, run) is True


def _zone(value: datetime | time) -> object:
    zone = value.tzinfo
    return zone.key if isinstance(zone, ZoneInfo) else value.utcoffset()
