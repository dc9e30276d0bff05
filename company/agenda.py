"""What falls due in the company by itself, beside the timers of its processes."""

from datetime import datetime

from sqlalchemy import Select, func, select, union_all

from company import period_ends, spoken_notices, standards
from company.schema import PriceList, ServiceStandard
from engine.database import Database
from engine.worker.agenda import Source


def sources() -> tuple[Source, ...]:
    """Return what the worker has to look after for the company."""
    return (
        Source("period ends", period_ends.earliest, period_ends.announce),
        Source("spoken notices", spoken_notices.earliest, spoken_notices.remind),
        Source("standards", _next_standard, _apply_standards),
    )


def _next_standard(_: Database) -> Select[datetime]:
    waiting = union_all(
        *(
            select(kind.applies_at.label("at")).where(kind.applied_at.is_(None))
            for kind in (PriceList, ServiceStandard)
        )
    ).subquery()
    found: Select[datetime] = select(func.min(waiting.c.at))
    return found


def _apply_standards(database: Database) -> int:
    with database.transaction() as session:
        applied = standards.apply_due(session, PriceList)
        return applied + standards.apply_due(session, ServiceStandard)
