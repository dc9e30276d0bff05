"""Service requests: received by entitlement, worked by a process, closed (四.3, 五.4).

Entitlement and times are fixed when a request is received (A28). No request is ever
refused (R4.3.6.1): who is not entitled gets the process that negotiates a charge.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import (
    case,
    clock_stops,
    decisions,
    entitlement,
    numbers,
    receivables,
    requirements,
    stages,
)
from company.schema import Project, ServiceRequest
from engine import cache, calendars, journal, messages
from engine.actors import Actor
from engine.errors import NotFoundError
from engine.notifications import SPOKEN
from engine.schema import next_key

CATEGORIES = (
    "usage",
    "consult",
    "defect",
    "upgrade",
    "new_feature",
    "onsite",
    "training",
    "data_export",
    "hardware",
    "remote",
)
PRIORITIES = ("P1", "P2", "P3", "P4")
CHANNELS = ("phone", "wechat", "qq", "email", "portal", "visit")
DONE = "done"
FIRST_REMINDER = "PT2WH"
_STARTS = {
    "service_request": "service_request.received",
    "post_expiry_request": "service_request.received_expired",
}
ACCEPTING = (
    stages.PREPARATION,
    stages.IMPLEMENTATION,
    stages.SERVICE,
    stages.LAPSED,
)


class RequestNotFoundError(NotFoundError):
    """There is no such request, or not for this actor."""

    code = "service-request-not-found"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"There is no service request {number}", f"没有服务请求{number}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A request as somebody brings it; ``received_at`` is now where it is left out."""

    channel: str
    category: str
    title: str
    source: str
    module: str = ""
    description: str = ""
    priority: str = "P3"
    quantity: int = 1
    caused_by_customer: bool = False
    received_at: datetime | None = None
    visit_no: str | None = None


def receive(
    session: Session, actor: Actor, project: Project, intake: Intake
) -> ServiceRequest:
    """Take a request in and start the process that its entitlement asks for.

    Raises:
        WrongStageError: The project is over.
        NoReceiverError: The process is not deployed.
    """
    stages.require(project, ACCEPTING)
    request = _write_down(session, actor, project, intake)
    journal.record(
        session,
        actor,
        "ServiceRequestReceived",
        scope_key=project.key,
        details={
            "request_no": request.request_no,
            "title": request.title,
            "process": request.process_id,
        },
    )
    if request.process_id == requirements.PROCESS:
        _as_requirement(session, actor, project, request)
    else:
        begin(session, actor, project, request)
        _look_after_spoken_notices(session, request)
    session.flush()
    return request


def get(session: Session, number: str) -> ServiceRequest:
    """Return a request by its number.

    Raises:
        RequestNotFoundError: There is none.
    """
    found = select(ServiceRequest).where(ServiceRequest.request_no == number)
    request = session.scalar(found)
    if request is None:
        raise RequestNotFoundError(number)
    return request


def of_project(session: Session, project_key: int) -> Sequence[ServiceRequest]:
    """Return the requests of a project, the newest first."""
    return session.scalars(
        select(ServiceRequest)
        .where(ServiceRequest.project_key == project_key)
        .order_by(ServiceRequest.key.desc())
    ).all()


def of_instance(session: Session, instance_key: int) -> ServiceRequest | None:
    """Return the request that an instance works, if it works one."""
    return session.scalar(
        select(ServiceRequest).where(ServiceRequest.instance_key == instance_key)
    )


def close(
    session: Session, actor: Actor, number: str, outcome: Mapping[str, Any]
) -> ServiceRequest:
    """Write down how a request ended.

    ``outcome`` is what its process publishes: result, score, charge,
    standard_amount, customer_person.
    """
    request = get(session, number)
    request.result = outcome["result"]
    request.score = outcome.get("score")
    request.charge_fen = int(outcome.get("charge") or 0)
    request.standard_fen = outcome.get("standard_amount")
    request.customer_person = outcome.get("customer_person") or ""
    request.closed_at = cache.now(session)
    clock_stops.end_with(session, actor, request)
    session.flush()
    project = session.get_one(Project, request.project_key)
    receivables.charge(session, project, "request", number, request.charge_fen)
    return request


def close_with_requirement(
    session: Session, actor: Actor, requirement_no: str, result: str
) -> None:
    """Close the request that had opened a requirement, once that is closed."""
    found = select(ServiceRequest).where(
        ServiceRequest.requirement_no == requirement_no,
        ServiceRequest.closed_at.is_(None),
    )
    for request in session.scalars(found):
        request.result = "withdrawn" if result == "withdrawn" else DONE
        request.closed_at = cache.now(session)
        clock_stops.end_with(session, actor, request)
    session.flush()


def _write_down(
    session: Session, actor: Actor, project: Project, intake: Intake
) -> ServiceRequest:
    snapshot = case.snapshot(session, project)
    received_at = intake.received_at or cache.now(session)
    entitled = entitlement.judge(session, project)
    limits = entitlement.limits(session, intake.priority, snapshot["customer"])
    calendar = calendars.calendar(session)
    request = ServiceRequest(
        key=next_key(),
        request_no=numbers.of_year(session, numbers.REQUEST),
        project_key=project.key,
        channel=intake.channel,
        category=intake.category,
        module=intake.module,
        title=intake.title,
        description=intake.description,
        priority=intake.priority,
        quantity=intake.quantity,
        caused_by_customer=intake.caused_by_customer,
        source=intake.source,
        received_at=received_at,
        received_by=actor.username,
        process_id=entitled.process_id,
        notice=entitled.notice,
        sla_respond_wh=limits.respond,
        sla_resolve_wh=limits.resolve,
        respond_by=calendar.after(received_at, f"PT{limits.respond:g}WH"),
        resolve_by=calendar.after(received_at, f"PT{limits.resolve:g}WH"),
        suggested_scope=_suggestion(session, snapshot, intake),
        visit_no=intake.visit_no,
    )
    session.add(request)
    session.flush()
    return request


def _suggestion(
    session: Session, snapshot: Mapping[str, Any], intake: Intake
) -> str | None:
    """Return what the table of 《标准客户服务标准》 suggests: in, out or unclear."""
    modules = (snapshot["contract"] or {}).get("modules", [])
    known = {
        "category": intake.category,
        "module_in_contract": intake.module in modules,
        "caused_by_customer": intake.caused_by_customer,
    }
    suggested: str | None = decisions.ask(session, "service_scope", known).get(
        "suggested_scope"
    )
    return suggested


def begin(
    session: Session,
    actor: Actor,
    project: Project,
    request: ServiceRequest,
    reopen_reason: str = "",
) -> None:
    """Start the process that works a request.

    Raises:
        NoReceiverError: The process is not deployed.
    """
    told = {**as_data(request), "reopen_reason": reopen_reason}
    payload = {**case.snapshot(session, project), "request": told}
    message = messages.correlate(
        session,
        actor,
        _STARTS[request.process_id],
        request.request_no,
        payload,
        scope_key=project.key,
    )
    request.instance_key = message.delivered_to
    session.flush()


def _look_after_spoken_notices(session: Session, request: ServiceRequest) -> None:
    """Remind the agent where the channel is the spoken word (A35)."""
    if request.channel in SPOKEN:
        calendar = calendars.calendar(session)
        request.remind_at = calendar.after(cache.now(session), FIRST_REMINDER)


def _as_requirement(
    session: Session, actor: Actor, project: Project, request: ServiceRequest
) -> None:
    """Before acceptance an issue is handled as a requirement of the project."""
    requirement = requirements.take_up(
        session,
        actor,
        project,
        title=request.title,
        description=request.description or request.title,
        origin=project.stage,
    )
    request.requirement_no = requirement.requirement_no
    request.instance_key = requirement.instance_key


def as_data(request: ServiceRequest) -> dict[str, Any]:
    """Return what the process knows of a request."""
    return {
        "request_no": request.request_no,
        "category": request.category,
        "module": request.module,
        "title": request.title,
        "description": request.description,
        "channel": request.channel,
        "priority": request.priority,
        "quantity": request.quantity,
        "caused_by_customer": request.caused_by_customer,
        "received_at": request.received_at,
        "source": request.source,
        "notice": request.notice,
        "reopened": request.reopened,
        "sla_respond_wh": _whole(request.sla_respond_wh),
        "sla_resolve_wh": _whole(request.sla_resolve_wh),
    }


def _whole(hours: float) -> int | float:
    return int(hours) if hours == int(hours) else hours
