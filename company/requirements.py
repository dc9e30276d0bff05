"""Special requirements of customers: raised, followed, closed (三.2)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from company import case, numbers, receivables, stages
from company.schema import Project, Requirement
from engine import cache, journal, messages
from engine import search as searching
from engine.actors import Actor
from engine.errors import NotFoundError
from engine.schema import next_key
from engine.search import Found, Query, Searchable

PROCESS = "requirement_development"
MESSAGE = "requirement.raised"
ORIGINS = (stages.PREPARATION, stages.IMPLEMENTATION, stages.SERVICE)
"""Where a requirement comes from is the stage in which it was raised."""

_TABLE: Table = Requirement.metadata.tables["requirement"]
_PROJECTS: Table = Project.metadata.tables["project"]
_SEARCHABLE = Searchable(
    {
        "requirementKey": searching.key(_TABLE.c.key),
        "requirementNo": searching.text(_TABLE.c.requirement_no),
        "projectNo": searching.text(_PROJECTS.c.project_no),
        "title": searching.text(_TABLE.c.title),
        "origin": searching.text(_TABLE.c.origin),
        "issueKey": searching.text(_TABLE.c.issue_key, nullable=True),
        "result": searching.text(_TABLE.c.result, nullable=True),
        "raisedAt": searching.moment(_TABLE.c.raised_at),
        "raisedBy": searching.text(_TABLE.c.raised_by),
        "closedAt": searching.moment(_TABLE.c.closed_at, nullable=True),
    },
    _TABLE.c.key,
)


class RequirementNotFoundError(NotFoundError):
    """There is no such requirement."""

    code = "requirement-not-found"

    def __init__(self, number: str) -> None:
        super().__init__(f"There is no requirement {number}", f"没有需求{number}")


def get(session: Session, number: str) -> Requirement:
    """Return a requirement by its number.

    Raises:
        RequirementNotFoundError: There is none.
    """
    found = select(Requirement).where(Requirement.requirement_no == number)
    requirement = session.scalar(found)
    if requirement is None:
        raise RequirementNotFoundError(number)
    return requirement


def take_up(
    session: Session,
    actor: Actor,
    project: Project,
    *,
    title: str,
    description: str,
    origin: str,
) -> Requirement:
    """Write a requirement down and start its process (R3.2.1).

    Raises:
        NoReceiverError: The process is not deployed.
    """
    requirement = Requirement(
        key=next_key(),
        requirement_no=numbers.of_year(session, numbers.REQUIREMENT),
        project_key=project.key,
        title=title,
        description=description,
        origin=origin,
        raised_at=cache.now(session),
        raised_by=actor.username,
    )
    session.add(requirement)
    session.flush()
    journal.record(
        session,
        actor,
        "RequirementRaised",
        scope_key=project.key,
        details={"requirement_no": requirement.requirement_no, "title": title},
    )
    begin(session, actor, project, requirement)
    return requirement


def begin(
    session: Session,
    actor: Actor,
    project: Project,
    requirement: Requirement,
    reopen_reason: str = "",
) -> None:
    """Start the process that works a requirement.

    Raises:
        NoReceiverError: The process is not deployed.
    """
    told = {**as_data(requirement), "reopen_reason": reopen_reason}
    message = messages.correlate(
        session,
        actor,
        MESSAGE,
        requirement.requirement_no,
        {**case.snapshot(session, project), "requirement": told},
        scope_key=project.key,
    )
    requirement.instance_key = message.delivered_to
    session.flush()


def as_data(requirement: Requirement) -> dict[str, Any]:
    """Return what the process knows of a requirement."""
    return {
        "requirement_no": requirement.requirement_no,
        "title": requirement.title,
        "description": requirement.description,
        "origin": requirement.origin,
        "raised_by": requirement.raised_by,
        "reopened": requirement.reopened,
    }


def close(session: Session, number: str, outcome: Mapping[str, Any]) -> Requirement:
    """Write down how a requirement ended: ``result``, ``issue_key``, ``charge``."""
    requirement = get(session, number)
    requirement.result = outcome["result"]
    requirement.issue_key = outcome.get("issue_key") or requirement.issue_key
    requirement.charge_fen = int(outcome.get("charge") or 0)
    requirement.closed_at = cache.now(session)
    session.flush()
    project = session.get_one(Project, requirement.project_key)
    receivables.charge(session, project, "requirement", number, requirement.charge_fen)
    return requirement


def of_project(session: Session, project_key: int) -> Sequence[Requirement]:
    """Return the requirements of a project, the newest first."""
    return session.scalars(
        select(Requirement)
        .where(Requirement.project_key == project_key)
        .order_by(Requirement.key.desc())
    ).all()


def search(session: Session, query: Query, project_key: int) -> Found[Row[Any]]:
    """Return the requirements of a project that somebody looks for.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    rows = (
        select(_TABLE, _PROJECTS.c.project_no)
        .join(_PROJECTS, _PROJECTS.c.key == _TABLE.c.project_key)
        .where(_TABLE.c.project_key == project_key)
    )
    return _SEARCHABLE.search(session, rows, query)
