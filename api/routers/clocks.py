"""How clocks have run, interval by interval, and letting them stand."""

from datetime import datetime, timedelta
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body, Key
from company import clocks, service_desk
from company.clocks import Explanation, Limit, Stretch
from engine import calendars
from engine.authorization import Actor, Permission
from engine.errors import Text

router = APIRouter(prefix="/v2", tags=["clocks"], route_class=CommandRoute)

_REQUEST = "/service-requests/{request_no}/clock"
_TASK = "/user-tasks/{user_task_key}/clock"
_EMERGENCY = "/projects/{project_no}/emergencies/{emergency_key}/clock"

grant(
    Permission.RAISE_REQUESTS,
    f"POST /v2{_REQUEST}/pause",
    f"POST /v2{_REQUEST}/resumption",
)
grant(Permission.READ_REQUESTS, f"GET /v2{_REQUEST}/explanation")
grant(Permission.READ_TASKS, f"GET /v2{_TASK}/explanation")
grant(Permission.READ_REPORTS, f"GET /v2{_EMERGENCY}/explanation")


class PauseBody(Body):
    """Why the clock stands, and what the customer is asked."""

    reason: Literal["waiting_for_customer"] = "waiting_for_customer"
    note: str = Field(min_length=1, max_length=4000)


class ResumptionBody(Body):
    """What the customer has answered."""

    note: str = Field(default="", max_length=4000)


class Words(Answer):
    """The same in both languages, so that both sides read the same."""

    zh: str
    en: str


class LimitAnswer(Answer):
    """A time to be kept; hours are of working time where the clock counts that."""

    name: str
    title: str
    due_at: datetime
    done_at: datetime | None
    in_time: bool | None
    allowed_hours: float | None
    used_hours: float
    left_hours: float | None


class StretchAnswer(Answer):
    """A stretch that was counted, or the reason why it was not."""

    from_: datetime = Field(alias="from")
    to: datetime
    counted: bool
    late: bool
    hours: float
    reason: str
    reasons: Words
    note: str
    by: str


class ExplanationAnswer(Answer):
    """How a clock has run from its start until now, or until it was stopped.

    ``summary`` says it in a sentence. ``warnings`` name years whose holidays are not
    published: in them weekdays count.
    """

    state: str
    from_: datetime = Field(alias="from")
    working_time: bool
    summary: str
    summaries: Words
    limits: list[LimitAnswer]
    intervals: list[StretchAnswer]
    warnings: list[str]


@router.post(f"{_REQUEST}/pause", status_code=204, operation_id="pause_request_clock")
def pause_request_clock(
    request_no: str, body: PauseBody, actor: CurrentActor, session: Transaction
) -> None:
    """Let the clock of a request stand while the customer has something to answer."""
    service_desk.pause(session, actor, request_no, body.note)


@router.post(
    f"{_REQUEST}/resumption", status_code=204, operation_id="resume_request_clock"
)
def resume_request_clock(
    request_no: str,
    actor: CurrentActor,
    session: Transaction,
    body: ResumptionBody | None = None,
) -> None:
    """Let it run again; every due time moves by the working time that it stood."""
    service_desk.resume(session, actor, request_no, body.note if body else "")


@router.get(f"{_REQUEST}/explanation", operation_id="explain_request_clock")
def explain_request_clock(
    request_no: str, actor: CurrentActor, session: Reading
) -> ExplanationAnswer:
    """List what of a request's time was counted and what was skipped, and why."""
    return _answer(clocks.of_request(session, actor, request_no), actor)


@router.get(f"{_TASK}/explanation", operation_id="explain_user_task_clock")
def explain_user_task_clock(
    user_task_key: Key, actor: CurrentActor, session: Reading
) -> ExplanationAnswer:
    """List what of a task's time was counted and what was skipped, and why."""
    return _answer(clocks.of_task(session, actor, user_task_key), actor)


@router.get(f"{_EMERGENCY}/explanation", operation_id="explain_emergency_clock")
def explain_emergency_clock(
    project_no: str, emergency_key: Key, actor: CurrentActor, session: Reading
) -> ExplanationAnswer:
    """Tell how long an emergency has waited for its answer."""
    found = clocks.of_emergency(session, actor, project_no, emergency_key)
    return _answer(found, actor)


def _answer(found: Explanation, actor: Actor) -> ExplanationAnswer:
    told = clocks.summary(found)
    warnings = [calendars.not_published(year) for year in found.unpublished]
    return ExplanationAnswer.model_validate(
        {
            "state": found.state,
            "from": found.start,
            "working_time": found.working_time,
            "summary": told.to(actor.language),
            "summaries": _both(told),
            "limits": [_limit(each, actor) for each in found.limits],
            "intervals": [_stretch(each, actor) for each in found.stretches],
            "warnings": [each.to(actor.language) for each in warnings],
        }
    )


def _limit(limit: Limit, actor: Actor) -> LimitAnswer:
    left = None if limit.allowed is None else _hours(limit.allowed - limit.used)
    return LimitAnswer(
        name=limit.name,
        title=limit.title.to(actor.language),
        due_at=limit.due_at,
        done_at=limit.done_at,
        in_time=limit.in_time,
        allowed_hours=None if limit.allowed is None else _hours(limit.allowed),
        used_hours=_hours(limit.used),
        left_hours=left,
    )


def _stretch(stretch: Stretch, actor: Actor) -> StretchAnswer:
    part = stretch.interval
    return StretchAnswer.model_validate(
        {
            "from": part.start,
            "to": part.end,
            "counted": part.counted,
            "late": stretch.late,
            "hours": _hours(part.end - part.start),
            "reason": part.why.to(actor.language),
            "reasons": _both(part.why),
            "note": stretch.note,
            "by": stretch.by,
        }
    )


def _both(text: Text) -> Words:
    return Words(zh=text.zh, en=text.en)


def _hours(amount: timedelta) -> float:
    return round(amount.total_seconds() / 3600, 2)
