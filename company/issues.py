"""Issues of requirements: the local tracker, and how an issue stands in JIRA.

The local tracker stands in where no JIRA is connected.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import numbers
from company.schema import Issue, Project, Requirement
from engine import cache, journal
from engine.actors import SYSTEM, Actor
from engine.errors import NotFoundError
from engine.schema import next_key

OPEN, CLOSED = "open", "closed"


class IssueNotFoundError(NotFoundError):
    """The local tracker has no such issue."""

    code = "issue-not-found"

    def __init__(self, issue_key: str) -> None:
        super().__init__(f"There is no issue {issue_key}", f"没有问题{issue_key}")


def open_issue(
    session: Session, project: Project, asked: Mapping[str, Any], *, job_key: int
) -> dict[str, Any]:
    """Open an issue; the same job asking again gets the one that it opened.

    Returns:
        ``key`` (``REQ-1``) and ``url``, which is a path on this server.
    """
    issue = session.scalar(select(Issue).where(Issue.job_key == job_key))
    if issue is None:
        issue = _add(session, project, asked, job_key)
    return {"key": issue.issue_key, "url": f"/projects/{project.project_no}"}


def note(
    session: Session, requirement_no: str, issue_key: str, status: str | None = None
) -> None:
    """Store the key of an issue with its requirement, and how it stands if known."""
    requirement = session.scalar(
        select(Requirement).where(Requirement.requirement_no == requirement_no)
    )
    if requirement is not None:
        requirement.issue_key, requirement.issue_status = issue_key, status
        session.flush()


def stands(
    session: Session, issue_key: str, status: str, *, updated: str = ""
) -> Requirement | None:
    """Note how an issue stands; return its requirement where that is news.

    ``updated`` is the tracker's own time: what is older than what is known comes
    late and says nothing.
    """
    requirement = session.scalar(
        select(Requirement).where(Requirement.issue_key == issue_key).with_for_update()
    )
    if requirement is None or updated < (requirement.issue_updated or ""):
        return None
    requirement.issue_updated = updated or requirement.issue_updated
    if requirement.issue_status == status:
        session.flush()
        return None
    requirement.issue_status = status
    session.flush()
    journal.record(
        session,
        SYSTEM,
        "IssueStatusChanged",
        scope_key=requirement.project_key,
        details={
            "requirement_no": requirement.requirement_no,
            "issue": issue_key,
            "status": status,
        },
    )
    return requirement


def comment(session: Session, actor: Actor, issue_key: str, text: str) -> None:
    """Add a comment in the local tracker."""
    issue = _local(session, issue_key)
    at = cache.now(session).isoformat()
    issue.comments = [*issue.comments, {"text": text, "at": at, "by": actor.username}]
    session.flush()


def move(session: Session, issue_key: str, to: str) -> None:
    """Give an issue of the local tracker another status."""
    _local(session, issue_key).status = to
    stands(session, issue_key, to)


def end(session: Session, issue_key: str, text: str) -> None:
    """Close an issue with a last comment, where the local tracker has it."""
    known = select(Issue.key).where(Issue.issue_key == issue_key)
    if session.scalar(known) is not None:
        comment(session, SYSTEM, issue_key, text)
        move(session, issue_key, CLOSED)


def status_of(session: Session, issue_key: str) -> str:
    """Return how an issue of the local tracker stands."""
    return _local(session, issue_key).status


def _local(session: Session, issue_key: str) -> Issue:
    issue = session.scalar(
        select(Issue).where(Issue.issue_key == issue_key).with_for_update()
    )
    if issue is None:
        raise IssueNotFoundError(issue_key)
    return issue


def of_project(session: Session, project_key: int) -> Sequence[Issue]:
    """Return the issues of a project that the local tracker holds."""
    return session.scalars(
        select(Issue).where(Issue.project_key == project_key).order_by(Issue.key)
    ).all()


def _add(
    session: Session, project: Project, asked: Mapping[str, Any], job_key: int
) -> Issue:
    given = asked["issue"]
    issue = Issue(
        key=next_key(),
        issue_key=numbers.running(session, numbers.ISSUE),
        job_key=job_key,
        project_key=project.key,
        requirement_no=asked["requirement_no"],
        title=given["title"],
        description=given.get("description") or "",
        business_reason=given.get("business_reason") or "",
        urgency=given["urgency"],
        module=given.get("module") or "",
        blocks_operation=bool(given.get("blocks_operation")),
        created_at=cache.now(session),
        created_by=asked["reporter"],
    )
    session.add(issue)
    session.flush()
    return issue
