"""Projects: opening them and reading all that belongs to them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import AliasChoices, BeforeValidator, Field
from sqlalchemy import Row
from sqlalchemy.orm import Session

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.routers.customers import CustomerAnswer
from api.routers.customers import answer as customer_answer
from api.routers.documents import DocumentReference, reference
from api.routers.notifications import NoticeAnswer, notices_of
from api.shapes import Answer, Body, Fen, Found, Key, Listed, Search, page_of
from api.timeline import Entry, entries
from company import contracts, customers, projects
from company.numbers import ZONE
from company.openings import Opening, OpeningPeriod
from company.schema import Project
from engine import documents
from engine.authorization import Actor, Permission

router = APIRouter(prefix="/v2/projects", tags=["projects"], route_class=CommandRoute)

grant(Permission.OPEN_PROJECTS, "POST /v2/projects")
grant(
    Permission.READ_PROJECTS,
    "POST /v2/projects/search",
    "GET /v2/projects/{project_no}",
    "GET /v2/projects/{project_no}/timeline",
    "GET /v2/projects/{project_no}/documents",
    "GET /v2/projects/{project_no}/notifications",
    "GET /v2/projects/{project_no}/service-periods",
)


def _day(value: object) -> object:
    """Take the midnight that a day begins with in China for the day."""
    if isinstance(value, str) and "T" in value:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(ZONE).date() if moment.tzinfo else moment.date()
    return value


Day = Annotated[date, BeforeValidator(_day)]


class OpenPeriod(Body):
    """The service period of a project that is taken over; the end is exclusive."""

    start_on: Day = Field(validation_alias=AliasChoices("startOn", "startAt"))
    end_on: Day = Field(validation_alias=AliasChoices("endOn", "endAt"))
    kind: Literal["free", "paid"] = "free"
    number: int = Field(default=1, ge=1, le=100)
    months: int | None = Field(default=None, ge=1, le=1200)


class OpenContract(Body):
    """The contract of a project that is taken over; ``amount`` in fen."""

    contract_no: str = Field(min_length=1, max_length=100)
    signed_on: date
    amount: Fen = 0
    modules: list[str] = Field(default_factory=list, max_length=100)
    free_service_months: int | None = Field(default=None, ge=0, le=60)
    service_start_basis: Literal["acceptance", "contract_sign", "go_live"] = (
        "acceptance"
    )
    data_export_in_contract: bool = False
    data_export_promised: bool = False
    data_export_note: str = Field(default="", max_length=4000)


class OpenProject(Body):
    """A project for a signed contract; with ``stage`` it enters later in its life."""

    customer_key: Key
    sales_manager: str = Field(min_length=1, max_length=64)
    stage: Literal["preparation", "implementation", "service", "lapsed"] = "preparation"
    manager: str | None = Field(default=None, max_length=64)
    agent: str | None = Field(default=None, max_length=64)
    accepted_on: date | None = None
    go_live_on: date | None = None
    service_period: OpenPeriod | None = None
    contract: OpenContract | None = None

    def opening(self) -> Opening:
        """Return what the project enters with."""
        period = self.service_period
        return Opening(
            stage=self.stage,
            manager=self.manager,
            agent=self.agent,
            accepted_on=self.accepted_on,
            go_live_on=self.go_live_on,
            period=OpeningPeriod(**period.model_dump()) if period else None,
            contract=self.contract.model_dump(mode="json") if self.contract else None,
        )


class ProjectOpened(Answer):
    """What opening a project made."""

    project_no: str
    project_key: Key
    process_instance_key: Key


class MilestoneAnswer(Answer):
    """A row of the agreed schedule."""

    name: str
    start: date
    finish: date


class PeriodAnswer(Answer):
    """A service period; ``end_on`` is exclusive."""

    number: int
    kind: str
    start_on: date
    end_on: date


class ContractAnswer(Answer):
    """The contract, as far as the reader may know it.

    ``amount`` (fen) is there for the sales manager, the sales director and the
    service director alone.
    """

    contract_no: str
    signed_on: date
    modules: list[str]
    free_service_months: int | None
    service_start_basis: str
    amount: int | None = None


class ProjectSummary(Answer):
    """A project in a list."""

    project_no: str
    project_key: Key
    customer_name: str
    stage: str
    sales_manager: str
    manager: str | None
    agent: str | None
    created_at: datetime


class ProjectAnswer(ProjectSummary):
    """A project with its people, schedule, plan and periods."""

    customer: CustomerAnswer
    contract: ContractAnswer | None
    pm_record_no: str | None
    arrived_on: date | None
    accepted_on: date | None
    go_live_on: date | None
    lifecycle_key: Key | None
    milestones: list[MilestoneAnswer]
    plan_version: int | None
    plan: list[Any]
    service_periods: list[PeriodAnswer]


@router.post("", status_code=201, operation_id="create_project")
def create_project(
    body: OpenProject, actor: CurrentActor, session: Transaction
) -> ProjectOpened:
    """Open a project: its life cycle and its preparation start."""
    opened = projects.create(
        session,
        actor,
        customer_key=body.customer_key,
        sales_manager=body.sales_manager,
        opening=body.opening(),
    )
    return ProjectOpened(
        project_no=opened.project.project_no,
        project_key=opened.project.key,
        process_instance_key=opened.instance_key,
    )


@router.post("/search", operation_id="search_projects")
def search_projects(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[ProjectSummary]:
    """Find projects; a customer's own people find only their own."""
    found = projects.search(session, actor, body.query())
    return page_of(found, [summary(row) for row in found.items])


@router.get("/{project_no}", operation_id="get_project")
def get_project(
    project_no: str, actor: CurrentActor, session: Reading
) -> ProjectAnswer:
    """Return a project."""
    return answer(session, actor, projects.visible(session, actor, project_no))


@router.get("/{project_no}/timeline", operation_id="get_project_timeline")
def get_project_timeline(
    project_no: str, actor: CurrentActor, session: Reading
) -> Listed[Entry]:
    """Return what happened in a project, the newest first."""
    project = projects.visible(session, actor, project_no)
    return Listed(items=entries(session, actor, scope_key=project.key))


@router.get("/{project_no}/documents", operation_id="get_project_documents")
def get_project_documents(
    project_no: str, actor: CurrentActor, session: Reading
) -> Listed[DocumentReference]:
    """Return the documents of a project that the caller may read."""
    project = projects.visible(session, actor, project_no)
    rows = documents.readable(session, actor, project.key)
    return Listed(items=[reference(row) for row in rows])


@router.get("/{project_no}/notifications", operation_id="get_project_notifications")
def get_project_notifications(
    project_no: str, actor: CurrentActor, session: Reading
) -> Listed[NoticeAnswer]:
    """Return what people were told in a project; customers see their own notices."""
    project = projects.visible(session, actor, project_no)
    return Listed(items=notices_of(session, actor, project.key))


@router.get("/{project_no}/service-periods", operation_id="get_service_periods")
def get_service_periods(
    project_no: str, actor: CurrentActor, session: Reading
) -> Listed[PeriodAnswer]:
    """Return the service periods of a project."""
    project = projects.visible(session, actor, project_no)
    return Listed(items=_periods(session, project))


def summary(row: Row[Any]) -> ProjectSummary:
    """Return a project for a list."""
    return ProjectSummary.model_validate({**row._asdict(), "project_key": row.key})


def answer(session: Session, actor: Actor, row: Project) -> ProjectAnswer:
    """Return a project as ``actor`` may know it."""
    plan = projects.plan(session, row)
    return ProjectAnswer.model_validate(
        {
            **_summary(session, row),
            "customer": customer_answer(
                session, customers.get(session, row.customer_key)
            ),
            "contract": _contract(session, actor, row),
            "pm_record_no": row.pm_record_no,
            "arrived_on": row.arrived_on,
            "accepted_on": row.accepted_on,
            "go_live_on": row.go_live_on,
            "lifecycle_key": row.lifecycle_key,
            "milestones": [
                MilestoneAnswer.model_validate(m)
                for m in projects.milestones(session, row)
            ],
            "plan_version": plan.version if plan else None,
            "plan": plan.phases if plan else [],
            "service_periods": _periods(session, row),
        }
    )


def _summary(session: Session, row: Project) -> dict[str, Any]:
    return {
        "project_no": row.project_no,
        "project_key": row.key,
        "customer_name": customers.get(session, row.customer_key).name,
        "stage": row.stage,
        "sales_manager": row.sales_manager,
        "manager": row.manager,
        "agent": row.agent,
        "created_at": row.created_at,
    }


def _contract(session: Session, actor: Actor, row: Project) -> ContractAnswer | None:
    contract = projects.contract_of(session, row)
    if contract is None or actor.is_customer:
        return None
    full = contracts.may_read_full(session, actor, row.key)
    return ContractAnswer(
        contract_no=contract.contract_no,
        signed_on=contract.signed_on,
        modules=contracts.modules_of(session, contract.key),
        free_service_months=contract.free_service_months,
        service_start_basis=contract.service_start_basis,
        amount=contract.amount_fen if full else None,
    )


def _periods(session: Session, row: Project) -> list[PeriodAnswer]:
    return [
        PeriodAnswer.model_validate(p) for p in projects.service_periods(session, row)
    ]
