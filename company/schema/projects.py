"""Projects: one signed contract and all the service around it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.schema import Base, next_key


class Project(Base):
    """A project; ``key`` is also the key of the engine's scope.

    ``stage`` is preparation, implementation, service, lapsed, closed or
    terminated (R0.1). ``details`` holds what processes recorded beside (site contact,
    tables to import, a note on the schedule).
    """

    __tablename__ = "project"
    __table_args__ = (Index(None, "stage", "created_at"),)

    key: Mapped[int] = mapped_column(ForeignKey("scope.key"), primary_key=True)
    project_no: Mapped[str] = mapped_column(unique=True)
    customer_key: Mapped[int] = mapped_column(ForeignKey("customer.key"), index=True)
    stage: Mapped[str] = mapped_column(default="preparation")
    sales_manager: Mapped[str] = mapped_column(ForeignKey("user_account.username"))
    manager: Mapped[str | None] = mapped_column(ForeignKey("user_account.username"))
    agent: Mapped[str | None] = mapped_column(ForeignKey("user_account.username"))
    pm_record_no: Mapped[str | None]
    arrived_on: Mapped[date | None]
    accepted_on: Mapped[date | None]
    go_live_on: Mapped[date | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    lifecycle_key: Mapped[int | None] = mapped_column(
        ForeignKey("process_instance.key")
    )
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class Milestone(Base):
    """A row of the concrete schedule that both managers agreed (R1.2.2)."""

    __tablename__ = "milestone"
    __table_args__ = (UniqueConstraint("project_key", "position"),)

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    project_key: Mapped[int] = mapped_column(ForeignKey("project.key"))
    position: Mapped[int]
    name: Mapped[str]
    start: Mapped[date]
    finish: Mapped[date]


class ServicePeriod(Base):
    """A time in which the customer is entitled to service; ``end_on`` is exclusive.

    ``next_notice_at`` is when its end is announced next (X6).
    """

    __tablename__ = "service_period"
    __table_args__ = (UniqueConstraint("project_key", "number"),)

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    project_key: Mapped[int] = mapped_column(ForeignKey("project.key"))
    number: Mapped[int]
    kind: Mapped[str]
    months: Mapped[int]
    start_on: Mapped[date]
    end_on: Mapped[date]
    fee_fen: Mapped[int] = mapped_column(default=0)
    next_notice_at: Mapped[datetime | None] = mapped_column(index=True)
