"""Cron expressions: five fields, or six with the second first, in a time zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MONTHS = (
    "JAN",
    "FEB",
    "MAR",
    "APR",
    "MAY",
    "JUN",
    "JUL",
    "AUG",
    "SEP",
    "OCT",
    "NOV",
    "DEC",
)
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_HORIZON_DAYS = 366 * 8  # a 29th of February comes within eight years


@dataclass(frozen=True, slots=True)
class Cron:
    """When something is due: the numbers that each field allows."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool

    def after(self, moment: datetime, zone: str) -> datetime:
        """Return the first due moment later than ``moment``, in the zone given.

        Raises:
            ValueError: no day within eight years is allowed.
        """
        local = moment.astimezone(ZoneInfo(zone))
        for day in _days_from(local.date()):
            if self._allows(day):
                for found in self._times(day, local, ZoneInfo(zone)):
                    if found > moment:
                        return found
        msg = "no day is ever due"
        raise ValueError(msg)

    def _allows(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        by_date = day.day in self.days
        by_weekday = day.isoweekday() % 7 in self.weekdays
        return by_date or by_weekday if self.either_day else by_date and by_weekday

    def _times(self, day: date, after: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """Yield the moments of a day, without hours that are over."""
        is_first = day == after.date()
        for hour in self.hours:
            if is_first and hour < after.hour:
                continue
            for minute in self.minutes:
                for second in self.seconds:
                    yield datetime.combine(day, time(hour, minute, second), zone)


def parse(text: str) -> Cron:
    """Return the cron expression ``text``.

    When both the day of month and the weekday are restricted, either suffices.

    Raises:
        ValueError: the text is no cron expression.
    """
    fields = text.upper().split()
    if len(fields) == 5:  # noqa: PLR2004 - the classic form has no seconds
        fields.insert(0, "0")
    if len(fields) != 6:  # noqa: PLR2004 - second minute hour day month weekday
        msg = f"{text!r} has not five or six fields"
        raise ValueError(msg)
    second, minute, hour, day, month, weekday = fields
    return Cron(
        seconds=tuple(sorted(_numbers(second, 0, 59))),
        minutes=tuple(sorted(_numbers(minute, 0, 59))),
        hours=tuple(sorted(_numbers(hour, 0, 23))),
        days=frozenset(_numbers(day, 1, 31)),
        months=frozenset(_numbers(month, 1, 12, _MONTHS, 1)),
        weekdays=frozenset(found % 7 for found in _numbers(weekday, 0, 7, _DAYS, 0)),
        either_day=day not in {"*", "?"} and weekday not in {"*", "?"},
    )


def is_cron(text: str) -> bool:
    """Tell whether ``text`` is a cron expression."""
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _numbers(
    field: str, low: int, high: int, names: tuple[str, ...] = (), first: int = 0
) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        start, end = _span(span, low, high, names, first, open_ended=bool(step))
        found.update(range(start, end + 1, int(step) if step else 1))
    if not found or min(found) < low or max(found) > high:
        msg = f"{field!r} is outside {low}-{high}"
        raise ValueError(msg)
    return found


def _span(
    span: str,
    low: int,
    high: int,
    names: tuple[str, ...],
    first: int,
    *,
    open_ended: bool,
) -> tuple[int, int]:
    if span in {"*", "?"}:
        return low, high
    begin, dash, end = span.partition("-")
    start = _number(begin, names, first)
    if dash:
        return start, _number(end, names, first)
    return start, high if open_ended else start


def _number(text: str, names: tuple[str, ...], first: int) -> int:
    return names.index(text) + first if text in names else int(text)


def _days_from(day: date) -> Iterator[date]:
    return (day + timedelta(days=count) for count in range(_HORIZON_DAYS))
