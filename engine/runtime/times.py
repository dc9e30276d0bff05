"""Reading ISO 8601 times as timers and due dates use them; working time included.

A length is a ``timedelta``, a number of months, or a working-time text (``P2WD``,
``PT4WH``) that only the calendar can reckon.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from engine.feel import YearMonthDuration
from engine.runtime.cron import Cron, is_cron
from engine.runtime.cron import parse as parse_cron
from engine.runtime.step import Surroundings

_WORKING = re.compile(
    r"^P(?=\d|T\d)(\d+WD)?(T(?=\d)(\d+(\.\d+)?WH)?(\d+(\.\d+)?WM)?)?$"
)
_LENGTH = re.compile(
    r"^(?P<sign>[+-]?)P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?"
    r"(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?"
    r"(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?$"
)
_REPEAT = re.compile(r"^R(?P<count>-?\d*)/(?P<rest>.+)$")
_TRIES = 1000
_SHORTEST = 28  # days, of a month
_END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Length:
    """How long something takes: months, days and an exact part, or working time.

    Months and days are the calendar's: a day later it is the same time of day, even
    where the clocks were changed in between.
    """

    months: int = 0
    days: int = 0
    exact: timedelta = timedelta()
    working: str = ""


@dataclass(frozen=True, slots=True)
class Cycle:
    """A repeating timer; ``count`` is None without end, ``start`` without one."""

    every: Length | Cron
    count: int | None = None
    start: datetime | date | None = None


Moment: TypeAlias = datetime | date


def read_length(text: str) -> Length:
    """Return the length that ``text`` names.

    Raises:
        ValueError: it is no ISO 8601 duration and no working time.
    """
    if _WORKING.match(text):
        return Length(working=text)
    found = _LENGTH.match(text)
    if found is None or text.endswith(("P", "T")):
        msg = f"{text!r} is no duration"
        raise ValueError(msg)
    part = {
        name: float(found[name] or 0) for name in found.groupdict() if name != "sign"
    }
    sign = -1 if found["sign"] == "-" else 1
    exact = timedelta(
        hours=part["hours"],
        minutes=part["minutes"],
        seconds=part["seconds"],
    )
    return Length(
        months=sign * int(part["years"] * 12 + part["months"]),
        days=sign * int(part["weeks"] * 7 + part["days"]),
        exact=sign * exact,
    )


def read_moment(text: str) -> Moment:
    """Return the date, or the date and time, that ``text`` names.

    Raises:
        ValueError: it is neither.
    """
    zone = re.search(r"@([\w/+-]+)$", text)
    plain = text[: zone.start()] if zone else text
    if "T" not in plain and " " not in plain:
        return date.fromisoformat(plain)
    found = datetime.fromisoformat(plain)
    return found.replace(tzinfo=ZoneInfo(zone[1])) if zone else found


def read_cycle(text: str) -> Cycle:
    """Return the cycle that ``text`` names: ``R3/PT10S``, with a start, or cron.

    Raises:
        ValueError: it is none of these.
    """
    if is_cron(text):
        return Cycle(parse_cron(text))
    found = _REPEAT.match(text)
    if found is None:
        return Cycle(read_length(text), 1)
    count = int(found["count"]) if found["count"] else None
    start, slash, every = found["rest"].rpartition("/")
    return Cycle(
        parse_cron(every) if is_cron(every) else read_length(every),
        None if count is None or count < 0 else count,
        read_moment(start) if slash else None,
    )


def later(start: datetime, length: Length, around: Surroundings) -> datetime:
    """Return the moment that is ``length`` after ``start``, in UTC."""
    if length.working:
        return around.calendar.after(start, length.working).astimezone(UTC)
    local = start.astimezone(ZoneInfo(around.zone))
    if length.months:
        local = _add_months(local, length.months)
    local += timedelta(days=length.days)
    return (local.astimezone(UTC) + length.exact).astimezone(UTC)


def anchored(text: str, cycle: Cycle, around: Surroundings) -> str:
    """Return the text of a cycle with its start, where months need one.

    From the 29th on, months are of different length: the day from which they are
    counted has to be remembered.
    """
    local = around.now.astimezone(ZoneInfo(around.zone))
    every = cycle.every
    if not isinstance(every, Length) or not every.months or local.day <= _SHORTEST:
        return text
    repeats, _, length = text.rpartition("/")
    return f"{repeats}/{local.isoformat()}/{length}" if repeats else text


def next_of(
    start: datetime, every: Length, moment: datetime, around: Surroundings
) -> datetime:
    """Return the first of ``start``, one, two … lengths later that is past ``moment``.

    Each is reckoned from the start: what begins on a 31st is due on the last day of
    a short month, and on the 31st again in the next.
    """
    passed = (moment - start).days // 31 // max(1, every.months)
    for count in range(max(1, passed), max(1, passed) + _TRIES):
        times = Length(every.months * count, every.days * count, every.exact * count)
        found = later(start, times, around)
        if found > moment:
            return found
    msg = "it would repeat without time passing"
    raise ValueError(msg)


def aware(
    moment: Moment, around: Surroundings, *, end_of_day: bool = False
) -> datetime:
    """Return ``moment`` in UTC; without an offset it is meant in the zone."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, _END_OF_DAY if end_of_day else time())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(around.zone))
    return moment.astimezone(UTC)


def as_length(value: Any) -> Length | None:
    """Return a FEEL duration as a length; None for anything else."""
    if isinstance(value, timedelta):
        return Length(exact=value)
    if isinstance(value, YearMonthDuration):
        return Length(months=value.months)
    return None


def _add_months(start: datetime, months: int) -> datetime:
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)
