"""What is open in a project beside its main work."""

from dataclasses import asdict, dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from company import stages
from company.schema import (
    ClockStop,
    Emergency,
    Project,
    Requirement,
    ServicePeriod,
    ServiceRequest,
    Visit,
)
from engine import cache
from engine.lifecycles import ElementState, InstanceState, UserTaskState
from engine.schema import ElementInstance, ProcessInstance, UserTask

_PLAN_CHANGE = "CA_plan_change"
_EMERGENCY_TASKS = ("UT_respond_emergency", "UT_close_emergency")
CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class OpenMatters:
    """How many plan changes, emergencies and requirements are open."""

    plan_changes: int
    emergencies: int
    requirements: int

    def as_data(self) -> dict[str, int]:
        """Return them as process data."""
        return asdict(self)


def count(session: Session, project_key: int) -> OpenMatters:
    """Count what is open in a project."""
    return OpenMatters(
        plan_changes=_plan_changes(session, project_key),
        emergencies=_emergencies(session, project_key),
        requirements=_requirements(session, project_key),
    )


def close_all(session: Session, project: Project) -> None:
    """Mark what ended with the project as canceled (X1)."""
    now, mine = cache.now(session), {"project_key": project.key}
    stages.begin_termination(project)
    session.flush()
    session.execute(update(ServicePeriod).filter_by(**mine).values(next_notice_at=None))
    mine_alone = select(ServiceRequest.key).filter_by(**mine)
    session.execute(
        update(ClockStop)
        .where(ClockStop.ended_at.is_(None), ClockStop.request_key.in_(mine_alone))
        .values(ended_at=now)
    )
    session.execute(update(ServiceRequest).filter_by(**mine).values(paused_at=None))
    for table in (Requirement, ServiceRequest):
        session.execute(
            update(table)
            .filter_by(**mine)
            .where(table.closed_at.is_(None))
            .values(result=CANCELED, closed_at=now)
        )
    session.execute(
        update(Emergency)
        .filter_by(**mine)
        .where(Emergency.closed_at.is_(None))
        .values(closed_at=now)
    )
    session.execute(
        update(Visit)
        .filter_by(**mine)
        .where(Visit.closed_at.is_(None))
        .values(state=CANCELED, result=CANCELED, closed_at=now)
    )


def _plan_changes(session: Session, project_key: int) -> int:
    running = (
        select(func.count(ElementInstance.key))
        .join(ProcessInstance, ProcessInstance.key == ElementInstance.instance_key)
        .where(
            ProcessInstance.scope_key == project_key,
            ProcessInstance.state == InstanceState.ACTIVE,
            ElementInstance.element_id == _PLAN_CHANGE,
            ElementInstance.state == ElementState.ACTIVE,
        )
    )
    return session.scalar(running) or 0


def _emergencies(session: Session, project_key: int) -> int:
    asked = select(func.count(UserTask.key)).where(
        UserTask.scope_key == project_key,
        UserTask.element_id.in_(_EMERGENCY_TASKS),
        UserTask.state == UserTaskState.CREATED,
    )
    return session.scalar(asked) or 0


def _requirements(session: Session, project_key: int) -> int:
    open_ones = select(func.count(Requirement.key)).where(
        Requirement.project_key == project_key, Requirement.closed_at.is_(None)
    )
    return session.scalar(open_ones) or 0
