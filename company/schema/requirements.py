"""What customers want beyond the product, and the issues that follow from it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.schema import Base, next_key


class Requirement(Base):
    """A special requirement of a customer (R3.2.1); open until it has a result.

    ``origin`` is preparation, implementation or service. ``result`` is screened,
    solved, not_developed, withdrawn, closed_no_dev, delivered or canceled;
    ``reopened`` counts how often the closed requirement was taken up again.
    """

    __tablename__ = "requirement"
    __table_args__ = (Index(None, "project_key", "closed_at"),)

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    requirement_no: Mapped[str] = mapped_column(unique=True)
    project_key: Mapped[int] = mapped_column(ForeignKey("project.key"))
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    origin: Mapped[str]
    raised_at: Mapped[datetime]
    raised_by: Mapped[str]
    instance_key: Mapped[int | None]
    issue_key: Mapped[str | None] = mapped_column(index=True)
    issue_status: Mapped[str | None]
    issue_updated: Mapped[str | None]
    result: Mapped[str | None]
    charge_fen: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]
    reopened: Mapped[int] = mapped_column(default=0, server_default="0")


class Issue(Base):
    """An issue of the local tracker, where no JIRA is connected (R3.2.4, A34).

    ``job_key`` is the job that asked for it: asked again, it gets the same issue.
    ``comments`` are ``{text, at, by}``, the first first.
    """

    __tablename__ = "issue"

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    issue_key: Mapped[str] = mapped_column(unique=True)
    job_key: Mapped[int] = mapped_column(unique=True)
    project_key: Mapped[int] = mapped_column(ForeignKey("project.key"), index=True)
    requirement_no: Mapped[str] = mapped_column(default="")
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    business_reason: Mapped[str] = mapped_column(default="")
    urgency: Mapped[str]
    module: Mapped[str] = mapped_column(default="")
    blocks_operation: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(default="open")
    comments: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
