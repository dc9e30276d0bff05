"""Absences: work goes to deputies on the first day and back after the last."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import Select, literal, select

from engine import duties, duty_changes
from engine.database import Database
from engine.duty_book import Deputy
from engine.schema import UserTask

_FOLLOWED = "absences_followed"
_Moments = Select[datetime]


def earliest(database: Database) -> _Moments:
    """Return the query for the beginning of the next day on which people change.

    How far this process has followed is remembered in memory only: following the
    same day again changes nothing.
    """
    with database.reading() as session:
        book = duties.in_force(session)
    followed: date = database.info.get(_FOLLOWED, date.min)
    days = [day for day in _days(book.deputies) if day > followed]
    moment = None
    if days:
        midnight = datetime.combine(min(days), time(), ZoneInfo(book.timezone))
        moment = midnight.astimezone(UTC)
    return cast("_Moments", select(literal(moment, UserTask.due_at.type)))


def follow(database: Database) -> int:
    """Hand open tasks over or back as of today; return the number of tasks."""
    with database.transaction() as session:
        moved = duty_changes.follow_absences(session)
        database.info[_FOLLOWED] = duties.today(session)
    return moved


def _days(deputies: Iterable[Deputy]) -> Iterable[date]:
    for deputy in deputies:
        if deputy.start is not None:
            yield deputy.start
        if deputy.end is not None:
            yield deputy.end + timedelta(days=1)
