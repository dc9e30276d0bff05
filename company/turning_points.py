"""Commands that turn the course of a running project.

Each is a message into the running process; where the process does not wait for it,
the stage does not allow it and the command is a conflict.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from company import case, period_ends, periods, projects, requirements, site, stages
from company.numbers import ZONE
from company.schema import Emergency, Project, Requirement, ServicePeriod
from engine import authorization, cache, journal, messages
from engine.actors import Actor
from engine.errors import ConflictError, InvalidInputError, Problem, Text

_MANAGER = ("implementation_manager",)
_RAISERS = (
    "implementation_manager",
    "customer_service_agent",
    "service_management",
)
_TERMINATORS = ("service_director", "sales_manager")
_SELLERS = (
    "sales_manager",
    "sales_director",
    "service_director",
    "customer_service_agent",
    "customer_contact",
)
_CLOSERS = ("sales_manager", "sales_director", "service_director")
_LIVE = (stages.PREPARATION, stages.IMPLEMENTATION, stages.SERVICE, stages.LAPSED)


class NoPeriodError(ConflictError):
    """The project has no service period that could be changed."""

    code = "no-service-period"

    def __init__(self) -> None:
        super().__init__(
            "The project has no running service period", "该项目没有正在进行的服务期"
        )


def raise_emergency(
    session: Session, actor: Actor, project_no: str, *, severity: str, text: str
) -> Emergency:
    """Report what is beyond the manager's power (R2.3.1).

    Raises:
        ProjectNotFoundError: There is none, as far as the actor may know.
        DutyMissingError: The actor is not the project's manager.
        WrongStageError: The project is not being implemented.
    """
    project = _project(session, actor, project_no, _MANAGER, [stages.IMPLEMENTATION])
    row = site.raised(session, actor, project, severity=severity, text=text)
    payload = {"severity": severity, "text": text, "emergency_key": str(row.key)}
    row.instance_key = _send(session, actor, project, "emergency.raised", payload)
    session.flush()
    return row


def change_plan(session: Session, actor: Actor, project_no: str, reason: str) -> None:
    """Re-open the approval of the plan (R2.1.2).

    Raises:
        ProjectNotFoundError: There is none, as far as the actor may know.
        DutyMissingError: The actor is not the project's manager.
        WrongStageError: The project is not being implemented.
        NoReceiverError: The work has been declared complete.
    """
    project = _project(session, actor, project_no, _MANAGER, [stages.IMPLEMENTATION])
    payload = {"reason": reason, "case": case.snapshot(session, project)}
    _send(session, actor, project, "plan.change_requested", payload)


def return_milestones(
    session: Session, actor: Actor, project_no: str, reason: str
) -> None:
    """Send the agreed schedule back to be drafted again (R1.2.2).

    Raises:
        ProjectNotFoundError: There is none, as far as the actor may know.
        DutyMissingError: The actor does not appoint managers.
        WrongStageError: The project is not being prepared.
        NoReceiverError: The documents have been sent already.
    """
    project = _project(
        session, actor, project_no, ["manager_appointer"], [stages.PREPARATION]
    )
    payload = {"by": actor.username, "reason": reason}
    _send(session, actor, project, "milestones.returned", payload)


def raise_requirement(
    session: Session,
    actor: Actor,
    project_no: str,
    *,
    title: str,
    description: str,
    origin: str | None,
) -> Requirement:
    """Take up a special requirement of the customer (R3.2.1).

    ``origin`` is the stage of the project where it is left out.

    Raises:
        ProjectNotFoundError: There is none, as far as the actor may know.
        DutyMissingError: The actor neither manages nor serves the project.
        WrongStageError: The project is out of service.
    """
    project = _project(session, actor, project_no, _RAISERS, requirements.ORIGINS)
    return requirements.take_up(
        session,
        actor,
        project,
        title=title,
        description=description,
        origin=origin or project.stage,
    )


def terminate(session: Session, actor: Actor, project_no: str, reason: str) -> None:
    """End the contract: all that runs is cut off, the close-out remains (X1).

    Raises:
        ProjectNotFoundError: There is none, as far as the actor may know.
        DutyMissingError: It is for the service director or the sales manager.
        WrongStageError: The project is over.
        NoReceiverError: The close-out runs already.
    """
    project = _project(session, actor, project_no, _TERMINATORS, _LIVE)
    _journal(session, actor, project, "ContractTerminated", reason=reason)
    _send(session, actor, project, "contract.terminated", {"reason": reason})


def repurchase(session: Session, actor: Actor, project_no: str) -> None:
    """Take note that a customer without service wants to buy some (X2).

    Raises:
        ProjectNotFoundError: There is none, as far as the actor may know.
        DutyMissingError: It is for sales, service or the customer to say.
        WrongStageError: The customer has service, or the project is over.
        NoReceiverError: The customer is being asked already.
    """
    allowed = (stages.LAPSED, stages.SERVICE)
    project = _project(session, actor, project_no, _SELLERS, allowed)
    _send(session, actor, project, "service.repurchase", {"by": actor.username})


def close(session: Session, actor: Actor, project_no: str) -> None:
    """Close a project whose customer buys no service any more (X2).

    Raises:
        ProjectNotFoundError: There is none, as far as the actor may know.
        DutyMissingError: It is for sales or the service director.
        WrongStageError: The project has not lapsed.
    """
    project = _project(session, actor, project_no, _CLOSERS, [stages.LAPSED])
    _send(session, actor, project, "project.close", {"by": actor.username})


def change_period(
    session: Session, actor: Actor, project_no: str, *, end_on: date, reason: str
) -> ServicePeriod:
    """Move the (exclusive) end of the running service period (X4).

    Raises:
        ProjectNotFoundError: There is none, as far as the actor may know.
        DutyMissingError: It is for the service director.
        WrongStageError: The project is not in service.
        NoPeriodError: No period is running.
        InvalidInputError: The new end is not after today.
    """
    project = _project(
        session, actor, project_no, ["service_director"], [stages.SERVICE]
    )
    period = periods.newest(session, project.key)
    today = cache.now(session).astimezone(ZONE).date()
    if period is None or period.end_on <= today:
        raise NoPeriodError
    _require_future(end_on, today, period)
    before, period.end_on = period.end_on, end_on
    period_ends.schedule(session, period)
    session.flush()
    _journal(
        session,
        actor,
        project,
        "ServicePeriodChanged",
        before=before.isoformat(),
        after=end_on.isoformat(),
        reason=reason,
    )
    messages.correlate(
        session,
        actor,
        "service.period_changed",
        f"{project.project_no}/{period.number}",
        {
            "end_on": end_on,
            "reason": reason,
            "case": case.snapshot(session, project),
        },
    )
    return period


def end_day(value: date | datetime) -> date:
    """Return the exclusive last day that a moment means in China."""
    return value.astimezone(ZONE).date() if isinstance(value, datetime) else value


def _project(
    session: Session,
    actor: Actor,
    project_no: str,
    duties: Collection[str],
    allowed: Collection[str],
) -> Project:
    """Lock a project, and check who asks and whether the stage allows it."""
    project = projects.visible(session, actor, project_no)
    authorization.require_duty(session, actor, duties, project.key)
    project = projects.get(session, project_no, lock=True)
    stages.require(project, allowed)
    return project


def _send(
    session: Session,
    actor: Actor,
    project: Project,
    name: str,
    payload: dict[str, Any],
) -> int | None:
    message = messages.correlate(
        session,
        actor,
        name,
        project.project_no,
        payload,
        scope_key=project.key,
    )
    return message.delivered_to


def _journal(
    session: Session, actor: Actor, project: Project, event: str, **details: str
) -> None:
    journal.record(session, actor, event, scope_key=project.key, details=details)


def _require_future(end_on: date, today: date, period: ServicePeriod) -> None:
    if end_on > today and end_on > period.start_on:
        return
    text = Text(
        f"The new end must be later than today ({today.isoformat()})",
        f"新的截止日期须晚于今天({today.isoformat()})",
    )
    problem = Problem("/endAt", "end-not-in-future", text)
    raise InvalidInputError(text.en, text.zh, (problem,))
