"""What happened, as one reader may see it: the journal without what is not his."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api.shapes import Answer, Key
from engine import disclosure
from engine.authorization import Actor
from engine.events import Event
from engine.schema import JournalEntry, UserAccount, UserTask

# What is not listed comes without details: they may hold process data.
_SHOWN = frozenset(
    {
        Event.TASK_COMPLETED,
        Event.TASK_CREATED,
        Event.TASK_UNOWNED,
        Event.TASK_CLAIMED,
        Event.TASK_RELEASED,
        Event.TASK_ASSIGNED,
        Event.TASK_UPDATED,
        Event.TASK_CANCELED,
        Event.TASK_RETURNED,
        Event.INSTANCE_COMPLETED,
        Event.INSTANCE_TERMINATED,
        Event.INSTANCE_SUSPENDED,
        Event.INSTANCE_RESUMED,
        Event.INSTANCE_MIGRATED,
        Event.MIGRATION_UNDONE,
        Event.INSTANCE_MODIFIED,
        Event.TASK_RETURNED,
        Event.JOB_COMPLETED,
        Event.JOB_ERROR_THROWN,
        Event.JOB_SKIPPED,
        Event.INSTANCE_SUSPENDED,
        Event.INSTANCE_RESUMED,
        Event.INSTANCE_MIGRATED,
        Event.MIGRATION_UNDONE,
        Event.INSTANCE_MODIFIED,
        Event.INCIDENT_OPENED,
        Event.INCIDENT_RESOLVED,
        Event.DECISION_TAKEN,
        Event.VARIABLES_CORRECTED,
        Event.TIMER_MOVED,
        "ProjectOpened",
        "ProjectStageChanged",
        "RequirementRaised",
        "RequirementReopened",
        "ServiceRequestReceived",
        "ServiceRequestReopened",
        "RequestClockPaused",
        "RequestClockResumed",
        "ServicePeriodChanged",
        "ContractTerminated",
        "CustomerTold",
        "NoticeSent",
    }
)
_MOST = 2000


class Entry(Answer):
    """One entry of the journal.

    ``details`` of a completed task are ``values`` (its answers, without fields that
    are for other duties) and ``on_behalf_of``.
    """

    key: Key
    at: datetime
    actor: str
    actor_name: str
    event: str
    process_instance_key: Key | None
    user_task_key: Key | None
    element_id: str
    element_name: str
    details: dict[str, Any]


def entries(
    session: Session,
    actor: Actor,
    *,
    scope_key: int | None = None,
    instance_key: int | None = None,
    task_key: int | None = None,
    only: Collection[str] | None = None,
) -> list[Entry]:
    """Return what happened in a scope, an instance or to a task, the newest first.

    Customers see what people did, not what the machinery did.
    """
    rows = _rows(session, scope_key, instance_key, task_key, only)
    if actor.is_customer:
        rows = [row for row in rows if row.task_key is not None]
    tasks = _tasks(session, rows)
    people = _names(session, {row.actor for row in rows})
    english = not actor.language.startswith("zh")
    found = []
    for line in disclosure.lines(session, actor, rows):
        row = line.entry
        task = tasks.get(row.task_key or 0)
        found.append(
            Entry(
                key=row.key,
                at=row.at,
                actor=row.actor,
                actor_name=people.get(row.actor, row.actor),
                event=row.event,
                process_instance_key=row.instance_key,
                user_task_key=row.task_key,
                element_id=row.element_id,
                element_name=_name(task, english=english),
                details=dict(line.details) if row.event in _SHOWN else {},
            )
        )
    return found


def _rows(
    session: Session,
    scope_key: int | None,
    instance_key: int | None,
    task_key: int | None,
    only: Collection[str] | None,
) -> Sequence[JournalEntry]:
    query = select(JournalEntry).order_by(JournalEntry.key.desc()).limit(_MOST)
    for column, key in (
        (JournalEntry.scope_key, scope_key),
        (JournalEntry.instance_key, instance_key),
        (JournalEntry.task_key, task_key),
    ):
        if key is not None:
            query = query.where(column == key)
    if only is not None:
        query = query.where(JournalEntry.event.in_(only))
    return session.scalars(query).all()


def _tasks(session: Session, rows: Iterable[JournalEntry]) -> dict[int, UserTask]:
    """Return the tasks of entries; a joint task stands under its joint key too."""
    wanted = {row.task_key for row in rows if row.task_key is not None}
    if not wanted:
        return {}
    found = session.scalars(
        select(UserTask).where(
            or_(UserTask.key.in_(wanted), UserTask.joint_key.in_(wanted))
        )
    ).all()
    joint = {task.joint_key: task for task in found if task.joint_key is not None}
    return {**joint, **{task.key: task for task in found}}


def _names(session: Session, usernames: Collection[str]) -> dict[str, str]:
    found = session.execute(
        select(UserAccount.username, UserAccount.display_name).where(
            UserAccount.username.in_(usernames)
        )
    )
    return {row.username: row.display_name for row in found}


def _name(task: UserTask | None, *, english: bool) -> str:
    if task is None:
        return ""
    return task.name_en if english and task.name_en else task.name
