"""Service periods: the times in which a customer is entitled to service."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from company.schema import ServicePeriod


def newest(session: Session, project_key: int) -> ServicePeriod | None:
    """Return the last service period of a project."""
    return session.scalar(
        select(ServicePeriod)
        .where(ServicePeriod.project_key == project_key)
        .order_by(ServicePeriod.number.desc())
        .limit(1)
    )


def of_project(session: Session, project_key: int) -> Sequence[ServicePeriod]:
    """Return the service periods of a project, the first first."""
    return session.scalars(
        select(ServicePeriod)
        .where(ServicePeriod.project_key == project_key)
        .order_by(ServicePeriod.number)
    ).all()
