"""Reminders: who has a task that is due and not done hears of it, once."""

from datetime import datetime
from typing import cast

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from engine import cache, notifications
from engine.actors import SYSTEM
from engine.database import Database
from engine.schema import UserTask
from engine.schema.user_tasks import TO_REMIND

TEMPLATE = "task_due"
_AT_ONCE = 100


def earliest(_database: Database) -> Select[datetime]:
    """Return the query for the next due time of which nobody was reminded."""
    # Literal conditions, as the index has them: with parameters it would not serve.
    waiting = select(UserTask.due_at).where(text(TO_REMIND))
    return cast("Select[datetime]", waiting.order_by(UserTask.due_at).limit(1))


def remind(database: Database) -> int:
    """Remind the people of all tasks that are due; return the number of tasks.

    Due times are reckoned in working time, so nobody is reminded at night. A task
    that is late has told so; its element may do more (escalate, chase).
    """
    reminded = 0
    while keys := _due(database):
        with database.transaction() as session:
            for key in keys:
                reminded += _remind(session, key)
    return reminded


def _due(database: Database) -> list[int]:
    with database.reading() as session:
        due = select(UserTask.key).where(text(TO_REMIND))
        due = due.where(UserTask.due_at <= cache.now(session))
        return list(session.scalars(due.order_by(UserTask.due_at).limit(_AT_ONCE)))


def _remind(session: Session, key: int) -> bool:
    task = session.get(UserTask, key, with_for_update=True, populate_existing=True)
    now = cache.now(session)
    if task is None or not _is_due(task, now):
        return False
    task.reminded_at = now
    notifications.notify(
        session,
        SYSTEM,
        [task.assignee] if task.assignee else task.candidates,
        notifications.Wording(
            template=TEMPLATE,
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
    return True


def _is_due(task: UserTask, now: datetime) -> bool:
    if task.due_at is None or task.due_at > now:
        return False
    return task.reminded_at is None or task.reminded_at < task.due_at
