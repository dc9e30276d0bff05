"""Taking up again what was closed: requests and requirements, for 30 days (A33).

A negotiation that failed ends in the customer's name, and he may change his mind.
The number stays, a new instance of the same process works it (entitlement is fixed
at the reception, A28), and the time in between does not count.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import clock_stops, matters, projects, requirements, service_requests
from company import stages as project_stages
from company.requirements import RequirementNotFoundError
from company.schema import Project, Requirement, ServiceRequest
from engine import authorization, cache, journal
from engine.actors import Actor
from engine.errors import ConflictError

_REQUEST_REOPENERS = (
    "customer_contact",
    "customer_service_agent",
    "sales_manager",
    "service_director",
    "service_management",
)
_REQUIREMENT_REOPENERS = (*_REQUEST_REOPENERS, "implementation_manager")


class NotClosedError(ConflictError):
    """It is open: there is nothing to take up again."""

    code = "not-closed"

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is open", f"{number}尚未办结,无需重新受理")


class ReopenTooLateError(ConflictError):
    """It has been closed for too long, or for good."""

    code = "reopen-too-late"

    def __init__(self, number: str, days: int) -> None:
        super().__init__(
            f"{number} was closed more than {days} days ago or ended with its "
            "contract; bring a new one instead",
            f"{number}办结已超过{days}天或已随合同终止,请另行提出",
        )


def request(session: Session, actor: Actor, number: str, reason: str) -> ServiceRequest:
    """Take a closed service request up again.

    Raises:
        RequestNotFoundError: There is none, as far as the actor may know.
        DutyMissingError: The actor is neither the customer nor serves him.
        WrongStageError: The project is over.
        NotClosedError: The request is open.
        ReopenTooLateError: It was closed too long ago, or with its contract.
    """
    row = service_requests.get(session, number)
    if not authorization.may_see_scope(session, actor, row.project_key):
        raise service_requests.RequestNotFoundError(number)
    authorization.require_duty(session, actor, _REQUEST_REOPENERS, row.project_key)
    project = _locked(session, row.project_key, service_requests.ACCEPTING)
    session.refresh(row)
    _require_closed(session, number, row.closed_at, row.result)
    if row.requirement_no is not None:
        wanted = requirements.get(session, row.requirement_no)
        if wanted.closed_at is not None:
            _requirement(session, actor, project, wanted, reason)
        return row
    _reopen_row(session, actor, row, reason)
    service_requests.begin(session, actor, project, row, reason)
    return row


def requirement(
    session: Session, actor: Actor, project_no: str, number: str, reason: str
) -> Requirement:
    """Take a closed requirement up again, and the request that it came from.

    Raises:
        ProjectNotFoundError: There is none, as far as the actor may know.
        RequirementNotFoundError: The project has none of this number.
        DutyMissingError: The actor neither manages, sells nor serves the project.
        WrongStageError: The project is out of service.
        NotClosedError: The requirement is open.
        ReopenTooLateError: It was closed too long ago, or with its contract.
    """
    project = projects.visible(session, actor, project_no)
    authorization.require_duty(session, actor, _REQUIREMENT_REOPENERS, project.key)
    project = _locked(session, project.key, requirements.ORIGINS)
    row = requirements.get(session, number)
    if row.project_key != project.key:
        raise RequirementNotFoundError(number)
    session.refresh(row)
    _require_closed(session, number, row.closed_at, row.result)
    _requirement(session, actor, project, row, reason)
    return row


def _requirement(
    session: Session, actor: Actor, project: Project, row: Requirement, reason: str
) -> None:
    before = row.result
    row.result, row.closed_at, row.charge_fen = None, None, 0
    row.reopened += 1
    session.flush()
    _record(session, actor, project.key, "RequirementReopened", before, reason, row)
    requirements.begin(session, actor, project, row, reason)
    came_from = select(ServiceRequest).where(
        ServiceRequest.requirement_no == row.requirement_no,
        ServiceRequest.closed_at.is_not(None),
    )
    for each in session.scalars(came_from).all():
        _reopen_row(session, actor, each, reason)
        each.instance_key = row.instance_key
    session.flush()


def _reopen_row(
    session: Session, actor: Actor, row: ServiceRequest, reason: str
) -> None:
    before, closed_at = row.result, row.closed_at
    row.result = row.score = row.closed_at = row.resolved_at = None
    row.charge_fen, row.customer_person = 0, ""
    row.reopened += 1
    if closed_at is not None:
        clock_stops.between_closing_and(session, actor, row, closed_at)
    _record(
        session, actor, row.project_key, "ServiceRequestReopened", before, reason, row
    )


def _locked(session: Session, key: int, allowed: Collection[str]) -> Project:
    """Lock the project: two who reopen at once do it one after the other."""
    project = session.get_one(
        Project, key, with_for_update=True, populate_existing=True
    )
    project_stages.require(project, allowed)
    return project


def _require_closed(
    session: Session, number: str, closed_at: datetime | None, result: str | None
) -> None:
    if closed_at is None:
        raise NotClosedError(number)
    days = session.info["settings"].reopen_days
    over = closed_at + timedelta(days=days) < cache.now(session)
    if over or result == matters.CANCELED:
        raise ReopenTooLateError(number, days)


def _record(
    session: Session,
    actor: Actor,
    project_key: int,
    event: str,
    before: str | None,
    reason: str,
    row: ServiceRequest | Requirement,
) -> None:
    number = (
        {"request_no": row.request_no}
        if isinstance(row, ServiceRequest)
        else {"requirement_no": row.requirement_no}
    )
    journal.record(
        session,
        actor,
        event,
        scope_key=project_key,
        details={**number, "before": before, "reason": reason, "time": row.reopened},
    )
