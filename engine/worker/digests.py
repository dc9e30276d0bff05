"""The daily digest: on each working morning, what is overdue and what is due today."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import DateTime, Row, Select, func, literal, select, text
from sqlalchemy.orm import Session

from engine import cache, calendars, notifications
from engine.actors import SYSTEM
from engine.database import Database, insert_or_update
from engine.schema import Recurrence, Scope, UserAccount, UserTask
from engine.working_time import Calendar

TEMPLATE = "daily_digest"
NAME = "digest"
_OPEN = "state || '' = 'CREATED'"
_STAFF = "staff"
_MOST = 5000
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Line = dict[str, Any]


def earliest(database: Database) -> Select[datetime]:
    """Return the query for the next digest; at once where none is planned yet."""
    if not database.info["settings"].reminders.digest:
        return select(literal(None, DateTime(timezone=True)))
    planned = select(Recurrence.due_at).where(Recurrence.name == NAME)
    at_once = literal(_LONG_AGO, Recurrence.__table__.c.due_at.type)
    found: Select[datetime] = select(func.coalesce(planned.scalar_subquery(), at_once))
    return found


def send(database: Database) -> int:
    """Send the digest of this morning and plan the next; return what was told.

    The first time it is only planned: there was no morning before.
    """
    with database.transaction() as session:
        now, known = cache.now(session), calendars.calendar(session)
        row = session.get(Recurrence, NAME, with_for_update=True)
        if row is not None and row.due_at > now:
            return 0
        told = 0 if row is None else _send(session, known, now)
        following = _morning_after(known, now)
        values = {"name": NAME, "due_at": following}
        insert_or_update(session, Recurrence, values, {"due_at": following})
        return told + 1


def forget(session: Session) -> None:
    """Plan anew: the clock was set back."""
    row = session.get(Recurrence, NAME)
    if row is not None:
        session.delete(row)
        session.flush()


def _send(session: Session, known: Calendar, now: datetime) -> int:
    lines = _lines(session, known, now)
    staff = _staff(session, list(lines))
    for person in sorted(staff):
        overdue, today = lines[person]
        values = {"overdue": overdue, "today": today}
        wording = notifications.Wording(template=TEMPLATE, values=values)
        notifications.notify(session, SYSTEM, [person], wording, notifications.Cause())
    return len(staff)


def _lines(
    session: Session, known: Calendar, now: datetime
) -> Mapping[str, tuple[list[Line], list[Line]]]:
    """Return by person what is overdue, and what is due until midnight."""
    day = now.astimezone(known.zone).date() + timedelta(days=1)
    midnight = datetime.combine(day, time(), known.zone)
    rows = session.execute(
        select(
            UserTask.name,
            UserTask.name_en,
            UserTask.due_at,
            UserTask.assignee,
            UserTask.candidates,
            Scope.business_id,
        )
        .outerjoin(Scope, Scope.key == UserTask.scope_key)
        .where(text(f"user_task.{_OPEN}"), UserTask.due_at < midnight)
        .order_by(UserTask.due_at, UserTask.key)
        .limit(_MOST)
    )
    found: dict[str, tuple[list[Line], list[Line]]] = {}
    for row in rows:
        for person in [row.assignee] if row.assignee else row.candidates:
            overdue, today = found.setdefault(person, ([], []))
            (overdue if row.due_at < now else today).append(_line(row))
    return found


def _line(row: Row[*tuple[Any, ...]]) -> Line:
    return {
        "name": row.name,
        "name_en": row.name_en or row.name,
        "due_at": row.due_at,
        "project": row.business_id,
    }


def _staff(session: Session, people: Sequence[str]) -> set[str]:
    """Return those of the company; customers are chased by people."""
    found = select(UserAccount.username).where(
        UserAccount.username.in_(people),
        UserAccount.kind == _STAFF,
        UserAccount.active,
    )
    return set(session.scalars(found))


def _morning_after(known: Calendar, now: datetime) -> datetime:
    day = now.astimezone(known.zone).date() + timedelta(days=1)
    return known.opening(datetime.combine(day, time(), known.zone))
