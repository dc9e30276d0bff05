"""Running and finished instances, and what they wait for."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.lifecycles import (
    ElementState,
    IncidentState,
    InstanceState,
    MessageState,
)
from engine.schema.base import Base, next_key


class ProcessInstance(Base):
    """One run of a process; ``state_blob`` is the runtime's own compact form.

    ``scope_key`` names what the instance belongs to (a project), by which duties
    are resolved and access is judged. ``revision`` counts stored states: who saves
    over a revision that he did not read loses. Answers that the journal holds
    are not in the blob again.
    """

    __tablename__ = "process_instance"
    __table_args__ = (
        Index(None, "process_id", "state"),
        Index(None, "scope_key", "state"),
        # Every step rewrites the row: room for it on its page, and early cleaning.
        {
            "postgresql_with": {
                "fillfactor": 70,
                "autovacuum_vacuum_scale_factor": 0.02,
                "toast.autovacuum_vacuum_scale_factor": 0.02,
            }
        },
    )

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    model_key: Mapped[int] = mapped_column(ForeignKey("process_model.key"), index=True)
    definition_key: Mapped[int] = mapped_column(
        ForeignKey("process_definition.key"), index=True
    )
    process_id: Mapped[str]
    business_id: Mapped[str | None] = mapped_column(index=True)
    scope_key: Mapped[int | None]
    parent_key: Mapped[int | None] = mapped_column(index=True)
    root_key: Mapped[int] = mapped_column(index=True)
    state: Mapped[InstanceState] = mapped_column(default=InstanceState.ACTIVE)
    suspended: Mapped[bool] = mapped_column(default=False)
    incidents: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0)
    state_blob: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    journal_digest: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    tags: Mapped[list[str]] = mapped_column(default=list)
    started_at: Mapped[datetime]
    started_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    end_reason: Mapped[str | None]


class ElementInstance(Base):
    """An element that was entered in an instance: the trace of what happened.

    ``flow_id`` is the sequence flow by which it was entered. The element instance of
    a user task has the task's key (of a joint task: its ``joint_key``).
    """

    __tablename__ = "element_instance"
    __table_args__ = (Index(None, "instance_key", "ref"),)

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    instance_key: Mapped[int] = mapped_column(ForeignKey("process_instance.key"))
    ref: Mapped[str]
    element_id: Mapped[str]
    element_type: Mapped[str]
    path: Mapped[str] = mapped_column(default="")
    flow_id: Mapped[str | None]
    state: Mapped[ElementState]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Timer(Base):
    """A due time that an instance waits for; the row goes when it is over."""

    __tablename__ = "timer"
    __table_args__ = (
        Index(None, "due_at", "key"),
        UniqueConstraint("instance_key", "ref"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    instance_key: Mapped[int] = mapped_column(ForeignKey("process_instance.key"))
    ref: Mapped[str]
    element_id: Mapped[str]
    due_at: Mapped[datetime]
    cycle: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class MessageSubscription(Base):
    """A message or signal that an instance waits for; the row goes when it is over."""

    __tablename__ = "message_subscription"
    __table_args__ = (
        Index(None, "name", "correlation_key"),
        UniqueConstraint("instance_key", "ref"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    instance_key: Mapped[int] = mapped_column(ForeignKey("process_instance.key"))
    ref: Mapped[str]
    element_id: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    correlation_key: Mapped[str] = mapped_column(default="")
    starts: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Message(Base):
    """A message between instances, from the outside or from another instance."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("name", "message_id"),
        Index(None, "state", "name", "correlation_key"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    name: Mapped[str]
    correlation_key: Mapped[str] = mapped_column(default="")
    message_id: Mapped[str]
    payload: Mapped[dict[str, Any]]
    scope_key: Mapped[int | None]
    state: Mapped[MessageState] = mapped_column(default=MessageState.BUFFERED)
    published_at: Mapped[datetime]
    published_by: Mapped[str]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    delivered_to: Mapped[int | None]
    delivered_at: Mapped[datetime | None]


class Incident(Base):
    """Why a token or a job stands still, in words that a person can act on."""

    __tablename__ = "incident"
    __table_args__ = (Index(None, "state", "created_at"),)

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    instance_key: Mapped[int] = mapped_column(
        ForeignKey("process_instance.key"), index=True
    )
    ref: Mapped[str]
    element_id: Mapped[str]
    job_key: Mapped[int | None]
    code: Mapped[str]
    message_en: Mapped[str]
    message_zh: Mapped[str]
    expression: Mapped[str] = mapped_column(default="")
    missing: Mapped[list[str]] = mapped_column(default=list)
    state: Mapped[IncidentState] = mapped_column(default=IncidentState.ACTIVE)
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]
