"""Projects: from the signed contract to the last day of service."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from company import case, customers, numbers, openings
from company.openings import Opening
from company.schema import (
    Contract,
    Customer,
    Milestone,
    PlanVersion,
    Project,
    ServicePeriod,
)
from engine import authorization, cache, duties, journal, messages, scopes
from engine import search as searching
from engine.authorization import Actor
from engine.errors import (
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    Problem,
    Text,
)
from engine.schema import ScopeMember, UserAccount
from engine.search import Found, Query, Searchable

_TABLE: Table = Project.metadata.tables["project"]
_CUSTOMERS: Table = Customer.metadata.tables["customer"]
_SEARCHABLE = Searchable(
    {
        "text": searching.text(_TABLE.c.project_no + " " + _CUSTOMERS.c.name),
        "projectKey": searching.key(_TABLE.c.key),
        "projectNo": searching.text(_TABLE.c.project_no),
        "customerKey": searching.key(_TABLE.c.customer_key),
        "customerName": searching.text(_CUSTOMERS.c.name),
        "stage": searching.text(_TABLE.c.stage),
        "salesManager": searching.text(_TABLE.c.sales_manager),
        "manager": searching.text(_TABLE.c.manager, nullable=True),
        "agent": searching.text(_TABLE.c.agent, nullable=True),
        "createdAt": searching.moment(_TABLE.c.created_at),
    },
    _TABLE.c.key,
)
_OPENERS = ("sales_director", "service_director")


class ProjectNotFoundError(NotFoundError):
    """There is no such project, or not for this actor."""

    code = "project-not-found"

    def __init__(self, project_no: str) -> None:
        super().__init__(f"There is no project {project_no}", f"没有项目{project_no}")


class NotASalesManagerError(InvalidInputError):
    """A project needs a sales manager of the company."""

    code = "not-a-sales-manager"

    def __init__(self, username: str) -> None:
        text = Text(
            f"{username} is no active sales manager", f"{username}不是在职销售经理"
        )
        problem = Problem("/salesManager", "not-a-sales-manager", text)
        super().__init__(text.en, text.zh, (problem,))


class MayNotOpenProjectError(NotAllowedError):
    """Projects are opened by their sales manager or his superiors."""

    code = "may-not-open-project"

    def __init__(self) -> None:
        super().__init__(
            "Only the sales manager himself, the sales director or the service "
            "director may open a project",
            "只有该项目的销售经理本人、销售部负责人或项目服务负责人可以立项",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What opening a project made."""

    project: Project
    instance_key: int


def create(
    session: Session,
    actor: Actor,
    *,
    customer_key: int,
    sales_manager: str,
    opening: Opening | None = None,
) -> Opened:
    """Open a project for a signed contract and start its life cycle (R0.1, R1.1.1).

    ``opening`` lets it enter at a later stage.

    Raises:
        OpeningInvalidError: What was given does not fit that stage.
        CustomerNotFoundError: There is no such customer.
        NotASalesManagerError: The person is no active sales manager.
        MayNotOpenProjectError: The actor may not open this person's projects.
    """
    customer = customers.get(session, customer_key)
    _require_sales_manager(session, sales_manager)
    _require_opener(session, actor, sales_manager)
    if opening is not None:
        openings.check(session, opening)
    project_no = numbers.of_year(session, numbers.PROJECT)
    title = f"{project_no} {customer.name}"
    scope = scopes.open_scope(session, "project", project_no, title)
    project = Project(
        key=scope.key,
        project_no=project_no,
        customer_key=customer.key,
        sales_manager=sales_manager,
        agent=customer.agent,
        created_at=cache.now(session),
        created_by=actor.username,
    )
    session.add(project)
    session.flush()
    _assign(session, project)
    if opening is not None:
        openings.take_over(session, project, opening)
    journal.record(
        session,
        actor,
        "ProjectOpened",
        scope_key=project.key,
        details={
            "project_no": project_no,
            "customer": customer.number,
            "stage": project.stage,
        },
    )
    message = messages.publish(
        session,
        actor,
        "project.created",
        project_no,
        case.snapshot(session, project),
        scope_key=project.key,
    )
    if message.delivered_to is None:
        raise LifecycleMissingError
    project.lifecycle_key = message.delivered_to
    session.flush()
    return Opened(project=project, instance_key=message.delivered_to)


class LifecycleMissingError(InvalidInputError):
    """No deployed process starts with a project."""

    code = "lifecycle-missing"

    def __init__(self) -> None:
        super().__init__(
            "No deployed process starts with project.created; deploy the life cycle",
            "没有已部署的流程可由“项目建立”启动,请先部署项目生命周期流程",
        )


def get(session: Session, project_no: str, *, lock: bool = False) -> Project:
    """Return a project by its number.

    Raises:
        ProjectNotFoundError: There is no such project.
    """
    query = select(Project).where(Project.project_no == project_no)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    project = session.scalar(query)
    if project is None:
        raise ProjectNotFoundError(project_no)
    return project


def visible(session: Session, actor: Actor, project_no: str) -> Project:
    """Return a project that ``actor`` may see.

    Raises:
        ProjectNotFoundError: There is none, or a customer asks for another's.
    """
    project = get(session, project_no)
    if not authorization.may_see_scope(session, actor, project.key):
        raise ProjectNotFoundError(project_no)
    return project


def search(session: Session, actor: Actor, query: Query) -> Found[Row[Any]]:
    """Return the projects that the actor may see, with ``customer_name``.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    rows = select(_TABLE, _CUSTOMERS.c.name.label("customer_name")).join(
        _CUSTOMERS, _CUSTOMERS.c.key == _TABLE.c.customer_key
    )
    if actor.is_customer:
        own = select(ScopeMember.scope_key).where(
            ScopeMember.username == actor.username
        )
        rows = rows.where(_TABLE.c.key.in_(own))
    return _SEARCHABLE.search(session, rows, query)


def contract_of(session: Session, project: Project) -> Contract | None:
    """Return the project's contract, once it is registered."""
    return session.scalar(select(Contract).where(Contract.project_key == project.key))


def milestones(session: Session, project: Project) -> Sequence[Milestone]:
    """Return the agreed schedule (R1.2.2), in order."""
    return session.scalars(
        select(Milestone)
        .where(Milestone.project_key == project.key)
        .order_by(Milestone.position)
    ).all()


def plan(session: Session, project: Project) -> PlanVersion | None:
    """Return the plan in force: the newest that the customer confirmed."""
    return session.scalar(
        select(PlanVersion)
        .where(PlanVersion.project_key == project.key)
        .order_by(PlanVersion.version.desc())
        .limit(1)
    )


def service_periods(session: Session, project: Project) -> Sequence[ServicePeriod]:
    """Return the service periods, the first first."""
    return session.scalars(
        select(ServicePeriod)
        .where(ServicePeriod.project_key == project.key)
        .order_by(ServicePeriod.number)
    ).all()


def _assign(session: Session, project: Project) -> None:
    key = project.key
    scopes.set_members(session, key, "project.sales_manager", [project.sales_manager])
    portal = customers.portal_users(session, project.customer_key)
    scopes.set_members(session, key, "customer.contacts", list(portal))
    if project.agent:
        scopes.set_members(session, key, "customer.agent", [project.agent])


def _require_sales_manager(session: Session, username: str) -> None:
    account = session.get(UserAccount, username)
    positions = duties.in_force(session).positions_of(username)
    if account is None or not account.active or "sales_manager" not in positions:
        raise NotASalesManagerError(username)


def _require_opener(session: Session, actor: Actor, sales_manager: str) -> None:
    if actor.username == sales_manager or actor.administrator:
        return
    if any(authorization.holds_duty(session, actor, d, None) for d in _OPENERS):
        return
    raise MayNotOpenProjectError


def may_open_any(session: Session, actor: Actor) -> bool:
    """Tell whether there is a project that the actor might open."""
    own = "sales_manager" in actor.positions
    superior = any(authorization.holds_duty(session, actor, d, None) for d in _OPENERS)
    return own or superior or actor.administrator
