"""The company's calendar in its rows: holidays, make-up days, working time.

Seeded from the published arrangements of the State Council; afterwards a year is
changed as a whole. Of years that nobody has published, weekdays count as worked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from chinese_calendar.constants import Holiday, holidays, workdays
from sqlalchemy import delete, extract, insert, select
from sqlalchemy.orm import Session

from engine import cache, duties, journal
from engine.actors import Actor
from engine.authorization import Permission, require
from engine.errors import InvalidInputError, Problem, Text
from engine.schema import CalendarDay
from engine.working_time import Calendar

_REVISION = "calendar"
_FIRST_YEAR = 2020  # earlier projects have no due dates any more
_MAKE_UP = Text("make-up day", "调休上班")

_log = structlog.get_logger()


class WrongYearError(InvalidInputError):
    """Days of a year that do not all lie in it, or come twice."""

    code = "calendar-invalid"

    def __init__(self, year: int, wrong: Iterable[tuple[int, date]]) -> None:
        text = Text(
            f"Each day of {year} is given once, and lies in {year}",
            f"每一天须属于{year}年且只出现一次",
        )
        problems = (Problem(f"/days/{n}/day", "wrong-day", text) for n, _ in wrong)
        super().__init__(text.en, text.zh, tuple(problems))


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is no ordinary working day or weekend."""

    day: date
    working: bool
    name: Text


def calendar(session: Session) -> Calendar:
    """Return the calendar; kept in memory until somebody changes it.

    Its zone is that of the duty configuration in force.
    """
    zone = duties.in_force(session).timezone
    found = cache.refreshed(session).revised(session, _REVISION, lambda: _load(session))
    return found if found.zone.key == zone else found.placed(zone)


def seed(session: Session) -> None:
    """Store the published years of which the table holds nothing yet."""
    there = set(session.scalars(select(extract("year", CalendarDay.day)).distinct()))
    missing = [day for day in published() if day.day.year not in there]
    if missing:
        _insert(session, missing)
        cache.bump(session, _REVISION)


def published() -> list[Day]:
    """Return the days that the State Council's arrangements change, by date."""
    off = [_named(day, name, working=False) for day, name in holidays.items()]
    made_up = [_named(day, name, working=True) for day, name in workdays.items()]
    days = (day for day in (*off, *made_up) if day.day.year >= _FIRST_YEAR)
    return sorted(days, key=lambda each: each.day)


def year(session: Session, number: int) -> list[Day]:
    """Return the stored days of a year by date; none where it is not published."""
    rows = select(CalendarDay).where(extract("year", CalendarDay.day) == number)
    return [
        Day(row.day, row.working, Text(row.name_en, row.name))
        for row in session.scalars(rows.order_by(CalendarDay.day))
    ]


def replace_year(
    session: Session, actor: Actor, number: int, days: Iterable[Day]
) -> None:
    """Store the holidays and make-up days of a year in place of those known.

    Due dates that were computed already are the caller's to reckon anew.

    Raises:
        WrongYearError: A day lies in another year, or comes twice.
    """
    require(actor, Permission.MANAGE_CALENDAR)
    wanted = list(days)
    seen: set[date] = set()
    wrong = []
    for position, each in enumerate(wanted):
        if each.day.year != number or each.day in seen:
            wrong.append((position, each.day))
        seen.add(each.day)
    if wrong:
        raise WrongYearError(number, wrong)
    session.execute(
        delete(CalendarDay).where(extract("year", CalendarDay.day) == number)
    )
    if wanted:
        _insert(session, wanted)
    cache.bump(session, _REVISION)
    journal.record(
        session,
        actor,
        "CalendarReplaced",
        details={
            "year": number,
            "holidays": [str(d.day) for d in wanted if not d.working],
            "make_up_days": [str(d.day) for d in wanted if d.working],
        },
    )


def remind_before(
    session: Session, element_id: str, given_at: datetime, due_at: datetime | None
) -> datetime | None:
    """Return when people are told that a task will be due; None where that is soon.

    Nobody is told at night, or of a task that was given with less time than that.
    """
    if due_at is None:
        return None
    policy = session.info["settings"].reminders
    hours = policy.before_by_task.get(element_id, policy.before_hours)
    if not hours:
        return None
    moment = calendar(session).before(due_at, timedelta(hours=hours))
    return moment if given_at < moment < due_at else None


def not_published(number: int) -> Text:
    """Say that nobody has published the holidays of a year."""
    return Text(
        f"The holidays of {number} are not published yet: weekdays count as worked, "
        "and due times are reckoned anew once an administrator enters the days",
        f"{number}年节假日安排尚未公布,暂按周一至周五为工作日计算;"
        "管理员录入后将重新计算期限",
    )


def _load(session: Session) -> Calendar:
    rows = list(session.scalars(select(CalendarDay)))
    found = Calendar(
        {row.day: row.working for row in rows},
        names={row.day: Text(row.name_en, row.name) for row in rows},
    )
    today = cache.now(session).astimezone(found.zone)
    if found.unpublished(today.year):
        _log.warning("no holidays published, weekdays count", year=today.year)
    return found


def _insert(session: Session, days: Iterable[Day]) -> None:
    rows = [
        {
            "day": each.day,
            "working": each.working,
            "name": each.name.zh,
            "name_en": each.name.en,
        }
        for each in days
    ]
    session.execute(insert(CalendarDay), rows)


def _named(day: date, english: str, *, working: bool) -> Day:
    holiday = Holiday(english)
    if working:
        name = Text(
            f"{_MAKE_UP.en} for {holiday.value}", f"{holiday.chinese}{_MAKE_UP.zh}"
        )
    else:
        name = Text(holiday.value, holiday.chinese)
    return Day(day, working, name)
