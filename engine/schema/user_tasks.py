"""User tasks: the work that waits for people."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.lifecycles import UserTaskState
from engine.schema.base import Base, next_key

TO_REMIND = (
    "state || '' = 'CREATED' AND due_at IS NOT NULL "
    "AND (reminded_at IS NULL OR reminded_at < due_at)"
)
"""The tasks whose due time nobody has been reminded of, as their index says it.

The empty text keeps SQLite from preferring the index on state and due time, in which
it would pass by all late tasks at every look.
"""


REMINDER_PLANNED = "state || '' = 'CREATED' AND remind_at IS NOT NULL"
"""The open tasks of which people are to be reminded at a certain time."""


def _index_where_set(*columns: str) -> Index:
    """Return an index of the rows in which the first column has a value."""
    condition = text(f"{columns[0]} IS NOT NULL")
    return Index(
        f"ix_user_task_{'_'.join(columns)}",
        *columns,
        sqlite_where=condition,
        postgresql_where=condition,
    )


class UserTask(Base):
    """One piece of work that one person does on one form.

    A joint task is one row per person; the rows of a round share ``joint_key``.
    ``answers`` are kept here until the joint task is complete; for good they stand
    in the journal. ``form`` is the resource's name in the deployment, empty where
    the element names none. ``reminded_at`` is when its people were last reminded of the
    due time; a due time that is moved beyond it is worth another reminder.
    ``remind_at`` is when they are told that it will be due, that it was due in the
    night, or that it is late by now.
    """

    __tablename__ = "user_task"
    __table_args__ = (
        Index(None, "assignee", "state", "created_at"),
        # Not by state as well: few tasks share an instance, and an index that a
        # completion does not move costs it nothing.
        Index(None, "instance_key"),
        Index(None, "scope_key"),
        _index_where_set("due_at"),
        _index_where_set("joint_key"),
        _index_where_set("completed_by", "completed_at"),
        _index_where_set("on_behalf_of"),
        Index(
            "ix_user_task_to_remind",
            "due_at",
            sqlite_where=text(TO_REMIND),
            postgresql_where=text(TO_REMIND),
        ),
        Index(
            "ix_user_task_remind_at",
            "remind_at",
            sqlite_where=text(REMINDER_PLANNED),
            postgresql_where=text(REMINDER_PLANNED),
        ),
    )

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    instance_key: Mapped[int] = mapped_column(ForeignKey("process_instance.key"))
    scope_key: Mapped[int | None]
    process_id: Mapped[str]
    definition_key: Mapped[int]
    deployment_key: Mapped[int]
    ref: Mapped[str]
    element_id: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    path: Mapped[str] = mapped_column(default="")
    round: Mapped[int] = mapped_column(default=1)
    form: Mapped[str] = mapped_column(default="")
    result: Mapped[str] = mapped_column(default="")
    duty: Mapped[str] = mapped_column(default="")
    mode: Mapped[str] = mapped_column(default="one")
    joint_key: Mapped[int | None]
    assignee: Mapped[str | None]
    candidates: Mapped[list[str]] = mapped_column(default=list)
    state: Mapped[UserTaskState] = mapped_column(default=UserTaskState.CREATED)
    cancellation_reason: Mapped[str | None]
    priority: Mapped[int] = mapped_column(default=50)
    due_at: Mapped[datetime | None]
    follow_up_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[str | None]
    on_behalf_of: Mapped[str | None]
    answers: Mapped[dict[str, Any] | None]
    revision: Mapped[int] = mapped_column(default=1)


class UserTaskCandidate(Base):
    """Who may claim an open task; the rows go when the task is over.

    Written for every open task, also the assigned ones, so that handing a task
    back shows it to the same people again. ``taken`` says that somebody else has the
    task now: one's inbox is what is left, read from this table alone.
    """

    __tablename__ = "user_task_candidate"
    __table_args__ = {"sqlite_with_rowid": False}

    username: Mapped[str] = mapped_column(primary_key=True)
    task_key: Mapped[int] = mapped_column(
        ForeignKey("user_task.key"), primary_key=True, index=True
    )
    taken: Mapped[bool] = mapped_column(default=False, server_default=false())


class UserTaskDraft(Base):
    """A form that somebody has filled in half-way; nothing in it is checked."""

    __tablename__ = "user_task_draft"

    task_key: Mapped[int] = mapped_column(ForeignKey("user_task.key"), primary_key=True)
    username: Mapped[str] = mapped_column(primary_key=True)
    values: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
