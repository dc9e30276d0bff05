"""What processes record with their project, its stage and its periods."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete

from company import matters, period_ends, periods, quotations, receivables, stages
from company.operations.calling import Parameters, case_of, day_of, project_of
from company.quotations import Settlement
from company.schema import Milestone, PlanVersion, Project, ServicePeriod
from engine import instances, scopes
from engine.operations import OperationContext, Operations
from engine.schema import next_key

CANCELED = "contract terminated"


def register(operations: Operations) -> None:
    """Offer what is in here."""
    operations.register("project.record", record, parameters=("case", "values"))
    operations.register("project.set_stage", set_stage, parameters=("case", "stage"))
    operations.register(
        "project.open_period",
        open_period,
        parameters=("case", "acceptance", "period"),
    )
    operations.register(
        "project.cancel_instances", cancel_instances, parameters=("case", "reason")
    )
    operations.register("project.open_matters", open_matters, parameters=("case",))


def record(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Write to the project what a process found out; returns the new case.

    Known values: ``milestones``, ``plan``, ``team``, ``on_site_on``,
    ``pm_record_no``; whatever else is given is kept among the project's details.
    """
    project = project_of(context)
    for name, value in given["values"].items():
        write = _RECORDED.get(name)
        if write is None:
            project.details = {**project.details, name: value}
        else:
            write(context, project, value)
    return case_of(context, given, project)


def set_stage(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Let the project enter a stage (R0.1).

    Raises:
        IllegalStageError: The present stage has no such successor.
    """
    project = project_of(context)
    stages.enter(context.session, context.actor, project, given["stage"])
    return case_of(context, given, project)


def open_period(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Open a service period and enter the stage ``service`` (R4.0.2, R5.3.1)."""
    project, period = project_of(context), given.get("period")
    acceptance = given.get("acceptance") or {}
    project.accepted_on = day_of(acceptance.get("accepted_on")) or project.accepted_on
    project.go_live_on = (
        day_of(acceptance.get("go_live_on"))
        or project.go_live_on
        or project.accepted_on
    )
    if period is not None:
        _add_period(context, project, period)
    stages.enter(context.session, context.actor, project, "service")
    return case_of(context, given, project)


def cancel_instances(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Cancel every other running instance of the project (X1)."""
    project = project_of(context)
    canceled = instances.cancel_all(
        context.session,
        context.actor,
        scope_key=project.key,
        reason=CANCELED,
        spare=context.instance.key,
    )
    matters.close_all(context.session, project)
    return {"canceled": canceled, "reason": given.get("reason")}


def open_matters(context: OperationContext, _: Parameters) -> dict[str, Any]:
    """Count what is open in the project, and say what deviation is tolerated."""
    project = project_of(context)
    tolerance = context.session.info["settings"].tracking.tolerance_days
    counts = matters.count(context.session, project.key)
    return {**counts.as_data(), "tolerance_days": tolerance}


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
            start_on=day_of(period["start_on"]),
            end_on=day_of(period["end_on"]),
            fee_fen=period.get("fee") or 0,
        )
    )
    context.session.flush()
    if opened := periods.newest(context.session, project.key):
        period_ends.schedule(context.session, opened)
        _charge(context, project, opened)


def _charge(context: OperationContext, project: Project, period: ServicePeriod) -> None:
    """A period that was bought is owed with its beginning (R5.2.1)."""
    if not period.fee_fen:
        return
    number = f"{project.project_no}/{period.number}"
    settlement = Settlement(
        kind="renewal",
        subject_no=number,
        title=f"服务期{period.start_on:%Y-%m-%d}至{period.end_on:%Y-%m-%d}",
        service_type="renewal",
        outcome="agreed_paid",
        amount=period.fee_fen,
        standard=period.fee_fen,
    )
    quotations.settle(context.session, project, settlement, context.instance.key)
    receivables.charge(context.session, project, "renewal", number, period.fee_fen)


def _record_milestones(
    context: OperationContext, project: Project, rows: list[dict[str, Any]]
) -> None:
    session = context.session
    session.execute(delete(Milestone).where(Milestone.project_key == project.key))
    session.add_all(
        Milestone(
            key=next_key(),
            project_key=project.key,
            position=position,
            name=row["name"],
            start=day_of(row["start"]),
            finish=day_of(row["finish"]),
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
            details={
                "start": _text(plan.get("start")),
                "finish": _text(plan.get("finish")),
                "reason": plan.get("reason"),
            },
            confirmed_at=context.now,
        )
    )


def _text(day: Any) -> str | None:
    return day.isoformat() if isinstance(day, date) else day


def _record_team(context: OperationContext, project: Project, team: list[str]) -> None:
    scopes.set_members(context.session, project.key, "project.team", team)
    project.details = {**project.details, "team": team}


def _record_arrival(_: OperationContext, project: Project, day: Any) -> None:
    project.arrived_on = day_of(day)


def _record_number(_: OperationContext, project: Project, number: str) -> None:
    project.pm_record_no = number


_RECORDED: Mapping[str, Callable[[OperationContext, Project, Any], None]] = {
    "milestones": _record_milestones,
    "plan": _record_plan,
    "team": _record_team,
    "on_site_on": _record_arrival,
    "pm_record_no": _record_number,
}
