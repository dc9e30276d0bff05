"""The two published standards: what is in scope, and what the rest costs.

《标准客户服务标准》 (R4.1.1) and 《客户服务工作收费标准》 (R4.2.1) are kept version by
version; a version is never changed, only followed by the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from company import published_tables
from company.numbers import ZONE
from company.schema import PriceList, ServiceStandard
from engine import authorization, cache, journal
from engine.actors import SYSTEM, Actor

Standard = TypeVar("Standard", PriceList, ServiceStandard)

_OWNERS = {
    PriceList: ("sales_director",),
    ServiceStandard: ("service_management", "service_director"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A version as somebody enters it; ``items`` are its rows in their order."""

    valid_from: date
    items: Sequence[dict[str, Any]]


def versions(session: Session, kind: type[Standard]) -> Sequence[Standard]:
    """Return all versions of a standard, the newest first."""
    return session.scalars(select(kind).order_by(kind.version.desc())).all()


def current(session: Session, kind: type[Standard]) -> Standard | None:
    """Return the newest version that is valid today."""
    today = cache.now(session).astimezone(ZONE).date()
    return session.scalar(
        select(kind)
        .where(kind.valid_from <= today)
        .order_by(kind.version.desc())
        .limit(1)
    )


def in_force(session: Session) -> dict[str, str | None]:
    """Return the versions in force, as forms show them."""
    service = current(session, ServiceStandard)
    charge = current(session, PriceList)
    return {"service": _label(service), "charge": _label(charge)}


def replace(
    session: Session, actor: Actor, kind: type[Standard], edition: Edition
) -> Standard:
    """Publish the next version of a standard; from its day on, requests go by it.

    Raises:
        DutyMissingError: It is for the sales director (prices) or the service
            management (scope) to publish.
    """
    if not actor.administrator:
        authorization.require_duty(session, actor, _OWNERS[kind], None)
    number = (session.scalar(select(func.max(kind.version))) or 0) + 1
    row = _add(session, actor, kind, edition, number)
    apply_due(session, kind)
    journal.record(
        session,
        actor,
        "StandardPublished",
        details={"standard": kind.__tablename__, "version": number},
    )
    return row


def seed(session: Session, kind: type[Standard], edition: Edition) -> None:
    """Store version 1 where there is none; its table comes with the package."""
    if session.scalar(select(func.max(kind.version))) is None:
        row = _add(session, SYSTEM, kind, edition, 1)
        row.applied_at = cache.now(session)
        session.flush()


def apply_due(session: Session, kind: type[Standard]) -> int:
    """Put the tables of versions in force whose day has come; return how many."""
    due = session.scalars(
        select(kind)
        .where(kind.applied_at.is_(None), kind.applies_at <= cache.now(session))
        .order_by(kind.version)
    ).all()
    for row in due:
        row.applied_at = cache.now(session)
    if due:
        session.flush()
        published_tables.apply(session, due[-1])
    return len(due)


def restore(session: Session) -> None:
    """Put the company's own versions in force again after a release has deployed.

    A release brings the tables of version 1 with its packages.
    """
    for row in (current(session, PriceList), current(session, ServiceStandard)):
        if row is not None and row.version > 1 and row.applied_at is not None:
            published_tables.apply(session, row)


def _add(
    session: Session,
    actor: Actor,
    kind: type[Standard],
    edition: Edition,
    number: int,
) -> Standard:
    row = kind(
        version=number,
        valid_from=edition.valid_from,
        items=list(edition.items),
        applies_at=datetime.combine(edition.valid_from, time(), ZONE),
        created_at=cache.now(session),
        created_by=actor.username,
    )
    session.add(row)
    session.flush()
    return row


def _label(row: PriceList | ServiceStandard | None) -> str | None:
    return None if row is None else f"v{row.version}({row.valid_from.isoformat()})"
