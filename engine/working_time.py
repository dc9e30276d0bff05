"""Working days and working hours: due dates in the time that people work.

A `Calendar` knows which days are worked and from when to when. Durations are ISO 8601
with a ``W`` in front of the unit where working time is meant: ``P2WD`` two working
days, ``PT4WH`` four working hours, ``PT1WH30WM`` one and a half. Durations without
such a ``W`` (``P5D``, ``PT30M``, ``P2W``) are time on the wall clock.
"""

import calendar as months
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

from engine.errors import InvalidInputError, Text

Hours = Sequence[tuple[time, time]]

OFFICE_HOURS: Hours = ((time(8, 30), time(12)), (time(13), time(17, 30)))
_FIRST_WEEKEND_DAY = 5
_LONGEST = 40 * 366  # days to look ahead before a duration counts as a mistake

_WORKING = re.compile(
    r"P(?:(?P<days>\d+)WD)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)WH)?(?:(?P<minutes>\d+(?:\.\d+)?)WM)?)?"
)
_WALL = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?"
    r"(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)

_WORKED = Text("working time", "工作时间")
_WORKING_DAY = Text("working day", "工作日")
_BREAK = Text("outside working hours", "非工作时段")
_WEEKEND = Text("weekend", "周末")
_HOLIDAY = Text("holiday", "节假日")


class DurationError(InvalidInputError):
    """A text that is no duration, or one that leads beyond the calendar."""

    code = "invalid-duration"


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of time that counts as working time, or does not, and why."""

    start: datetime
    end: datetime
    counted: bool
    why: Text


class Calendar:
    """The days and hours in which people work, in one time zone.

    Args:
        days: Days that differ from the week's rule, or confirm it: true where the
            day is worked (also a make-up Saturday), false on holidays.
        zone: The time zone in which days begin and hours are read.
        hours: The stretches worked on a working day, in order, not overlapping.
        names: What the days of ``days`` are called, for `intervals`.
    """

    def __init__(
        self,
        days: Mapping[date, bool],
        zone: str = "Asia/Shanghai",
        hours: Hours = OFFICE_HOURS,
        names: Mapping[date, Text] | None = None,
    ) -> None:
        edges = [edge for stretch in hours for edge in stretch]
        if not edges or any(a >= b for a, b in pairwise(edges)):
            raise ValueError(f"Working hours must follow each other: {hours}")
        self.zone = ZoneInfo(zone)
        self.hours = tuple(hours)
        self._days = dict(days)
        self._names = dict(names or {})
        self._years = frozenset(day.year for day in days)

    @property
    def days(self) -> Mapping[date, bool]:
        """The days that differ from the week's rule, or confirm it."""
        return MappingProxyType(self._days)

    def name_of(self, day: date) -> Text:
        """Return what a day is called: a holiday by its name, else its kind."""
        if day in self._names:
            return self._names[day]
        return _WORKING_DAY if self.is_working_day(day) else self._why_free(day)

    def placed(self, zone: str) -> "Calendar":
        """Return the same days and hours in another time zone."""
        return Calendar(self._days, zone, self.hours, self._names)

    def unpublished(self, year: int) -> bool:
        """Tell whether no holidays are known for ``year``: then weekdays count."""
        return year not in self._years

    def is_working_day(self, day: date) -> bool:
        """Tell whether ``day`` is worked."""
        return self._days.get(day, day.weekday() < _FIRST_WEEKEND_DAY)

    def next_working_day(self, day: date) -> date:
        """Return ``day`` itself if it is worked, else the first worked day after."""
        for candidate in _days_from(day):
            if self.is_working_day(candidate):
                return candidate
        raise _too_long()

    def after(self, start: datetime, duration: str) -> datetime:
        """Return when ``duration`` after ``start`` is over, in the calendar's zone.

        Of working days the day of ``start`` never counts, even if it is worked: two
        days from Monday morning are over on Wednesday at the end of working hours.
        Working hours start to run at ``start``, or when work begins after it.

        Raises:
            DurationError: ``duration`` cannot be read, or is over in decades only.
        """
        local = start.astimezone(self.zone)
        try:
            return self._after(local, duration)
        except (OverflowError, ValueError) as error:
            raise _too_long() from error

    def spent(self, start: datetime, amount: timedelta) -> datetime:
        """Return when ``amount`` of working time after ``start`` is used up.

        Raises:
            DurationError: That is over in decades only.
        """
        return self._spend(start.astimezone(self.zone), amount)

    def before(self, end: datetime, amount: timedelta) -> datetime:
        """Return the last moment from which ``amount`` of working time ends at ``end``.

        Raises:
            DurationError: That lies decades back.
        """
        local = end.astimezone(self.zone)
        for offset in range(_LONGEST):
            day = local.date() - timedelta(days=offset)
            for opens, closes in reversed(
                self.hours if self.is_working_day(day) else ()
            ):
                begin = datetime.combine(day, opens, self.zone)
                left = min(local, datetime.combine(day, closes, self.zone)) - begin
                if left <= timedelta():
                    continue
                if amount <= left:
                    return begin + (left - amount)
                amount -= left
        raise _too_long()

    def opening(self, moment: datetime) -> datetime:
        """Return ``moment`` if people are at work, else when they begin after it.

        The last moment of a stretch of work belongs to it.
        """
        local = moment.astimezone(self.zone)
        if self.is_working_day(local.date()) and any(
            opens <= local.time() <= closes for opens, closes in self.hours
        ):
            return local
        return next(begin for begin, _ in self._stretches(local))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time between two moments; negative if they are swapped."""
        if end < start:
            return -self.between(end, start)
        counted = (part for part in self.intervals(start, end) if part.counted)
        return sum((part.end - part.start for part in counted), timedelta())

    def intervals(self, start: datetime, end: datetime) -> list[Interval]:
        """Cut the time between two moments into what counts and what does not.

        The parts follow each other without a gap; neighbours that do not count for
        the same reason are one part.
        """
        parts: list[Interval] = []
        first, last = start.astimezone(self.zone), end.astimezone(self.zone)
        for day in _days_from(first.date()):
            if day > last.date():
                break
            for part in self._parts(day):
                _append(parts, part, first, last)
        return parts

    def _after(self, start: datetime, duration: str) -> datetime:
        if found := _WORKING.fullmatch(duration):
            return self._after_working(start, duration, found)
        if found := _WALL.fullmatch(duration):
            return _after_wall(start, duration, found)
        raise _unreadable(duration)

    def _after_working(
        self, start: datetime, duration: str, found: re.Match[str]
    ) -> datetime:
        days, hours, minutes = found.group("days", "hours", "minutes")
        if days is hours is minutes is None or duration.endswith("T"):
            raise _unreadable(duration)
        moment = self._end_of_day(start, int(days)) if days else start
        seconds = Decimal(hours or 0) * 3600 + Decimal(minutes or 0) * 60
        return self._spend(moment, timedelta(seconds=float(seconds)))

    def _end_of_day(self, start: datetime, count: int) -> datetime:
        if count == 0:
            return start
        for day in _days_from(start.date() + timedelta(days=1)):
            count -= self.is_working_day(day)
            if count == 0:
                return datetime.combine(day, self.hours[-1][1], self.zone)
        raise _too_long()

    def _spend(self, start: datetime, amount: timedelta) -> datetime:
        if not amount:
            return start
        for begin, end in self._stretches(start):
            left = end - begin
            if amount <= left:
                return begin + amount
            amount -= left
        raise _too_long()

    def _stretches(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        for day in _days_from(start.date()):
            if not self.is_working_day(day):
                continue
            for opens, closes in self.hours:
                begin = max(start, datetime.combine(day, opens, self.zone))
                end = datetime.combine(day, closes, self.zone)
                if begin < end:
                    yield begin, end

    def _parts(self, day: date) -> Iterator[Interval]:
        """Cut one day, midnight to midnight."""
        start = datetime.combine(day, time(), self.zone)
        midnight = datetime.combine(day + timedelta(days=1), time(), self.zone)
        for opens, closes in self.hours if self.is_working_day(day) else ():
            begin = datetime.combine(day, opens, self.zone)
            end = datetime.combine(day, closes, self.zone)
            yield Interval(start, begin, counted=False, why=_BREAK)
            yield Interval(begin, end, counted=True, why=self._names.get(day, _WORKED))
            start = end
        why = _BREAK if self.is_working_day(day) else self._why_free(day)
        yield Interval(start, midnight, counted=False, why=why)

    def _why_free(self, day: date) -> Text:
        return self._names.get(day, _HOLIDAY if day in self._days else _WEEKEND)


def _append(
    parts: list[Interval], part: Interval, first: datetime, last: datetime
) -> None:
    start, end = max(part.start, first), min(part.end, last)
    if start >= end:
        return
    before = parts[-1] if parts else None
    if before and not before.counted and not part.counted and before.why == part.why:
        start = parts.pop().start
    parts.append(Interval(start, end, counted=part.counted, why=part.why))


def _days_from(day: date) -> Iterator[date]:
    for offset in range(_LONGEST):
        yield day + timedelta(days=offset)


def _after_wall(start: datetime, duration: str, found: re.Match[str]) -> datetime:
    given = {unit: Decimal(text) for unit, text in found.groupdict().items() if text}
    if not given or duration.endswith("T"):
        raise _unreadable(duration)
    count = int(given.pop("years", 0)) * 12 + int(given.pop("months", 0))
    month = start.month - 1 + count
    year, month = start.year + month // 12, month % 12 + 1
    day = min(start.day, months.monthrange(year, month)[1])
    moved = start.replace(year=year, month=month, day=day)
    exact = ("hours", "minutes", "seconds")
    moved += timedelta(**{u: float(n) for u, n in given.items() if u not in exact})
    # Hours pass in real time even where the zone changes its offset in between.
    passed = timedelta(**{u: float(n) for u, n in given.items() if u in exact})
    return (moved.astimezone(ZoneInfo("UTC")) + passed).astimezone(start.tzinfo)


def _unreadable(duration: str) -> DurationError:
    return DurationError(
        f"{duration!r} is no duration; write P2WD (working days), PT4WH (working "
        "hours) or an ISO 8601 duration such as P5D",
        f"“{duration}”不是有效的时长;请写作P2WD(工作日)、PT4WH(工作小时)或"
        "P5D等ISO 8601时长",
    )


def _too_long() -> DurationError:
    return DurationError(
        "The duration leads beyond the calendar; give a shorter one",
        "时长超出了日历范围;请给出更短的时长",
    )
