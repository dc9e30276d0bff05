"""Announcing the end of a service period before it comes (X6, A25)."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from company import customers, stages
from company.numbers import ZONE
from company.schema import Project, ServicePeriod
from engine import cache, notifications
from engine.actors import SYSTEM
from engine.database import Database
from engine.notifications import Cause, Wording

TEMPLATE = "service_ending"
_AT = time(9)


def schedule(session: Session, period: ServicePeriod) -> None:
    """Set when the end of a period is announced next; never where all is said."""
    now = cache.now(session)
    moments = (moment for moment in _moments(session, period.end_on) if moment > now)
    period.next_notice_at = min(moments, default=None)


def earliest(_: Database) -> Select[datetime]:
    """Return the query for the next announcement."""
    found: Select[datetime] = select(func.min(ServicePeriod.next_notice_at))
    return found


def announce(database: Database) -> int:
    """Tell sales manager and customer of all ends that are due to be announced."""
    with database.transaction() as session:
        due = session.scalars(
            select(ServicePeriod)
            .where(ServicePeriod.next_notice_at <= cache.now(session))
            .order_by(ServicePeriod.next_notice_at)
            .with_for_update(skip_locked=True)
        ).all()
        for period in due:
            _tell(session, period)
            schedule(session, period)
        return len(due)


def _tell(session: Session, period: ServicePeriod) -> None:
    project = session.get_one(Project, period.project_key)
    if project.stage != stages.SERVICE:
        return
    today = cache.now(session).astimezone(ZONE).date()
    people = customers.portal_users(session, project.customer_key)
    values = {
        "customer": customers.get(session, project.customer_key).name,
        "end_on": period.end_on,
        "days": (period.end_on - today).days,
        "sales_manager": project.sales_manager,
    }
    wording = Wording(template=TEMPLATE, values=values)
    told = [project.sales_manager, *people]
    notifications.notify(session, SYSTEM, told, wording, Cause(scope_key=project.key))


def _moments(session: Session, end_on: date) -> Iterator[datetime]:
    settings = session.info["settings"]
    for days in settings.pre_expiry_notice_days:
        yield datetime.combine(end_on - timedelta(days=days), _AT, ZONE)
