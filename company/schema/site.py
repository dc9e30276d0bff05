"""What happens on site: the project management record and its emergencies."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.schema import Base, next_key


class SiteRecord(Base):
    """A line of the project management record (R2.2.1)."""

    __tablename__ = "site_record"
    __table_args__ = (Index(None, "project_key", "recorded_at"),)

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    project_key: Mapped[int] = mapped_column(ForeignKey("project.key"))
    day: Mapped[date]
    progress_pct: Mapped[int]
    done: Mapped[str]
    issues: Mapped[list[str]] = mapped_column(default=list)
    help_needed: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class Emergency(Base):
    """What went wrong beyond the manager's power, and what became of it (R2.3.1).

    ``response`` and ``resolution`` are the answers of the two tasks; the row is open
    until the resolution is there, or the project's work ends without one.
    ``respond_by`` counts minutes of the wall clock (R2.3.2); rows of before the clock
    was kept have none.
    """

    __tablename__ = "emergency"
    __table_args__ = (Index(None, "project_key", "raised_at"),)

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    project_key: Mapped[int] = mapped_column(ForeignKey("project.key"))
    severity: Mapped[str]
    text: Mapped[str]
    raised_at: Mapped[datetime]
    raised_by: Mapped[str]
    instance_key: Mapped[int | None]
    response: Mapped[dict[str, Any]] = mapped_column(default=dict)
    resolution: Mapped[dict[str, Any]] = mapped_column(default=dict)
    respond_by: Mapped[datetime | None]
    responded_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
