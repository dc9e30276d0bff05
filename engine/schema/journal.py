"""The append-only journal, the business clock, and revisions of cached things."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from engine.schema.base import Base, PackedJson, next_key


class JournalEntry(Base):
    """Who did what, when, to which task, and what changed.

    The database refuses UPDATE and DELETE on this table. ``digest`` chains the
    entries of one instance: SHA-256 over the previous digest and this entry.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (
        Index(None, "instance_key", "key"),
        Index(None, "scope_key", "key"),
        Index(None, "task_key"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    actor: Mapped[str]
    event: Mapped[str]
    scope_key: Mapped[int | None]
    instance_key: Mapped[int | None]
    task_key: Mapped[int | None]
    element_id: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(PackedJson)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class BusinessClock(Base):
    """One row: the time at which the business clock stands, or NULL for real time."""

    __tablename__ = "business_clock"

    id: Mapped[int] = mapped_column(primary_key=True)
    frozen_at: Mapped[datetime | None]


class Recurrence(Base):
    """When something that recurs by the business clock is due next."""

    __tablename__ = "recurrence"

    name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]


class Revision(Base):
    """How often something that processes keep in memory has changed."""

    __tablename__ = "revision"

    name: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]


class CalendarDay(Base):
    """A day that is no ordinary working day or weekend: holiday or make-up day."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    name: Mapped[str]
    name_en: Mapped[str]
