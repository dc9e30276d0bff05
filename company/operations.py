"""What the company's diagrams can call; all of it is local to the transaction."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from company import case, contracts
from company.schema import Milestone, PlanVersion, Project, ServicePeriod
from engine import instances, notifications, scopes
from engine.errors import ConflictError, InvalidInputError
from engine.operations import OperationContext, Operations
from engine.schema import next_key

Parameters = Mapping[str, Any]

_STAGES = {
    "preparation": {"implementation", "service", "terminated"},
    "implementation": {"service", "terminated"},
    "service": {"lapsed", "terminated"},
    "lapsed": {"service", "closed", "terminated"},
    "closed": set(),
    "terminated": set(),
}


class NoProjectError(ConflictError):
    """The operation was called by an instance that belongs to no project."""

    code = "no-project"

    def __init__(self) -> None:
        super().__init__(
            "This instance belongs to no project; start it through a project",
            "该流程实例不属于任何项目,请通过项目启动",
        )


class IllegalStageError(ConflictError):
    """A project cannot go from one stage to the other."""

    code = "illegal-stage"

    def __init__(self, current: str, wanted: str) -> None:
        super().__init__(
            f"A project in stage {current} cannot enter stage {wanted}",
            f"项目当前阶段为{current},不能进入{wanted}",
        )


class NominationsDifferError(InvalidInputError):
    """The appointers did not name the same person."""

    code = "nominations-differ"

    def __init__(self) -> None:
        super().__init__(
            "The nominations are not unanimous", "实施经理人选不一致,不能指定"
        )


def register(operations: Operations) -> None:
    """Offer everything in here to the diagrams."""
    operations.register("case.merge_contract", merge_contract)
    operations.register("project.set_manager", set_manager)
    operations.register("project.record", record)
    operations.register("project.set_stage", set_stage)
    operations.register("project.open_period", open_period)
    operations.register("project.cancel_instances", cancel_instances)


def merge_contract(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Register the contract and return the case without amount (R1.1.1)."""
    project = _project(context)
    contracts.register(context.session, project, given["contract"])
    return case.snapshot(context.session, project)


def set_manager(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Appoint the unanimous nominee and release the redacted contract.

    R1.2.1 and R1.1.3: from now on the redacted contract is also the manager's.

    Raises:
        NominationsDifferError: The nominations name different people.
    """
    nominees = {item["nominee"] for item in given["nominations"]}
    if len(nominees) != 1:
        raise NominationsDifferError
    (manager,) = nominees
    project = _project(context)
    project.manager = manager
    scopes.set_members(context.session, project.key, "project.manager", [manager])
    paper = contracts.release_redacted(context.session, project)
    notifications.notify(
        context.session,
        context.actor,
        [manager],
        notifications.Wording(template="contract_released"),
        notifications.Cause(
            scope_key=project.key,
            instance_key=context.instance.key,
            element_id=context.element_id,
            deployment_key=context.deployment_key,
        ),
        attached=[paper] if paper else [],
    )
    return case.snapshot(context.session, project)


def record(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Write to the project what a process found out; returns the new case.

    Known values: ``milestones``, ``plan``, ``team``, ``on_site_on``,
    ``pm_record_no``; whatever else is given is kept among the project's details.
    """
    project = _project(context)
    for name, value in given["values"].items():
        write = _RECORDED.get(name)
        if write is None:
            project.details = {**project.details, name: value}
        else:
            write(context, project, value)
    context.session.flush()
    return case.snapshot(context.session, project)


def set_stage(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Let the project enter a stage (R0.1).

    Raises:
        IllegalStageError: The present stage has no such successor.
    """
    project, stage = _project(context), given["stage"]
    if stage != project.stage:
        if stage not in _STAGES[project.stage]:
            raise IllegalStageError(project.stage, stage)
        project.stage = stage
    return case.snapshot(context.session, project)


def open_period(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Open a service period and enter the stage ``service`` (R4.0.2, R5.3.1)."""
    project, period = _project(context), given.get("period")
    acceptance = given.get("acceptance") or {}
    project.accepted_on = _day(acceptance.get("accepted_on")) or project.accepted_on
    project.go_live_on = (
        _day(acceptance.get("go_live_on")) or project.go_live_on or project.accepted_on
    )
    if period is not None:
        _add_period(context, project, period)
    return set_stage(context, {"stage": "service"})


def _add_period(
    context: OperationContext, project: Project, period: Parameters
) -> None:
    context.session.add(
        ServicePeriod(
            key=next_key(),
            project_key=project.key,
            number=period["no"],
            kind=period["kind"],
            months=period["months"],
            start_on=_day(period["start_on"]),
            end_on=_day(period["end_on"]),
            fee_fen=period.get("fee") or 0,
        )
    )
    context.session.flush()


def cancel_instances(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Cancel every other running instance of the project (X1)."""
    project = _project(context)
    canceled = instances.cancel_all(
        context.session,
        context.actor,
        scope_key=project.key,
        reason="contract terminated",
        spare=context.instance.key,
    )
    return {"canceled": canceled, "reason": given.get("reason")}


def _project(context: OperationContext) -> Project:
    key = context.scope_key
    project = None if key is None else context.session.get(Project, key)
    if project is None:
        raise NoProjectError
    return project


def _day(text: Any) -> date | None:
    if text is None or isinstance(text, date):
        return text
    return date.fromisoformat(text)


def _record_milestones(
    context: OperationContext, project: Project, rows: list[dict[str, Any]]
) -> None:
    session: Session = context.session
    session.execute(delete(Milestone).where(Milestone.project_key == project.key))
    session.add_all(
        Milestone(
            key=next_key(),
            project_key=project.key,
            position=position,
            name=row["name"],
            start=date.fromisoformat(row["start"]),
            finish=date.fromisoformat(row["finish"]),
        )
        for position, row in enumerate(rows, start=1)
    )


def _record_plan(
    context: OperationContext, project: Project, plan: dict[str, Any]
) -> None:
    context.session.add(
        PlanVersion(
            key=next_key(),
            project_key=project.key,
            version=plan["version"],
            phases=plan["phases"],
            details={n: plan.get(n) for n in ("start", "finish", "reason")},
            confirmed_at=context.now,
        )
    )


def _record_team(context: OperationContext, project: Project, team: list[str]) -> None:
    scopes.set_members(context.session, project.key, "project.team", team)
    project.details = {**project.details, "team": team}


def _record_arrival(_: OperationContext, project: Project, day: str) -> None:
    project.arrived_on = date.fromisoformat(day)


def _record_number(_: OperationContext, project: Project, number: str) -> None:
    project.pm_record_no = number


_RECORDED: dict[str, Any] = {
    "milestones": _record_milestones,
    "plan": _record_plan,
    "team": _record_team,
    "on_site_on": _record_arrival,
    "pm_record_no": _record_number,
}
