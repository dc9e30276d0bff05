"""Changing the calendar: whatever is open is due by the new days at once.

What has passed stays as it was judged. A due time that somebody has set by hand, and
one that is a date of its own, are not moved.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import clock_stops, clocks
from company.schema import ServiceRequest
from engine import cache, calendars, journal
from engine.actors import SYSTEM, Actor
from engine.calendars import Day
from engine.events import Event
from engine.lifecycles import UserTaskState
from engine.schema import JournalEntry, UserTask
from engine.working_time import Calendar

_AT_ONCE = 500
EVENT = "DueDatesReckoned"


@dataclass(frozen=True, slots=True)
class Reckoned:
    """How many due times a change of the calendar has moved."""

    requests: int
    tasks: int


def replace_year(
    session: Session, actor: Actor, number: int, days: Iterable[Day]
) -> Reckoned:
    """Store the days of a year, and reckon what is open anew.

    Raises:
        WrongYearError: A day lies in another year, or comes twice.
    """
    return _changing(
        session,
        actor,
        lambda: calendars.replace_year(session, actor, number, days),
    )


def seed(session: Session) -> Reckoned:
    """Take over years that were published since, and reckon what is open anew."""
    return _changing(session, SYSTEM, lambda: calendars.seed(session))


def _changing(session: Session, actor: Actor, change: Callable[[], None]) -> Reckoned:
    before = calendars.calendar(session)
    change()
    session.flush()
    after = calendars.calendar(session)
    if before is after or before.days == after.days:
        return Reckoned(0, 0)
    found = Reckoned(
        sum(_moved_request(session, row) for row in _open_requests(session)),
        sum(_moved_task(session, row, before, after) for row in _open_tasks(session)),
    )
    session.flush()
    journal.record(
        session,
        actor,
        EVENT,
        details={"requests": found.requests, "tasks": found.tasks},
    )
    return found


def _open_requests(session: Session) -> Iterable[ServiceRequest]:
    return session.scalars(
        select(ServiceRequest)
        .where(ServiceRequest.closed_at.is_(None), ServiceRequest.resolved_at.is_(None))
        .order_by(ServiceRequest.key)
    ).all()


def _moved_request(session: Session, row: ServiceRequest) -> bool:
    """Reckon when a request is due; a response that was given stays judged."""
    before = row.respond_by, row.resolve_by
    clock_stops.reckon(session, row)
    if row.responded_at is not None:
        row.respond_by = before[0]
    return before != (row.respond_by, row.resolve_by)


def _open_tasks(session: Session) -> Iterator[UserTask]:
    """Yield the open tasks that are due later, without those moved by hand."""
    last = 0
    while True:
        found = session.scalars(
            select(UserTask)
            .where(
                UserTask.state == UserTaskState.CREATED,
                UserTask.due_at > cache.now(session),
                UserTask.key > last,
            )
            .order_by(UserTask.key)
            .limit(_AT_ONCE)
            .with_for_update()
        ).all()
        if not found:
            return
        by_hand = _moved_by_hand(session, [task.key for task in found])
        yield from (task for task in found if task.key not in by_hand)
        last = found[-1].key


def _moved_by_hand(session: Session, keys: list[int]) -> set[int | None]:
    entries = session.scalars(
        select(JournalEntry).where(
            JournalEntry.task_key.in_(keys),
            JournalEntry.event == Event.TASK_UPDATED,
        )
    )
    return {
        entry.task_key
        for entry in entries
        if "due_at" in (entry.details or {}).get("after", {})
    }


def _moved_task(
    session: Session, task: UserTask, before: Calendar, after: Calendar
) -> bool:
    """Give a task the working time that it had left, by the new days."""
    due_at = task.due_at
    if due_at is None or not clocks.is_working(clocks.due_rule(session, task)):
        return False
    task.due_at = _later(cache.now(session), due_at, before, after)
    if task.due_at == due_at:
        return False
    task.revision += 1
    return True


def _later(
    now: datetime, due_at: datetime, before: Calendar, after: Calendar
) -> datetime:
    return after.spent(now, before.between(now, due_at))
