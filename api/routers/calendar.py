"""The calendar: holidays, make-up days, and how working time is reckoned."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body
from company import calendar_changes
from engine import calendars
from engine.authorization import Actor, Permission
from engine.calendars import Day
from engine.errors import Text
from engine.working_time import Calendar

router = APIRouter(prefix="/v2/calendar", tags=["calendar"], route_class=CommandRoute)

grant(
    Permission.READ_CALENDAR,
    "GET /v2/calendar/{year}",
    "GET /v2/calendar/{day}",
    "POST /v2/calendar/working-time",
)
grant(Permission.MANAGE_CALENDAR, "PUT /v2/calendar/{year}")

SATURDAY = 5
Year = Annotated[int, Path(ge=1900, le=2199)]


class DayShape(Body):
    """A day that is no ordinary working day or weekend."""

    day: date
    working: bool
    name: str = Field(min_length=1, max_length=100)
    name_en: str = Field(default="", max_length=100)


class YearBody(Body):
    """All such days of a year."""

    days: list[DayShape] = Field(max_length=366)


class YearAnswer(Answer):
    """All such days of a year; unpublished years have none."""

    year: int
    published: bool
    days: list[DayShape]
    warnings: list[str]


class YearReplaced(Answer):
    """How many open due times the new days have moved."""

    year: int
    requests_moved: int
    user_tasks_moved: int


class HoursAnswer(Answer):
    """A stretch of working hours, in the calendar's zone."""

    from_: time = Field(alias="from")
    to: time


class DayAnswer(Answer):
    """What a day is; ``kind`` is working_day, weekend, holiday or make_up_day."""

    date: date
    working: bool
    kind: str
    name: str
    name_en: str
    hours: list[HoursAnswer]
    time_zone: str
    warnings: list[str]


class WorkingTime(Body):
    """From when on how much working time, for instance ``PT8WH`` or ``P2WD``."""

    from_: datetime = Field(alias="from")
    duration: str = Field(min_length=2, max_length=40)


class IntervalAnswer(Answer):
    """A stretch of time that was counted, or the reason why it was not."""

    from_: datetime = Field(alias="from")
    to: datetime
    counted: bool
    reason: str


class WorkingTimeAnswer(Answer):
    """When the working time is used up, and how that was reckoned."""

    until: datetime
    intervals: list[IntervalAnswer]
    warnings: list[str]


@router.get("/{year:int}", operation_id="get_calendar_year")
def get_calendar_year(year: Year, actor: CurrentActor, session: Reading) -> YearAnswer:
    """Return the holidays and make-up days of a year."""
    days = calendars.year(session, year)
    shapes = [
        DayShape(day=d.day, working=d.working, name=d.name.zh, name_en=d.name.en)
        for d in days
    ]
    warnings = _warnings(calendars.calendar(session), [year], actor)
    return YearAnswer(year=year, published=bool(days), days=shapes, warnings=warnings)


@router.get("/{day}", operation_id="get_calendar_day")
def get_calendar_day(day: date, actor: CurrentActor, session: Reading) -> DayAnswer:
    """Say whether a day is worked, why, and from when to when."""
    known = calendars.calendar(session)
    working, name = known.is_working_day(day), known.name_of(day)
    stretches = known.hours if working else ()
    return DayAnswer(
        date=day,
        working=working,
        kind=_kind(known, day),
        name=name.zh,
        name_en=name.en,
        hours=[HoursAnswer.model_validate({"from": a, "to": b}) for a, b in stretches],
        time_zone=known.zone.key,
        warnings=_warnings(known, [day.year], actor),
    )


@router.put("/{year:int}", operation_id="replace_calendar_year")
def replace_calendar_year(
    year: Year, body: YearBody, actor: CurrentActor, session: Transaction
) -> YearReplaced:
    """Store the days of a year; open requests and tasks are due by them at once."""
    days = [Day(d.day, d.working, Text(d.name_en or d.name, d.name)) for d in body.days]
    moved = calendar_changes.replace_year(session, actor, year, days)
    return YearReplaced(
        year=year, requests_moved=moved.requests, user_tasks_moved=moved.tasks
    )


@router.post("/working-time", operation_id="reckon_working_time")
def reckon_working_time(
    body: WorkingTime, actor: CurrentActor, session: Reading
) -> WorkingTimeAnswer:
    """Say when some working time is used up, interval by interval."""
    known = calendars.calendar(session)
    until = known.after(body.from_, body.duration)
    intervals = [
        IntervalAnswer.model_validate(
            {
                "from": each.start,
                "to": each.end,
                "counted": each.counted,
                "reason": each.why.to(actor.language),
            }
        )
        for each in known.intervals(body.from_, until)
    ]
    years = range(body.from_.astimezone(known.zone).year, until.year + 1)
    warnings = _warnings(known, years, actor)
    return WorkingTimeAnswer(until=until, intervals=intervals, warnings=warnings)


def _kind(known: Calendar, day: date) -> str:
    weekend = day.weekday() >= SATURDAY
    if known.is_working_day(day):
        return "make_up_day" if weekend else "working_day"
    return "holiday" if day in known.days else "weekend"


def _warnings(known: Calendar, years: Iterable[int], actor: Actor) -> list[str]:
    found = (calendars.not_published(each) for each in years if known.unpublished(each))
    return [each.to(actor.language) for each in found]
