"""Service requests: brought, followed, withdrawn."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, Field
from sqlalchemy import Row
from sqlalchemy.orm import Session

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body, Found, Key, Search, page_of
from company import clock_stops, clocks, reopening, request_search, service_desk
from company.schema import Project, ServiceRequest
from company.service_requests import Intake
from engine import cache
from engine.authorization import Actor, Permission

router = APIRouter(
    prefix="/v2/service-requests", tags=["service requests"], route_class=CommandRoute
)

grant(
    Permission.RAISE_REQUESTS,
    "POST /v2/service-requests",
    "POST /v2/service-requests/{request_no}/problems",
    "POST /v2/service-requests/{request_no}/told",
    "POST /v2/service-requests/{request_no}/withdrawal",
    "POST /v2/service-requests/{request_no}/reopening",
)
grant(
    Permission.READ_REQUESTS,
    "POST /v2/service-requests/search",
    "GET /v2/service-requests/{request_no}",
)

Channel = Literal["phone", "wechat", "qq", "email", "portal", "visit"]
Category = Literal[
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
]


class RequestBody(Body):
    """A request as the customer or somebody for him brings it."""

    project_no: str = Field(min_length=1, max_length=40)
    channel: Channel = "portal"
    category: Category
    module: str | None = Field(default=None, max_length=200)
    title: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=4000)
    priority: Literal["P1", "P2", "P3", "P4"] = "P3"
    quantity: int | None = Field(default=None, ge=1, le=100_000)
    caused_by_customer: bool = False
    received_at: AwareDatetime | None = None


class RequestReceived(Answer):
    """A new request; ``notice`` is the sentence that the customer is to hear at once.

    In the channels phone and visit somebody has to say it (``toTell``).
    """

    request_no: str
    process_definition_id: str
    process_instance_key: Key | None
    notice: str | None
    notice_template: str | None
    to_tell: bool
    suggested_scope: str | None
    respond_by: datetime
    resolve_by: datetime


class ClockAnswer(Answer):
    """The times of a request; ``…_in_time`` is null while that is open and not late.

    ``state`` is running, paused (then ``pausedSince`` says since when; the due times
    are those of that moment) or stopped.
    """

    received_at: datetime
    respond_by: datetime
    responded_at: datetime | None
    response_in_time: bool | None
    resolve_by: datetime
    resolved_at: datetime | None
    resolution_in_time: bool | None
    state: str
    paused_since: datetime | None


class RequestAnswer(Answer):
    """A request; ``result`` is null while it is open."""

    request_no: str
    project_no: str
    channel: str
    category: str
    module: str
    title: str
    description: str
    priority: str
    quantity: int
    caused_by_customer: bool
    source: str
    visit_no: str | None
    received_by: str
    process_definition_id: str
    process_instance_key: Key | None
    requirement_no: str | None
    notice_template: str | None
    suggested_scope: str | None
    scope: str | None
    clock: ClockAnswer
    rounds: int
    state: str
    result: str | None
    score: int | None
    charge: int
    standard_amount: int | None
    customer_person: str
    closed_at: datetime | None
    reopened: int


class RequestDetails(RequestAnswer):
    """A request with the sentences that somebody has to speak out yet."""

    to_tell: list[str]


class ProblemBody(Body):
    """What stands in the way."""

    text: str = Field(min_length=1, max_length=4000)


class ToldBody(Body):
    """When the customer was told."""

    at: AwareDatetime


class ToldAnswer(Answer):
    """How many notices are proved now."""

    told: int


class ReopeningBody(Body):
    """Why a closed request is taken up again."""

    reason: str = Field(min_length=1, max_length=4000)


class WithdrawalBody(Body):
    """Who at the customer does not want it any more."""

    customer_person: str = Field(min_length=1, max_length=200)


@router.post("", status_code=201, operation_id="create_service_request")
def create_service_request(
    body: RequestBody, actor: CurrentActor, session: Transaction
) -> RequestReceived:
    """Bring a request; its entitlement decides which process works it."""
    row = service_desk.submit(session, actor, body.project_no, _intake(body, actor))
    notice = service_desk.notice_at_intake(session, row)
    return RequestReceived(
        request_no=row.request_no,
        process_definition_id=row.process_id,
        process_instance_key=row.instance_key,
        notice=notice.body if notice else None,
        notice_template=row.notice or None,
        to_tell=bool(notice and notice.sent_at is None),
        suggested_scope=row.suggested_scope,
        respond_by=row.respond_by,
        resolve_by=row.resolve_by,
    )


@router.post("/search", operation_id="search_service_requests")
def search_service_requests(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[RequestAnswer]:
    """Find requests; customers find only their own."""
    found = request_search.search(session, actor, body.query())
    return page_of(found, answers(session, found.items))


@router.get("/{request_no}", operation_id="get_service_request")
def get_service_request(
    request_no: str, actor: CurrentActor, session: Reading
) -> RequestDetails:
    """Return a request with its clock, suggestion and outcome."""
    row = service_desk.visible(session, actor, request_no)
    known = answers(session, [row])[0].model_dump(by_alias=False)
    waiting = [] if actor.is_customer else service_desk.untold(session, row)
    return RequestDetails.model_validate(
        {**known, "to_tell": list(dict.fromkeys(each.body for each in waiting))}
    )


@router.post(
    "/{request_no}/problems", status_code=204, operation_id="report_request_problem"
)
def report_request_problem(
    request_no: str, body: ProblemBody, actor: CurrentActor, session: Transaction
) -> None:
    """Ask the service management to coordinate; the request goes on."""
    service_desk.report_problem(session, actor, request_no, body.text)


@router.post("/{request_no}/told", operation_id="prove_request_told")
def prove_request_told(
    request_no: str, body: ToldBody, actor: CurrentActor, session: Transaction
) -> ToldAnswer:
    """Prove that the customer heard the fixed sentences of a request."""
    return ToldAnswer(told=service_desk.told(session, actor, request_no, body.at))


@router.post(
    "/{request_no}/withdrawal",
    status_code=204,
    operation_id="withdraw_service_request",
)
def withdraw_service_request(
    request_no: str, body: WithdrawalBody, actor: CurrentActor, session: Transaction
) -> None:
    """End a request because the customer wants so; nobody else can."""
    service_desk.withdraw(session, actor, request_no, body.customer_person)


@router.post("/{request_no}/reopening", operation_id="reopen_service_request")
def reopen_service_request(
    request_no: str, body: ReopeningBody, actor: CurrentActor, session: Transaction
) -> RequestAnswer:
    """Take a closed request up again, within 30 days of its closing."""
    row = reopening.request(session, actor, request_no, body.reason)
    return answers(session, [row])[0]


def answers(
    session: Session, rows: Sequence[ServiceRequest | Row[Any]]
) -> list[RequestAnswer]:
    """Return requests for a list."""
    now = cache.now(session)
    return [_answer(session, row, now) for row in rows]


def _answer(
    session: Session, row: ServiceRequest | Row[Any], now: datetime
) -> RequestAnswer:
    project = session.get_one(Project, row.project_key)
    return RequestAnswer(
        request_no=row.request_no,
        project_no=project.project_no,
        channel=row.channel,
        category=row.category,
        module=row.module,
        title=row.title,
        description=row.description,
        priority=row.priority,
        quantity=row.quantity,
        caused_by_customer=row.caused_by_customer,
        source=row.source,
        visit_no=row.visit_no,
        received_by=row.received_by,
        process_definition_id=row.process_id,
        process_instance_key=row.instance_key,
        requirement_no=row.requirement_no,
        notice_template=row.notice or None,
        suggested_scope=row.suggested_scope,
        scope=row.scope,
        clock=_clock(row, now),
        rounds=row.rounds,
        state="open" if row.closed_at is None else "closed",
        result=row.result,
        score=row.score,
        charge=row.charge_fen,
        standard_amount=row.standard_fen,
        customer_person=row.customer_person,
        closed_at=row.closed_at,
        reopened=row.reopened,
    )


def _clock(row: ServiceRequest | Row[Any], now: datetime) -> ClockAnswer:
    return ClockAnswer(
        received_at=row.received_at,
        respond_by=row.respond_by,
        responded_at=row.responded_at,
        response_in_time=clock_stops.in_time(
            row, row.respond_by, row.responded_at, now
        ),
        resolve_by=row.resolve_by,
        resolved_at=row.resolved_at,
        resolution_in_time=clock_stops.in_time(
            row, row.resolve_by, row.resolved_at, now
        ),
        state=clocks.state_of(row),
        paused_since=row.paused_at,
    )


def _intake(body: RequestBody, actor: Actor) -> Intake:
    return Intake(
        channel=body.channel,
        category=body.category,
        module=body.module or "",
        title=body.title,
        description=body.description,
        priority=body.priority,
        quantity=body.quantity or 1,
        caused_by_customer=body.caused_by_customer,
        received_at=body.received_at,
        source="customer" if actor.is_customer else "staff",
    )
