"""Functions that make dates, times and durations."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from engine import clock
from engine.feel.durations import YearMonthDuration
from engine.feel.functions.registry import builtin
from engine.feel.numbers import whole
from engine.feel.scope import Run
from engine.feel.temporal.literals import (
    offset_zone,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
    parse_zone,
)
from engine.feel.temporal.sums import months_between

_MICROS: Final = 1_000_000


@builtin("date", "from: string|date|datetime")
def to_date(run: Run, value: Any) -> date | None:
    """Return the date of a text or date-time."""
    del run
    if isinstance(value, datetime):
        return value.date()
    return parse_date(value) if isinstance(value, str) else value


@builtin("date", "year: number, month: number, day: number")
def make_date(run: Run, year: Decimal, month: Decimal, day: Decimal) -> date | None:
    """Return a date from its parts."""
    del run
    years, months, days = whole(year), whole(month), whole(day)
    if years is None or months is None or days is None:
        return None
    try:
        return date(years, months, days)
    except ValueError:
        return None


@builtin("time", "from: string|time|datetime|date")
def to_time(run: Run, value: Any) -> time | None:
    """Return the time of a text or date-time; of a date midnight in UTC."""
    del run
    if isinstance(value, str):
        return parse_time(value)
    if isinstance(value, datetime):
        return value.timetz()
    return time(tzinfo=UTC) if isinstance(value, date) else value


@builtin("time", "hour: number, minute: number, second: number, offset: days|null?")
def make_time(
    run: Run,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    offset: timedelta | None = None,
) -> time | None:
    """Return a time from its parts; seconds may have a fraction."""
    del run
    hours, minutes = whole(hour), whole(minute)
    zone = None if offset is None else offset_zone(offset)
    if hours is None or minutes is None or (offset is not None and zone is None):
        return None
    try:
        return time(hours, minutes, int(second), int(second % 1 * _MICROS), zone)
    except ValueError:
        return None


@builtin("date and time", "from: string|datetime|date")
def to_date_time(run: Run, value: Any) -> datetime | None:
    """Return the date-time of a text; of a date its midnight in UTC."""
    del run
    if isinstance(value, str):
        return parse_date_time(value)
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time(tzinfo=UTC))


@builtin("date and time", "date: date|datetime, time: time")
def join_date_time(run: Run, day: date, clock_time: time) -> datetime:
    """Return the date-time of a date and a time."""
    del run
    day = day.date() if isinstance(day, datetime) else day
    return datetime.combine(day, clock_time)


@builtin("date and time", "date: datetime|date, timezone: string")
def place(run: Run, moment: date, timezone: str) -> datetime | None:
    """Return the same moment in another zone; a local one is taken to be there."""
    del run
    zone = parse_zone(f"@{timezone}")
    if zone is None:
        return None
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)


@builtin("duration", "from: string|days|months")
def to_duration(run: Run, value: Any) -> timedelta | YearMonthDuration | None:
    """Return the duration that a text spells."""
    del run
    return parse_duration(value) if isinstance(value, str) else value


@builtin("years and months duration", "from: date|datetime, to: date|datetime")
def months_duration(run: Run, start: date, end: date) -> YearMonthDuration:
    """Return the whole years and months between two dates."""
    return months_between(start, end, run.zone)


@builtin("now", "")
def now(run: Run) -> datetime:
    """Return the moment of this evaluation, the same wherever it is asked."""
    if run.moment is None:
        run.moment = clock.system_now()
    return run.moment


@builtin("today", "")
def today(run: Run) -> date:
    """Return the date of ``now()`` in its zone."""
    day: date = now(run).date()
    return day
