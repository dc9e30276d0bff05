"""Issues in JIRA, or in the local tracker (R3.2.4, A34)."""

from typing import Any

from company import issue_following, issues
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
    for name, function, parameters in (
        ("issue_tracker.comment", comment, ("issue_key", "text")),
        ("issue_tracker.transition", move, ("issue_key", "to")),
    ):
        operations.register(
            name, function, remote=True, parameters=parameters, apply=apply_change
        )
    issue_following.register(operations)


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
        issues.note(context.session, number, found["key"], issues.OPEN)
        return found
    found = result.value
    issues.note(context.session, details["requirement"], found["key"])
    issue_following.follow(context.session, found["key"], context.instance.key)
    return found


def comment(context: RemoteContext, given: Parameters) -> RemoteResult:
    """Comment on an issue.

    Raises:
        ConnectorUnavailableError: JIRA does not answer; it is tried again.
    """
    return _changed(context, "comment", given)


def move(context: RemoteContext, given: Parameters) -> RemoteResult:
    """Give an issue another status.

    Raises:
        ConnectorUnavailableError: JIRA does not answer; it is tried again.
        ConnectorRefusedError: The issue cannot get there from where it stands.
    """
    return _changed(context, "transition", given)


def apply_change(context: OperationContext, result: RemoteResult) -> dict[str, Any]:
    """Note how the issue stands now; without JIRA, change it here."""
    asked = result.details
    if result.value is not None:
        found = dict(result.value)
        issues.stands(context.session, asked["issue_key"], **found)
        return found
    if "text" in asked:
        issues.comment(context.session, context.actor, **asked)
    else:
        issues.move(context.session, **asked)
    return {"status": issues.status_of(context.session, asked["issue_key"])}


def _changed(context: RemoteContext, action: str, given: Parameters) -> RemoteResult:
    tracker = context.connectors.get(JIRA)
    value = None
    if tracker is not None:
        value = tracker.call(action, given, key=str(context.key))
    return RemoteResult(value=value, details=dict(given))
