"""Adding, subtracting and multiplying with dates, times and durations.

Every function returns None where the standard has no result, and also where the
result leaves Python's years 1 to 9999.
"""

import calendar
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from engine.feel.durations import YearMonthDuration
from engine.feel.numbers import NUMBERS, calculate, whole

_YEAR: Final = 12
_DAY: Final = timedelta(days=1)
_SOME_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)


def add(left: Any, right: Any) -> Any:
    """Return ``left + right``; a duration may stand on either side."""
    if isinstance(left, YearMonthDuration | timedelta):
        left, right = right, left
    if isinstance(right, YearMonthDuration):
        return _add_months(left, right.months)
    return _add_span(left, right) if isinstance(right, timedelta) else None


def subtract(left: Any, right: Any, zone: tzinfo) -> Any:
    """Return ``left - right``; ``zone`` is where local date-times are."""
    if isinstance(right, YearMonthDuration):
        return None if _is_foreign(left) else _add_months(left, -right.months)
    if isinstance(right, timedelta):
        return None if _is_foreign(left) else _add_span(left, -right)
    if isinstance(left, date) and isinstance(right, date):
        return as_date_time(left, zone) - as_date_time(right, zone)
    if isinstance(left, time) and isinstance(right, time):
        return _between_times(left, right)
    return None


def _is_foreign(value: Any) -> bool:
    return not isinstance(value, date | time | timedelta | YearMonthDuration)


def as_date_time(value: date, zone: tzinfo) -> datetime:
    """Return an aware date-time: midnight of a date, local time read in ``zone``."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - made aware below
    return value if value.tzinfo else value.replace(tzinfo=zone)


def _between_times(left: time, right: time) -> timedelta | None:
    if (left.tzinfo is None) is not (right.tzinfo is None):
        return None
    return seconds_of_day(left) - seconds_of_day(right)


def seconds_of_day(value: time) -> timedelta:
    """Return the time since midnight, UTC if the time has an offset."""
    clock = timedelta(
        hours=value.hour,
        minutes=value.minute,
        seconds=value.second,
        microseconds=value.microsecond,
    )
    return clock - (value.utcoffset() or timedelta(0))


def _add_months(value: Any, months: int) -> Any:
    if isinstance(value, YearMonthDuration):
        return YearMonthDuration(value.months + months)
    if not isinstance(value, date):
        return None
    year, month = divmod(value.year * _YEAR + value.month - 1 + months, _YEAR)
    if not date.min.year <= year <= date.max.year:
        return None
    day = min(value.day, calendar.monthrange(year, month + 1)[1])
    return value.replace(year=year, month=month + 1, day=day)


def _add_span(value: Any, span: timedelta) -> Any:
    try:
        if isinstance(value, time):
            moved = (seconds_of_day(value.replace(tzinfo=None)) + span) % _DAY
            return (_SOME_DAY + moved).time().replace(tzinfo=value.tzinfo)
        if isinstance(value, datetime):
            return _move(value, span)
        if isinstance(value, date):
            return value + timedelta(days=span // _DAY)
        return value + span if isinstance(value, timedelta) else None
    except OverflowError:
        return None


def _move(value: datetime, span: timedelta) -> datetime:
    # In a named zone a day has 23 to 25 hours: elapsed time counts.
    if value.tzinfo is None:
        return value + span
    utc = value - (value.utcoffset() or timedelta(0))
    moved = (utc.replace(tzinfo=None) + span).replace(tzinfo=value.tzinfo)
    return value.tzinfo.fromutc(moved)


def scale(value: Any, factor: Decimal) -> Any:
    """Return a duration times ``factor``."""
    if isinstance(value, YearMonthDuration):
        months = calculate(NUMBERS.multiply, Decimal(value.months), factor)
        return None if months is None else _months(months)
    if isinstance(value, timedelta):
        micros = calculate(NUMBERS.multiply, Decimal(value // _MICRO), factor)
        return None if micros is None else _micros(micros)
    return None


def shrink(value: Any, divisor: Any) -> Any:
    """Return a duration divided by a number or by one of its own kind."""
    if isinstance(divisor, Decimal):
        inverse = _size(value)
        quotient = (
            None if inverse is None else calculate(NUMBERS.divide, inverse, divisor)
        )
        if quotient is None:
            return None
        return (
            _months(quotient)
            if isinstance(value, YearMonthDuration)
            else _micros(quotient)
        )
    if type(value) is not type(divisor):
        return None
    left, right = _size(value), _size(divisor)
    if left is None or right is None:
        return None
    return calculate(NUMBERS.divide, left, right)


def _size(value: Any) -> Decimal | None:
    if isinstance(value, YearMonthDuration):
        return Decimal(value.months)
    return Decimal(value // _MICRO) if isinstance(value, timedelta) else None


def _months(count: Decimal) -> YearMonthDuration | None:
    months = whole(count.to_integral_value("ROUND_DOWN"))
    return None if months is None else YearMonthDuration(months)


def _micros(count: Decimal) -> timedelta | None:
    micros = whole(count.to_integral_value(ROUND_HALF_EVEN))
    try:
        return None if micros is None else timedelta(microseconds=micros)
    except OverflowError:
        return None


def months_between(start: date, end: date, zone: tzinfo) -> YearMonthDuration:
    """Return the whole months from ``start`` to ``end``; negative if it is earlier."""
    first, last = as_date_time(start, zone), as_date_time(end, zone)
    if last < first:
        return -months_between(end, start, zone)
    months = (end.year - start.year) * _YEAR + end.month - start.month
    rest = (last.day, last.time()) < (first.day, first.time())
    return YearMonthDuration(months - rest)
