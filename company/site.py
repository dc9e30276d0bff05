"""The project management record: site records and emergencies.

The product itself is the project management system (A3).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import decisions
from company.schema import Emergency, Project, SiteRecord
from engine import cache
from engine.actors import Actor
from engine.schema import next_key

SEVERITIES = ("stop", "major", "minor")


class Times(Protocol):
    """When a task was opened and is due."""

    @property
    def created_at(self) -> datetime: ...  # noqa: D102 - named as the column
    @property
    def due_at(self) -> datetime | None: ...  # noqa: D102 - named as the column


def record(
    session: Session, actor: Actor, project: Project, answers: Mapping[str, Any]
) -> SiteRecord:
    """Add a line with the answers of ``UT_fill_site_record`` (R2.2.1)."""
    row = SiteRecord(
        key=next_key(),
        project_key=project.key,
        day=answers["date"],
        progress_pct=answers["progress_pct"],
        done=answers["done"],
        issues=list(answers.get("issues") or ()),
        help_needed=answers.get("help_needed") or "",
        reason=answers.get("reason") or "",
        recorded_at=cache.now(session),
        recorded_by=actor.username,
    )
    session.add(row)
    session.flush()
    return row


def records(session: Session, project_key: int) -> Sequence[SiteRecord]:
    """Return the site records of a project, the newest first."""
    return session.scalars(
        select(SiteRecord)
        .where(SiteRecord.project_key == project_key)
        .order_by(SiteRecord.key.desc())
    ).all()


def newest(session: Session, project_key: int) -> SiteRecord | None:
    """Return the last site record of a project."""
    return session.scalar(
        select(SiteRecord)
        .where(SiteRecord.project_key == project_key)
        .order_by(SiteRecord.key.desc())
        .limit(1)
    )


def raised(
    session: Session, actor: Actor, project: Project, *, severity: str, text: str
) -> Emergency:
    """Write down an emergency that has just been raised (R2.3.1).

    It is to be answered within the minutes that the table of severities gives (A9).
    """
    now = cache.now(session)
    found = decisions.ask(session, "emergency_response", {"severity": severity})
    row = Emergency(
        key=next_key(),
        project_key=project.key,
        severity=severity,
        text=text,
        raised_at=now,
        raised_by=actor.username,
        respond_by=now + timedelta(minutes=float(found["response_minutes"])),
    )
    session.add(row)
    session.flush()
    return row


def emergencies(session: Session, project_key: int) -> Sequence[Emergency]:
    """Return the emergencies of a project, the newest first."""
    return session.scalars(
        select(Emergency)
        .where(Emergency.project_key == project_key)
        .order_by(Emergency.key.desc())
    ).all()


def responded(session: Session, instance_key: int, task: Times, at: datetime) -> None:
    """Stop the clock of the emergency that a task of ``UT_respond_emergency`` is of.

    Several may be open at once: it is the one that was raised when the task was
    opened, and that is due when the task is.
    """
    rows = session.scalars(
        select(Emergency).where(
            Emergency.instance_key == instance_key,
            Emergency.responded_at.is_(None),
            Emergency.closed_at.is_(None),
        )
    ).all()
    if rows:
        nearest = min(rows, key=lambda row: _distance(row, task))
        nearest.responded_at = at
        session.flush()


def in_time(row: Emergency, now: datetime) -> bool | None:
    """Tell whether an emergency was answered in time; None while it may be."""
    if row.respond_by is None:
        return None
    if row.responded_at is not None:
        return row.responded_at <= row.respond_by
    return None if (row.closed_at or now) <= row.respond_by else False


def _distance(row: Emergency, task: Times) -> tuple[timedelta, timedelta]:
    begun = abs(row.raised_at - task.created_at)
    if row.respond_by is None or task.due_at is None:
        return begun, timedelta.max
    return begun, abs(row.respond_by - task.due_at)


def close(
    session: Session,
    emergency: Emergency,
    response: Mapping[str, Any],
    resolution: Mapping[str, Any],
    closed_at: datetime,
) -> None:
    """Write down how an emergency was answered and resolved (R2.2.2)."""
    emergency.response = dict(response)
    emergency.resolution = dict(resolution)
    emergency.closed_at = closed_at
    session.flush()
