"""Periodic visits to customers."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.schema import Base, next_key


class Visit(Base):
    """A periodic visit (R4.4.1): planned, open, closed or canceled.

    ``due_on`` is its date in the cycle, ``opens_at`` the first working day from it.
    A visit counts as done once the customer was reached.
    """

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("project_key", "due_on"),
        Index(None, "state", "due_on"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    visit_no: Mapped[str] = mapped_column(unique=True)
    project_key: Mapped[int] = mapped_column(ForeignKey("project.key"))
    period_no: Mapped[int]
    due_on: Mapped[date]
    opens_at: Mapped[datetime]
    state: Mapped[str]
    instance_key: Mapped[int | None]
    opened_at: Mapped[datetime | None]
    reached_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    result: Mapped[str | None]
    score: Mapped[int | None]
    onsite: Mapped[bool] = mapped_column(default=False)
