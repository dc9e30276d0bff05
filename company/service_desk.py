"""What people do with service requests outside their tasks: bring, warn, withdraw."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import clock_stops, projects, service_requests, stages
from company.schema import Project, ServiceRequest
from company.service_requests import Intake, RequestNotFoundError
from engine import authorization, cache, journal, messages, notifications, steps
from engine.actors import Actor
from engine.errors import ConflictError, InvalidInputError, Problem, Text
from engine.schema import Notification

_BRINGERS = (
    "customer_service_agent",
    "customer_contact",
    "implementation_manager",
    "sales_manager",
    "service_management",
)
_WORKERS = (
    "customer_service_agent",
    "sales_manager",
    "business_owner",
    "service_director",
    "service_management",
)
_WITHDRAWERS = ("customer_contact", "customer_service_agent", "sales_manager")
_TELLERS = ("customer_service_agent", "sales_manager", "service_management")
_CLOCKS_DIFFER = timedelta(minutes=5)


class RequestClosedError(ConflictError):
    """The request is closed already."""

    code = "service-request-closed"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Service request {number} is closed", f"服务请求{number}已办结"
        )


def submit(
    session: Session, actor: Actor, project_no: str, intake: Intake
) -> ServiceRequest:
    """Bring a request: the customer himself, or staff for him (R4.3.0).

    Raises:
        ProjectNotFoundError: There is none, as far as the actor may know.
        DutyMissingError: The actor has nothing to do with the customer.
        WrongStageError: The project is closed or terminated.
        InvalidInputError: It is to have been received in the future.
    """
    project = projects.visible(session, actor, project_no)
    if not _serves_customers(actor):
        authorization.require_duty(session, actor, _BRINGERS, project.key)
    _require_past(session, intake.received_at)
    return service_requests.receive(session, actor, project, intake)


def visible(session: Session, actor: Actor, number: str) -> ServiceRequest:
    """Return a request that the actor may see.

    Raises:
        RequestNotFoundError: There is none, as far as the actor may know.
    """
    request = service_requests.get(session, number)
    if not authorization.may_see_scope(session, actor, request.project_key):
        raise RequestNotFoundError(number)
    return request


def report_problem(session: Session, actor: Actor, number: str, text: str) -> None:
    """Submit a problem with a request for coordination (R4.3.6.2, R0.4).

    The request goes on meanwhile.

    Raises:
        RequestNotFoundError: There is none, as far as the actor may know.
        DutyMissingError: The actor does not work on it.
        RequestClosedError: It is closed.
        NoReceiverError: It is worked as a requirement.
    """
    request = _open(session, actor, number, _WORKERS)
    _send(session, actor, request, "service_request.problem", {"text": text})


def withdraw(session: Session, actor: Actor, number: str, customer_person: str) -> None:
    """End a request because the customer does not want it any more (R4.3.6.1).

    Nobody else can end it: there is no refusal.

    Raises:
        RequestNotFoundError: There is none, as far as the actor may know.
        DutyMissingError: The actor is neither the customer nor serves him.
        RequestClosedError: It is closed.
        NoReceiverError: It is worked as a requirement.
    """
    request = _open(session, actor, number, _WITHDRAWERS)
    payload = {"customer_person": customer_person}
    _send(session, actor, request, "service_request.withdrawn", payload)


def pause(session: Session, actor: Actor, number: str, note: str) -> None:
    """Let the clock stand while the customer has something to answer (X7).

    Raises:
        RequestNotFoundError: There is none, as far as the actor may know.
        DutyMissingError: The actor does not work on it.
        RequestClosedError: It is closed.
        ClockStandsError: The clock stands already.
    """
    clock_stops.pause(session, actor, _held(session, actor, number, _WORKERS), note)


def resume(session: Session, actor: Actor, number: str, note: str) -> None:
    """Let the clock run again: the customer has answered, or says so himself.

    Raises:
        RequestNotFoundError: There is none, as far as the actor may know.
        DutyMissingError: The actor neither works on it nor is the customer.
        RequestClosedError: It is closed.
        ClockRunsError: The clock is not paused.
    """
    duties = (*_WORKERS, "customer_contact")
    clock_stops.resume(session, actor, _held(session, actor, number, duties), note)


def told(session: Session, actor: Actor, number: str, at: datetime) -> int:
    """Prove that the customer was told by word of mouth; return how many notices.

    Raises:
        RequestNotFoundError: There is none, as far as the actor may know.
        DutyMissingError: The actor does not serve the customer.
        NothingToTellError: Every notice has gone out, or was told before.
        InvalidInputError: ``at`` lies in the future.
    """
    request = visible(session, actor, number)
    authorization.require_duty(session, actor, _TELLERS, request.project_key)
    _require_past(session, at)
    rows = untold(session, request)
    if not rows:
        raise notifications.NothingToTellError
    for row in rows:
        notifications.told(session, actor, row.key, at)
    journal.record(
        session,
        actor,
        "CustomerTold",
        scope_key=request.project_key,
        instance=request.instance_key,
        details={"request_no": number, "at": at.isoformat()},
    )
    return len(rows)


def untold(session: Session, request: ServiceRequest) -> Sequence[Notification]:
    """Return the notices of a request that somebody has to speak out yet."""
    return session.scalars(
        select(Notification)
        .where(
            Notification.instance_key == request.instance_key,
            Notification.channel.in_(notifications.SPOKEN),
            Notification.sent_at.is_(None),
        )
        .order_by(Notification.key)
    ).all()


def notice_at_intake(session: Session, request: ServiceRequest) -> Notification | None:
    """Return the fixed sentence that receiving the request sent, if it sent one."""
    if not request.notice:
        return None
    return session.scalar(
        select(Notification)
        .where(
            Notification.instance_key == request.instance_key,
            Notification.template == f"{request.notice}_expired",
        )
        .order_by(Notification.key)
        .limit(1)
    )


def _open(
    session: Session, actor: Actor, number: str, duties: Sequence[str]
) -> ServiceRequest:
    request = visible(session, actor, number)
    authorization.require_duty(session, actor, duties, request.project_key)
    stages.require_going(session.get_one(Project, request.project_key))
    if request.closed_at is not None:
        raise RequestClosedError(number)
    return request


def _held(
    session: Session, actor: Actor, number: str, duties: Sequence[str]
) -> ServiceRequest:
    """Return an open request that nobody else changes meanwhile.

    The instance is locked first, in the order in which commands take rows.
    """
    request = _open(session, actor, number, duties)
    if request.instance_key is not None:
        steps.lock(session, request.instance_key)
    session.refresh(request, with_for_update=True)
    if request.closed_at is not None:
        raise RequestClosedError(number)
    return request


def _send(
    session: Session,
    actor: Actor,
    request: ServiceRequest,
    name: str,
    payload: dict[str, str],
) -> None:
    messages.correlate(session, actor, name, request.request_no, payload)


def _serves_customers(actor: Actor) -> bool:
    """An agent takes any customer's call, also while a colleague is away."""
    return "customer_service_agent" in actor.positions


def _require_past(session: Session, moment: datetime | None) -> None:
    if moment is None or moment <= cache.now(session) + _CLOCKS_DIFFER:
        return
    text = Text("This time lies in the future", "该时间晚于当前时间")
    problem = Problem("/receivedAt", "time-in-future", text)
    raise InvalidInputError(text.en, text.zh, (problem,))
