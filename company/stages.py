"""The stages of a project, and the moves between them (R0.1)."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from company.schema import Project
from engine import journal, scopes
from engine.actors import Actor
from engine.errors import ConflictError

PREPARATION = "preparation"
IMPLEMENTATION = "implementation"
SERVICE = "service"
LAPSED = "lapsed"
CLOSED = "closed"
TERMINATED = "terminated"

_MOVES = {
    PREPARATION: {IMPLEMENTATION, SERVICE, TERMINATED},
    IMPLEMENTATION: {SERVICE, TERMINATED},
    SERVICE: {LAPSED, TERMINATED},
    LAPSED: {SERVICE, CLOSED, TERMINATED},
    CLOSED: set(),
    TERMINATED: set(),
}
ALL = tuple(_MOVES)
_TERMINATING = "terminating"
OVER = (CLOSED, TERMINATED)


class IllegalStageError(ConflictError):
    """A project cannot go from one stage to the other."""

    code = "illegal-stage"

    def __init__(self, current: str, wanted: str) -> None:
        super().__init__(
            f"A project in stage {current} cannot enter stage {wanted}",
            f"项目当前阶段为{current},不能进入{wanted}",
        )


class WrongStageError(ConflictError):
    """The project's stage does not allow the command."""

    code = "wrong-stage"

    def __init__(self, project_no: str, stage: str) -> None:
        super().__init__(
            f"Project {project_no} is in stage {stage}, which does not allow this",
            f"项目{project_no}当前阶段为{stage},不能执行此操作",
        )


def enter(session: Session, actor: Actor, project: Project, stage: str) -> None:
    """Let a project enter a stage; entering the present one changes nothing.

    Raises:
        IllegalStageError: The present stage has no such successor.
    """
    if stage == project.stage:
        return
    if stage not in _MOVES[project.stage]:
        raise IllegalStageError(project.stage, stage)
    before, project.stage = project.stage, stage
    if stage in OVER:
        scopes.close_scope(session, project.key)
    journal.record(
        session,
        actor,
        "ProjectStageChanged",
        scope_key=project.key,
        details={"before": before, "after": stage},
    )


def require_going(project: Project) -> None:
    """Raise where the project is closed or terminated.

    Raises:
        WrongStageError: Nothing happens in it any more.
    """
    require(project, [stage for stage in ALL if stage not in OVER])


def require(project: Project, allowed: Collection[str]) -> None:
    """Raise unless the project is in one of the ``allowed`` stages.

    Raises:
        WrongStageError: It is in another, or its contract was terminated.
    """
    if project.details.get(_TERMINATING):
        raise WrongStageError(project.project_no, TERMINATED)
    if project.stage not in allowed:
        raise WrongStageError(project.project_no, project.stage)


def begin_termination(project: Project) -> None:
    """Let nothing new begin while a terminated contract is settled (X1)."""
    project.details = {**project.details, _TERMINATING: True}
