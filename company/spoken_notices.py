"""Reminding the agent of what has to be said to a customer and is not proved (A35)."""

from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from company import service_desk
from company.schema import Project, ServiceRequest
from engine import cache, calendars, notifications
from engine.actors import SYSTEM
from engine.database import Database
from engine.notifications import Cause, Wording

TEMPLATE = "tell_customer"
_AGAIN = "P1WD"


def earliest(_: Database) -> Select[datetime]:
    """Return the query for the next look."""
    found: Select[datetime] = select(func.min(ServiceRequest.remind_at))
    return found


def remind(database: Database) -> int:
    """Remind the agents of all requests with something unsaid, and look again later."""
    with database.transaction() as session:
        due = session.scalars(
            select(ServiceRequest)
            .where(ServiceRequest.remind_at <= cache.now(session))
            .order_by(ServiceRequest.remind_at)
            .with_for_update(skip_locked=True)
        ).all()
        for request in due:
            _look_after(session, request)
        return len(due)


def _look_after(session: Session, request: ServiceRequest) -> None:
    unsaid = list(
        dict.fromkeys(row.body for row in service_desk.untold(session, request))
    )
    if unsaid:
        _remind(session, request, unsaid)
    elif request.closed_at is not None:
        request.remind_at = None
        return
    calendar = calendars.calendar(session)
    request.remind_at = calendar.after(cache.now(session), _AGAIN)


def _remind(session: Session, request: ServiceRequest, unsaid: list[str]) -> None:
    project = session.get_one(Project, request.project_key)
    if project.agent is None:
        return
    values = {"request_no": request.request_no, "sentences": unsaid}
    cause = Cause(scope_key=project.key, instance_key=request.instance_key)
    wording = Wording(template=TEMPLATE, values=values)
    notifications.notify(session, SYSTEM, [project.agent], wording, cause)
