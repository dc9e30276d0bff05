"""Service requests: what a customer asked for, by when, and what became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.schema import Base, next_key


class ServiceRequest(Base):
    """A request of a customer (R4.3.0); entitlement is fixed when it is received.

    ``process_id`` is the process that works it. ``respond_by`` and ``resolve_by`` are
    working time from ``received_at``; ``sla_…_wh`` are working hours.
    ``suggested_scope`` is the decision table's, ``scope`` a person's (in, out).
    ``rounds`` counts how often the customer was told that it is done. ``result`` is
    done, declined_by_customer, withdrawn or canceled. ``remind_at`` is when the agent
    is reminded next of what has to be said to the customer. ``paused_at`` is since
    when the clock stands (see `ClockStop`); ``reopened`` counts how often the closed
    request was taken up again.
    """

    __tablename__ = "service_request"
    __table_args__ = (
        Index(None, "project_key", "received_at"),
        Index(None, "closed_at", "resolve_by"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    request_no: Mapped[str] = mapped_column(unique=True)
    project_key: Mapped[int] = mapped_column(ForeignKey("project.key"))
    channel: Mapped[str]
    category: Mapped[str]
    module: Mapped[str] = mapped_column(default="")
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    priority: Mapped[str]
    quantity: Mapped[int] = mapped_column(default=1)
    caused_by_customer: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str]
    received_at: Mapped[datetime]
    received_by: Mapped[str]
    process_id: Mapped[str]
    notice: Mapped[str] = mapped_column(default="")
    sla_respond_wh: Mapped[float]
    sla_resolve_wh: Mapped[float]
    respond_by: Mapped[datetime]
    resolve_by: Mapped[datetime]
    suggested_scope: Mapped[str | None]
    scope: Mapped[str | None]
    responded_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    rounds: Mapped[int] = mapped_column(default=0)
    score: Mapped[int | None]
    result: Mapped[str | None]
    charge_fen: Mapped[int] = mapped_column(default=0)
    standard_fen: Mapped[int | None]
    customer_person: Mapped[str] = mapped_column(default="")
    instance_key: Mapped[int | None]
    requirement_no: Mapped[str | None]
    visit_no: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None] = mapped_column(index=True)
    paused_at: Mapped[datetime | None]
    reopened: Mapped[int] = mapped_column(default=0, server_default="0")


class ClockStop(Base):
    """A stretch in which the clock of a request stood, and why.

    ``reason`` is waiting_for_customer or closed (from closing to reopening). ``held``
    are the working seconds that open tasks had left when it began, by their keys. The
    row without ``ended_at`` is the one that lasts.
    """

    __tablename__ = "clock_stop"
    __table_args__ = (Index(None, "request_key", "started_at"),)

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    request_key: Mapped[int] = mapped_column(ForeignKey("service_request.key"))
    reason: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime]
    started_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    end_note: Mapped[str] = mapped_column(default="")
    held: Mapped[dict[str, Any]] = mapped_column(default=dict)
