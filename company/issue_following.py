"""Following issues in JIRA: how they stand, and what became of their requirements.

JIRA tells by a webhook, or is asked every few minutes. When a requirement is closed,
its issue hears of it.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import issues
from company.schema import Requirement
from engine import clock, jobs
from engine.connectors import ConnectorUnavailableError
from engine.connectors.jira import COMMENT, MOVE, STATUS, standing
from engine.errors import MalformedRequestError, NotSignedInError
from engine.operations import Operations, RemoteContext, RemoteResult
from engine.settings import JiraSettings, Settings

SYSTEM_NAME = "jira"
READ, TELL = "issue_tracker.read_status", "issue_tracker.tell_result"
_FOR_EVER = 1_000_000
_PREFIX = "sha256="
_RESULTS = {
    "screened": "已说服客户,不再需要",
    "solved": "已用现有功能解决",
    "not_developed": "经评估不开发",
    "withdrawn": "客户撤回",
    "closed_no_dev": "结束,不开发",
    "delivered": "已交付",
    "canceled": "已取消",
}


class UnsignedEventError(NotSignedInError):
    """Whoever sent the event did not prove that he is JIRA."""

    code = "event-unsigned"

    def __init__(self) -> None:
        super().__init__(
            "The event is not signed with the secret in FUWU_JIRA__WEBHOOK_SECRET",
            "该事件未用FUWU_JIRA__WEBHOOK_SECRET中的密钥签名",
        )


class StrangeEventError(MalformedRequestError):
    """The event does not say which issue it is about."""

    code = "event-malformed"

    def __init__(self) -> None:
        super().__init__(
            "The event has no issue with a key and a status",
            "该事件中没有带编号和状态的问题",
        )


def register(operations: Operations) -> None:
    """Let jobs ask and tell JIRA."""
    operations.register(
        READ,
        read_status,
        remote=True,
        parameters=("issue_key",),
        note=note_status,
        attempts=_FOR_EVER,
    )
    operations.register(
        TELL, tell_result, remote=True, parameters=("issue_key", "text", "to")
    )


def follow(session: Session, issue_key: str, instance_key: int) -> None:
    """Ask how an issue stands from now on, unless JIRA tells by itself.

    Failures are told at the instance that opened it.
    """
    settings = _settings(session)
    if settings is None or settings.webhook_secret or not settings.poll_minutes:
        return
    given, minutes = {"issue_key": issue_key}, settings.poll_minutes
    _enqueue(session, READ, given, instance_key, minutes)


def closed(session: Session, requirement: Requirement) -> None:
    """Tell the issue of a requirement what became of it."""
    if requirement.issue_key is None:
        return
    result = requirement.result or ""
    told = _RESULTS.get(result, result)
    text = f"需求{requirement.requirement_no}:{told}"
    settings = _settings(session)
    if settings is None:
        issues.end(session, requirement.issue_key, text)
        return
    to = settings.transitions.get(result, "")
    given = {"issue_key": requirement.issue_key, "text": text, "to": to}
    _enqueue(session, TELL, given, requirement.instance_key)


def hear(
    session: Session, content: bytes, signature: str, event: Mapping[str, Any]
) -> None:
    """Take what JIRA's webhook tells.

    ``signature`` is the header ``X-Hub-Signature`` over ``content``.

    Raises:
        UnsignedEventError: It is not JIRA that speaks.
        StrangeEventError: It does not say how which issue stands.
    """
    settings = _settings(session)
    if settings is None or settings.webhook_secret is None:
        raise UnsignedEventError
    secret = settings.webhook_secret.get_secret_value().encode()
    expected = _PREFIX + hmac.new(secret, content, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise UnsignedEventError
    issue = event.get("issue")
    if not isinstance(issue, Mapping) or not issue.get("key"):
        raise StrangeEventError
    try:
        stands = standing(issue)
    except (AttributeError, TypeError, ConnectorUnavailableError) as error:
        raise StrangeEventError from error
    issues.stands(session, str(issue["key"]), **stands)


def read_status(context: RemoteContext, given: Mapping[str, Any]) -> RemoteResult:
    """Ask JIRA how an issue stands.

    Raises:
        ConnectorUnavailableError: It does not answer; it is tried again.
    """
    tracker = context.connectors.get(SYSTEM_NAME)
    value = None
    if tracker is not None:
        value = tracker.call(STATUS, given, key=str(context.key))
    return RemoteResult(value=value, details=dict(given))


def note_status(session: Session, result: RemoteResult) -> float | None:
    """Note how an issue stands; ask again while its requirement is open."""
    settings, key = _settings(session), result.details["issue_key"]
    if result.value is None or settings is None:
        return None
    issues.stands(session, key, **result.value)
    still_open = select(Requirement.key).where(
        Requirement.issue_key == key, Requirement.closed_at.is_(None)
    )
    if session.scalar(still_open) is None or not settings.poll_minutes:
        return None
    return settings.poll_minutes * 60


def tell_result(context: RemoteContext, given: Mapping[str, Any]) -> RemoteResult:
    """Comment on an issue, and move it where the settings say where to.

    Raises:
        ConnectorUnavailableError: JIRA does not answer; it is tried again.
        ConnectorRefusedError: It will not.
    """
    tracker = context.connectors.get(SYSTEM_NAME)
    if tracker is not None:
        tracker.call(COMMENT, given, key=str(context.key))
        if given["to"]:
            tracker.call(MOVE, given, key=str(context.key))
    return RemoteResult()


def _settings(session: Session) -> JiraSettings | None:
    settings: Settings = session.info["settings"]
    return settings.jira


def _enqueue(
    session: Session,
    operation: str,
    parameters: Mapping[str, Any],
    instance_key: int | None,
    minutes: float = 0,
) -> None:
    jobs.enqueue(
        session,
        kind="operation",
        operation=operation,
        payload={
            "parameters": dict(parameters),
            "result": "",
            "caused_by": instance_key and str(instance_key),
        },
        due_at=clock.system_now() + timedelta(minutes=minutes),
        waited_for=False,
    )
