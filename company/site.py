"""The project management record: site records and emergencies.

The product itself is the project management system (A3).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from company.schema import Emergency, Project, SiteRecord
from engine import cache
from engine.actors import Actor
from engine.schema import next_key

SEVERITIES = ("stop", "major", "minor")


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
    """Write down an emergency that has just been raised (R2.3.1)."""
    row = Emergency(
        key=next_key(),
        project_key=project.key,
        severity=severity,
        text=text,
        raised_at=cache.now(session),
        raised_by=actor.username,
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
