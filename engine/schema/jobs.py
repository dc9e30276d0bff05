"""Work that machines do outside a command's transaction, and who does it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.lifecycles import JobState
from engine.schema.base import Base, next_key


class Job(Base):
    """The record of a piece of remote work: the truth, whoever dispatches it.

    ``kind`` is ``operation`` (a service task; then ``instance_key`` and ``ref``
    are set), ``external`` (the same for somebody else's worker), ``notice`` or
    ``periodic``. ``attempts`` counts the finished tries; ``deadline`` is when a
    worker's claim on it ends, or a pause before the next try. ``rank`` is the
    negative priority among external jobs of one operation; ``lease`` the proof that
    a worker who asked for one has to show.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index(None, "state", "due_at"),
        Index(None, "instance_key", "state"),
        Index(None, "operation", "state", "rank", "key"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    instance_key: Mapped[int | None] = mapped_column(ForeignKey("process_instance.key"))
    ref: Mapped[str] = mapped_column(default="")
    element_id: Mapped[str] = mapped_column(default="")
    scope_key: Mapped[int | None]
    kind: Mapped[str]
    operation: Mapped[str]
    payload: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(default=JobState.CREATED)
    rank: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=8)
    due_at: Mapped[datetime]
    error: Mapped[str | None]
    error_code: Mapped[str | None]
    worker: Mapped[str | None]
    lease: Mapped[str | None]
    deadline: Mapped[datetime | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]


class WorkerHeartbeat(Base):
    """A sign of life of a process that works jobs."""

    __tablename__ = "worker_heartbeat"

    worker: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]
