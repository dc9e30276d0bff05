"""Reminders: who has a task hears that it will be due, that it is, and that it is late.

Nobody is told at night or on a free day: what falls due then is told when work begins.
"""

from datetime import datetime
from typing import cast

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from engine import cache, calendars, notifications
from engine.actors import SYSTEM
from engine.database import Database
from engine.schema import UserTask
from engine.schema.user_tasks import REMINDER_PLANNED, TO_REMIND

SOON, DUE, OVERDUE = "task_soon", "task_due", "task_overdue"
_LATE = "P1WD"
_AT_ONCE = 100


def earliest(_database: Database) -> Select[datetime]:
    """Return the query for the next due time of which nobody was reminded."""
    # Literal conditions, as the index has them: with parameters it would not serve.
    waiting = select(UserTask.due_at).where(text(TO_REMIND))
    return cast("Select[datetime]", waiting.order_by(UserTask.due_at).limit(1))


def earliest_planned(_database: Database) -> Select[datetime]:
    """Return the query for the next time at which somebody is to be reminded."""
    planned = select(UserTask.remind_at).where(text(REMINDER_PLANNED))
    return cast("Select[datetime]", planned.order_by(UserTask.remind_at).limit(1))


def remind(database: Database) -> int:
    """Remind the people of all tasks that are due; return the number of tasks.

    Where it is night, that is only planned. A task that is late has told so; its
    element may do more (escalate, chase).
    """
    reminded = 0
    while keys := _due(database):
        with database.transaction() as session:
            for key in keys:
                reminded += _fall_due(session, key)
    return reminded


def remind_as_planned(database: Database) -> int:
    """Remind people as planned; return the number of tasks that were looked at."""
    seen = 0
    while keys := _planned(database):
        with database.transaction() as session:
            for key in keys:
                seen += _follow_plan(session, key)
    return seen


def _due(database: Database) -> list[int]:
    with database.reading() as session:
        due = select(UserTask.key).where(text(TO_REMIND))
        due = due.where(UserTask.due_at <= cache.now(session))
        return list(session.scalars(due.order_by(UserTask.due_at).limit(_AT_ONCE)))


def _planned(database: Database) -> list[int]:
    with database.reading() as session:
        planned = select(UserTask.key).where(text(REMINDER_PLANNED))
        planned = planned.where(UserTask.remind_at <= cache.now(session))
        return list(
            session.scalars(planned.order_by(UserTask.remind_at).limit(_AT_ONCE))
        )


def _locked(session: Session, key: int) -> UserTask | None:
    return session.get(UserTask, key, with_for_update=True, populate_existing=True)


def _fall_due(session: Session, key: int) -> bool:
    task, now = _locked(session, key), cache.now(session)
    if task is None or task.due_at is None or task.due_at > now:
        return False
    if task.reminded_at is not None and task.reminded_at >= task.due_at:
        return False
    task.reminded_at = now
    opening = calendars.calendar(session).opening(now)
    if opening > now:
        task.remind_at = opening
        session.flush()
    else:
        _tell_due(session, task)
    return True


def _follow_plan(session: Session, key: int) -> bool:
    """Say what is true by now; the due time may have been moved meanwhile."""
    task, now = _locked(session, key), cache.now(session)
    if task is None or task.remind_at is None or task.remind_at > now:
        return False
    task.remind_at = None
    if task.due_at is None:
        return True
    if now < task.due_at:
        _will_be_due(session, task, task.due_at, now)
    elif now >= calendars.calendar(session).after(task.due_at, _LATE):
        _tell(session, task, OVERDUE)
    else:
        _tell_due(session, task)
    session.flush()
    return True


def _will_be_due(
    session: Session, task: UserTask, due_at: datetime, now: datetime
) -> None:
    later = calendars.remind_before(session, task.element_id, now, due_at)
    opening = calendars.calendar(session).opening(now)
    if later is not None or opening > now:
        task.remind_at = later or opening
        return
    _tell(session, task, SOON)


def _tell_due(session: Session, task: UserTask) -> None:
    assert task.due_at is not None  # noqa: S101 - only such tasks fall due
    _tell(session, task, DUE)
    if session.info["settings"].reminders.overdue_again:
        known = calendars.calendar(session)
        task.remind_at = known.opening(known.after(task.due_at, _LATE))
    session.flush()


def _tell(session: Session, task: UserTask, template: str) -> None:
    notifications.notify(
        session,
        SYSTEM,
        [task.assignee] if task.assignee else task.candidates,
        notifications.Wording(
            template=template,
            values={
                "task": task.name,
                "task_en": task.name_en or task.name,
                "due_at": task.due_at,
            },
        ),
        notifications.Cause(
            scope_key=task.scope_key,
            instance_key=task.instance_key,
            element_id=task.element_id,
            deployment_key=task.deployment_key,
        ),
    )
