"""The properties that the standard gives to dates, times, durations and ranges."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine.feel.durations import YearMonthDuration
from engine.feel.ranges import Range

Part = Callable[[Any], Any]


def _zone_name(value: datetime | time) -> str | None:
    zone = value.tzinfo
    return zone.key if isinstance(zone, ZoneInfo) else None


def _size(part: Callable[[timedelta], int]) -> Part:
    def read(value: timedelta) -> Decimal:
        return Decimal(part(abs(value)) * (-1 if value < timedelta(0) else 1))

    return read


_DATE: Final[Mapping[str, Part]] = {
    "year": lambda d: Decimal(d.year),
    "month": lambda d: Decimal(d.month),
    "day": lambda d: Decimal(d.day),
    "weekday": lambda d: Decimal(d.isoweekday()),
}
_TIME: Final[Mapping[str, Part]] = {
    "hour": lambda t: Decimal(t.hour),
    "minute": lambda t: Decimal(t.minute),
    "second": lambda t: Decimal(t.second),
    "time offset": lambda t: t.utcoffset(),
    "timezone": _zone_name,
}
_DAYS: Final[Mapping[str, Part]] = {
    "days": _size(lambda d: d.days),
    "hours": _size(lambda d: d.seconds // 3600),
    "minutes": _size(lambda d: d.seconds // 60 % 60),
    "seconds": _size(lambda d: d.seconds % 60),
}
_MONTHS: Final[Mapping[str, Part]] = {
    "years": lambda d: Decimal(d.parts[0]),
    "months": lambda d: Decimal(d.parts[1]),
}
_RANGE: Final[Mapping[str, Part]] = {
    "start": lambda r: None if r.operator == "!=" else r.start,
    "end": lambda r: None if r.operator == "!=" else r.end,
    "start included": lambda r: r.start_included,
    "end included": lambda r: r.end_included,
}
PARTS: Final[Mapping[type, Mapping[str, Part]]] = {
    date: _DATE,
    datetime: {**_DATE, **_TIME},
    time: _TIME,
    timedelta: _DAYS,
    YearMonthDuration: _MONTHS,
    Range: _RANGE,
}
"""By exact type: the named parts of a value and how each is read."""
PART_NAMES: Final = ("time offset", "start included", "end included")
"""Those of several words; every expression knows them."""
