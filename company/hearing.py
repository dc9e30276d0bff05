"""What the company takes note of while processes run: messages and completions.

Figures that people ask for years later must not be dug out of process data; they are
written to rows at the moment in which they become true.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from company import (
    agenda,
    case,
    customers,
    issue_following,
    papers,
    requirements,
    service_requests,
    site,
    visits,
)
from company.schema import Project, ServiceRequest
from engine import cache, duties, notifications
from engine.actors import SYSTEM, Actor
from engine.notifications import Cause, Wording
from engine.schema import UserTask

Values = Mapping[str, Any]
_LOW = 2
_RESPONSE = "UT_respond_emergency"
_MANAGEMENT = "service_management"


class Sender(Protocol):
    """The instance that published something."""

    @property
    def key(self) -> int: ...  # noqa: D102 - named as the column


def install(info: dict[str, Any]) -> None:
    """Let the engine tell the company what it listens to."""
    info["renew"] = case.renewed_payload
    info["published"] = published
    info["completed"] = completed
    info["papers"] = papers.data
    info.setdefault("agenda", []).extend(agenda.sources())


def published(
    session: Session, actor: Actor, _: Sender, name: str, payload: Values
) -> None:
    """Hear a message that its process only publishes."""
    if hear := _PUBLISHED.get(name):
        hear(session, actor, payload)


def completed(session: Session, _: Actor, task: UserTask, answers: Values) -> None:
    """Hear that somebody has completed a task."""
    if task.element_id == _RESPONSE:
        site.responded(session, task.instance_key, task, cache.now(session))
    note = _COMPLETED.get(task.element_id)
    if note is None:
        return
    request = service_requests.of_instance(session, task.instance_key)
    if request is not None:
        note(request, answers, cache.now(session))
        session.flush()


def _request_closed(session: Session, actor: Actor, payload: Values) -> None:
    request = service_requests.close(session, actor, payload["request_no"], payload)
    _worry(session, request.project_key, request.request_no, request.score)


def _requirement_closed(session: Session, actor: Actor, payload: Values) -> None:
    closed = requirements.close(session, payload["requirement_no"], payload)
    issue_following.closed(session, closed)
    service_requests.close_with_requirement(
        session, actor, closed.requirement_no, payload["result"]
    )


def _visit_closed(session: Session, _: Actor, payload: Values) -> None:
    visit = visits.close(
        session,
        payload["visit_no"],
        result=payload["result"],
        score=payload.get("score"),
        onsite=bool(payload.get("onsite")),
    )
    _worry(session, visit.project_key, visit.visit_no, visit.score)


def _worry(session: Session, project_key: int, number: str, score: int | None) -> None:
    """Tell the service management of a customer who is not content (R0.2, R0.4)."""
    if score is None or score > _LOW:
        return
    project = session.get_one(Project, project_key)
    customer = customers.get(session, project.customer_key)
    values = {"customer": customer.name, "number": number, "score": score}
    people = duties.resolve(session, _MANAGEMENT, project_key)
    wording = Wording(template="low_score", values=values)
    notifications.notify(session, SYSTEM, people, wording, Cause(scope_key=project_key))


def _judged(request: ServiceRequest, answers: Values, now: datetime) -> None:
    request.responded_at = request.responded_at or now
    if answers["scope"] != "unclear":
        request.scope = answers["scope"]


def _responded(request: ServiceRequest, _: Values, now: datetime) -> None:
    request.responded_at = request.responded_at or now


def _resolved(request: ServiceRequest, answers: Values, now: datetime) -> None:
    """Stop the clock; a work that its owner passes on is not resolved yet."""
    if answers.get("result") != "needs_other_owner":
        request.resolved_at = now


def _told(request: ServiceRequest, answers: Values, _: datetime) -> None:
    """Count a round; a customer who is not satisfied starts the clock again."""
    request.rounds += 1
    if not answers["customer_satisfied"]:
        request.resolved_at = None


_PUBLISHED: Mapping[str, Callable[[Session, Actor, Values], None]] = {
    "service_request.closed": _request_closed,
    "requirement.closed": _requirement_closed,
    "visit.closed": _visit_closed,
}
_COMPLETED: Mapping[str, Callable[[ServiceRequest, Values, datetime], None]] = {
    "UT_judge_scope": _judged,
    "UT_arbitrate_scope": _judged,
    "UT_negotiate": _responded,
    "UT_handle": _resolved,
    "UT_owner_handle": _resolved,
    "UT_execute_special": _resolved,
    "UT_inform_customer": _told,
}
