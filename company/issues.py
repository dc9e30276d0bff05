"""The local issue tracker: what stands in where no JIRA is connected."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import numbers
from company.schema import Issue, Project, Requirement
from engine import cache
from engine.schema import next_key


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


def note(session: Session, requirement_no: str, issue_key: str) -> None:
    """Store the key of an issue with its requirement."""
    requirement = session.scalar(
        select(Requirement).where(Requirement.requirement_no == requirement_no)
    )
    if requirement is not None:
        requirement.issue_key = issue_key
        session.flush()


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
