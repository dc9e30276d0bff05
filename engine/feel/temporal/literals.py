"""Reading dates, times and durations from texts; None for what is none."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from engine.feel.durations import YearMonthDuration

_DATE: Final = r"(?P<year>-?[0-9]{4,9})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_TIME: Final = (
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]+))?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?|@.+)?"
)
_DATE_ONLY: Final = re.compile(_DATE)
_TIME_ONLY: Final = re.compile(_TIME)
_DATE_TIME: Final = re.compile(f"{_DATE}T{_TIME}")
_YEARS: Final = re.compile(r"(-?)P(?=.)(?:([0-9]{1,12})Y)?(?:([0-9]{1,12})M)?")
_DAYS: Final = re.compile(
    r"(-?)P(?=.)(?:([0-9]{1,12})D)?"
    r"(?:T(?=.)(?:([0-9]{1,14})H)?(?:([0-9]{1,15})M)?"
    r"(?:([0-9]{1,16})(?:\.([0-9]*))?S)?)?"
)
_MAX_OFFSET: Final = timedelta(hours=18)
_MAX_TEXT: Final = 100


def parse_date(text: str) -> date | None:
    """Read ``2026-01-31``; Python's years 1 to 9999 only."""
    match = _DATE_ONLY.fullmatch(text) if len(text) < _MAX_TEXT else None
    return _date(match) if match else None


def parse_time(text: str) -> time | None:
    """Read ``23:59:00``, with a fraction, an offset or ``@Asia/Shanghai``."""
    match = _TIME_ONLY.fullmatch(text) if len(text) < _MAX_TEXT else None
    return _time(match) if match else None


def parse_date_time(text: str) -> datetime | None:
    """Read a date, ``T`` and a time; a date alone means its midnight."""
    match = _DATE_TIME.fullmatch(text) if len(text) < _MAX_TEXT else None
    if match is None:
        day = parse_date(text)
        return datetime(day.year, day.month, day.day) if day else None  # noqa: DTZ001 - FEEL has local date-times
    day, clock = _date(match), _time(match)
    if day is None or clock is None:
        return None
    return datetime.combine(day, clock)


def parse_duration(text: str) -> timedelta | YearMonthDuration | None:
    """Read ``P1DT2H`` or ``P1Y2M``; the two kinds do not mix."""
    if len(text) >= _MAX_TEXT:
        return None
    match = _YEARS.fullmatch(text)
    if match:
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return YearMonthDuration(-months if match[1] else months)
    match = _DAYS.fullmatch(text)
    return _days(match) if match else None


def _days(match: re.Match[str]) -> timedelta | None:
    fraction = int((match[6] or "0")[:6].ljust(6, "0"))
    try:
        value = timedelta(
            days=int(match[2] or 0),
            hours=int(match[3] or 0),
            minutes=int(match[4] or 0),
            seconds=int(match[5] or 0),
            microseconds=fraction,
        )
    except OverflowError:
        return None
    return -value if match[1] else value


def _date(match: re.Match[str]) -> date | None:
    year = match["year"]
    digits = year.lstrip("-")
    if len(digits) > 4 and digits.startswith("0"):  # noqa: PLR2004 - the standard's rule
        return None
    try:
        return date(int(year), int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def _time(match: re.Match[str]) -> time | None:
    zone = match["zone"]
    info = parse_zone(zone) if zone else None
    if zone and info is None:
        return None
    fraction = int((match["fraction"] or "0")[:6].ljust(6, "0"))
    try:
        return time(
            int(match["hour"]),
            int(match["minute"]),
            int(match["second"]),
            fraction,
            info,
        )
    except ValueError:
        return None


def parse_zone(text: str) -> tzinfo | None:
    """Read ``Z``, ``+08:00`` or ``@Asia/Shanghai``."""
    if text == "Z":
        return UTC
    if text.startswith("@"):
        return _zone(text[1:])
    parts = [int(part) for part in text[1:].split(":")]
    hours, minutes, seconds = (*parts, 0)[:3]
    if minutes > 59 or seconds > 59:  # noqa: PLR2004 - minutes of an hour
        return None
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return offset_zone(-offset if text.startswith("-") else offset)


def offset_zone(offset: timedelta) -> tzinfo | None:
    """Return the zone of an offset from UTC, None beyond 18 hours."""
    if abs(offset) > _MAX_OFFSET:
        return None
    return timezone(offset) if offset else UTC


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo | None:
    # The list is asked first: a name never becomes a path of a file.
    return ZoneInfo(name) if name in _zone_names() else None


def at_literal(text: str) -> object:
    """Return the value of ``@"…"``: date, time, date-time or duration, or None."""
    for parse in (parse_date, parse_time, parse_date_time, parse_duration):
        value = parse(text)
        if value is not None:
            return value
    return None
