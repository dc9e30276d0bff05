"""Opening an issue in JIRA, or in the local tracker (R3.2.4, A34)."""

from typing import Any

from company import issues
from company.operations.calling import Parameters, project_of
from engine.connectors import ConnectorUnavailableError
from engine.operations import (
    OperationContext,
    Operations,
    RemoteContext,
    RemoteResult,
)

JIRA = "jira"


def register(operations: Operations) -> None:
    """Offer what is in here."""
    operations.register(
        "issue_tracker.create",
        create,
        remote=True,
        parameters=("case", "issue", "requirement"),
        prepare=prepare,
        apply=apply,
    )


def prepare(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Return what an issue needs, apart from the rest of the process data."""
    project = project_of(context)
    requirement = given.get("requirement") or {}
    return {
        "issue": dict(given["issue"]),
        "project_no": project.project_no,
        "requirement_no": requirement.get("requirement_no", ""),
        "reporter": context.actor.username,
    }


def create(context: RemoteContext, given: Parameters) -> RemoteResult:
    """Ask JIRA where it is connected; otherwise the local tracker does it in `apply`.

    Raises:
        ConnectorUnavailableError: JIRA does not answer, or without a key: it does
            so while it re-indexes, and asking again is the documented way out.
    """
    tracker = context.connectors.get(JIRA)
    if tracker is None:
        return RemoteResult(details={"job_key": context.key, "asked": dict(given)})
    answer = tracker.call("create_issue", given, key=str(context.key))
    if not answer.get("key"):
        raise ConnectorUnavailableError("JIRA", "no key")
    value = {"key": answer["key"], "url": answer.get("url") or ""}
    return RemoteResult(value=value, details={"requirement": given["requirement_no"]})


def apply(context: OperationContext, result: RemoteResult) -> dict[str, Any]:
    """Note the issue with its requirement; without JIRA, open it here."""
    project, details = project_of(context), result.details
    found: dict[str, Any]
    if result.value is None:
        found = issues.open_issue(
            context.session, project, details["asked"], job_key=details["job_key"]
        )
        number = details["asked"]["requirement_no"]
    else:
        found, number = result.value, details["requirement"]
    issues.note(context.session, number, found["key"])
    return found
