"""Commands that turn the course of a project; each a message into its process."""

from datetime import date, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Transaction
from api.routers.projects import PeriodAnswer
from api.shapes import Answer, Body, Key
from company import reopening, turning_points
from engine.authorization import Permission

router = APIRouter(
    prefix="/v2/projects/{project_no}", tags=["projects"], route_class=CommandRoute
)

_ONE = "/v2/projects/{project_no}"
grant(
    Permission.COMMAND_PROJECTS,
    f"POST {_ONE}/emergencies",
    f"POST {_ONE}/plan-changes",
    f"POST {_ONE}/milestones-return",
    f"POST {_ONE}/requirements",
    f"POST {_ONE}/requirements/{{requirement_no}}/reopening",
    f"POST {_ONE}/termination",
    f"POST {_ONE}/repurchase",
    f"POST {_ONE}/closing",
    f"PATCH {_ONE}/service-period",
)


class EmergencyBody(Body):
    """What went wrong on site."""

    severity: Literal["stop", "major", "minor"]
    text: str = Field(min_length=1, max_length=4000)


class EmergencyRaised(Answer):
    """An emergency and the instance that handles it."""

    emergency_key: Key
    process_instance_key: Key
    raised_at: datetime


class ReasonBody(Body):
    """Why."""

    reason: str = Field(min_length=1, max_length=4000)


class RequirementBody(Body):
    """What the customer wants; ``origin`` is the project's stage where left out."""

    title: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=4000)
    origin: Literal["preparation", "implementation", "service"] | None = None


class RequirementRaised(Answer):
    """A requirement and the instance that works it."""

    requirement_no: str
    process_instance_key: Key
    raised_at: datetime


class PeriodPatch(Body):
    """The new end, exclusive: a date, or its midnight in China."""

    end_at: datetime | date
    reason: str = Field(min_length=1, max_length=4000)


@router.post("/emergencies", status_code=201, operation_id="raise_emergency")
def raise_emergency(
    project_no: str, body: EmergencyBody, actor: CurrentActor, session: Transaction
) -> EmergencyRaised:
    """Report an emergency that the implementation manager cannot control."""
    row = turning_points.raise_emergency(
        session, actor, project_no, severity=body.severity, text=body.text
    )
    return EmergencyRaised(
        emergency_key=row.key,
        process_instance_key=row.instance_key or 0,
        raised_at=row.raised_at,
    )


@router.post("/plan-changes", status_code=204, operation_id="change_plan")
def change_plan(
    project_no: str, body: ReasonBody, actor: CurrentActor, session: Transaction
) -> None:
    """Have the plan drafted, reviewed and confirmed again, beside the work."""
    turning_points.change_plan(session, actor, project_no, body.reason)


@router.post("/milestones-return", status_code=204, operation_id="return_milestones")
def return_milestones(
    project_no: str, body: ReasonBody, actor: CurrentActor, session: Transaction
) -> None:
    """Send the agreed schedule back, while the documents are not sent."""
    turning_points.return_milestones(session, actor, project_no, body.reason)


@router.post("/requirements", status_code=201, operation_id="raise_requirement")
def raise_requirement(
    project_no: str, body: RequirementBody, actor: CurrentActor, session: Transaction
) -> RequirementRaised:
    """Take up a special requirement of the customer."""
    row = turning_points.raise_requirement(
        session,
        actor,
        project_no,
        title=body.title,
        description=body.description,
        origin=body.origin,
    )
    return RequirementRaised(
        requirement_no=row.requirement_no,
        process_instance_key=row.instance_key or 0,
        raised_at=row.raised_at,
    )


@router.post(
    "/requirements/{requirement_no}/reopening", operation_id="reopen_requirement"
)
def reopen_requirement(
    project_no: str,
    requirement_no: str,
    body: ReasonBody,
    actor: CurrentActor,
    session: Transaction,
) -> RequirementRaised:
    """Take a closed requirement up again, within 30 days of its closing."""
    row = reopening.requirement(session, actor, project_no, requirement_no, body.reason)
    return RequirementRaised(
        requirement_no=row.requirement_no,
        process_instance_key=row.instance_key or 0,
        raised_at=row.raised_at,
    )


@router.post("/termination", status_code=204, operation_id="terminate_project")
def terminate_project(
    project_no: str, body: ReasonBody, actor: CurrentActor, session: Transaction
) -> None:
    """Terminate the contract: everything open is canceled, the close-out remains."""
    turning_points.terminate(session, actor, project_no, body.reason)


@router.post("/repurchase", status_code=204, operation_id="repurchase_service")
def repurchase_service(
    project_no: str, actor: CurrentActor, session: Transaction
) -> None:
    """Ask the sales manager to talk to a customer who wants to buy service."""
    turning_points.repurchase(session, actor, project_no)


@router.post("/closing", status_code=204, operation_id="close_project")
def close_project(project_no: str, actor: CurrentActor, session: Transaction) -> None:
    """Close a project without service; nothing more can happen in it."""
    turning_points.close(session, actor, project_no)


@router.patch("/service-period", operation_id="change_service_period")
def change_service_period(
    project_no: str, body: PeriodPatch, actor: CurrentActor, session: Transaction
) -> PeriodAnswer:
    """Move the end of the running service period."""
    period = turning_points.change_period(
        session,
        actor,
        project_no,
        end_on=turning_points.end_day(body.end_at),
        reason=body.reason,
    )
    return PeriodAnswer.model_validate(period)
