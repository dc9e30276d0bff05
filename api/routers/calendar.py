"""The calendar: holidays, make-up days, and how working time is reckoned."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body
from engine import calendars
from engine.authorization import Permission
from engine.calendars import Day
from engine.errors import Text

router = APIRouter(prefix="/v2/calendar", tags=["calendar"], route_class=CommandRoute)

grant(
    Permission.READ_CALENDAR,
    "GET /v2/calendar/{year}",
    "POST /v2/calendar/working-time",
)
grant(Permission.MANAGE_CALENDAR, "PUT /v2/calendar/{year}")

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


@router.get("/{year}", operation_id="get_calendar_year")
def get_calendar_year(year: Year, actor: CurrentActor, session: Reading) -> YearAnswer:
    """Return the holidays and make-up days of a year."""
    del actor
    days = calendars.year(session, year)
    shapes = [
        DayShape(day=d.day, working=d.working, name=d.name.zh, name_en=d.name.en)
        for d in days
    ]
    return YearAnswer(year=year, published=bool(days), days=shapes)


@router.put("/{year}", status_code=204, operation_id="replace_calendar_year")
def replace_calendar_year(
    year: Year, body: YearBody, actor: CurrentActor, session: Transaction
) -> None:
    """Store the days of a year; due dates that were computed already stay."""
    days = [Day(d.day, d.working, Text(d.name_en or d.name, d.name)) for d in body.days]
    calendars.replace_year(session, actor, year, days)


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
    return WorkingTimeAnswer(until=until, intervals=intervals)
