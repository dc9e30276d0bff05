"""Letting the clock of a request stand, and letting it run again (X7).

While the customer has something to answer, working time does not count: not for the
request, nor for its open tasks. A stop is a row with its reason; due times are
reckoned anew when it ends, with what was left when it began.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from company.schema import ClockStop, ServiceRequest
from engine import cache, calendars, journal
from engine.actors import Actor
from engine.errors import ConflictError, Text
from engine.lifecycles import UserTaskState
from engine.schema import UserTask, next_key
from engine.working_time import Calendar

WAITING = "waiting_for_customer"
CLOSED = "closed"
WORDS = {
    WAITING: Text("waiting for the customer", "等待客户答复"),
    CLOSED: Text("closed, until it was taken up again", "已办结,至重新受理为止"),
}


class Times(Protocol):
    """The times of a request, be it a row of a search or the object."""

    @property
    def paused_at(self) -> datetime | None: ...  # noqa: D102 - named as the column


class ClockStandsError(ConflictError):
    """The clock stands already."""

    code = "clock-stands"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"The clock of {number} stands already; resume it first",
            f"服务请求{number}的计时已暂停;请先恢复计时",
        )


class ClockRunsError(ConflictError):
    """The clock runs; there is nothing to resume."""

    code = "clock-runs"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"The clock of {number} is not paused", f"服务请求{number}的计时未暂停"
        )


def of_request(session: Session, request_key: int) -> Sequence[ClockStop]:
    """Return the stops of a request, the first first."""
    return session.scalars(
        select(ClockStop)
        .where(ClockStop.request_key == request_key)
        .order_by(ClockStop.started_at, ClockStop.key)
    ).all()


def of_instance(session: Session, instance_key: int) -> Sequence[ClockStop]:
    """Return the stops of the request that an instance works; mostly none."""
    return session.scalars(
        select(ClockStop)
        .join(ServiceRequest, ServiceRequest.key == ClockStop.request_key)
        .where(ServiceRequest.instance_key == instance_key)
        .order_by(ClockStop.started_at, ClockStop.key)
    ).all()


def pause(session: Session, actor: Actor, request: ServiceRequest, note: str) -> None:
    """Let the clock stand because the customer has something to answer.

    Raises:
        ClockStandsError: It stands already.
    """
    if request.paused_at is not None:
        raise ClockStandsError(request.request_no)
    stop = _begin(session, actor, request, WAITING, cache.now(session), note)
    stop.held = _hold_tasks(session, request)
    request.paused_at = stop.started_at
    session.flush()
    _record(session, actor, request, "RequestClockPaused", note=note, reason=WAITING)


def resume(session: Session, actor: Actor, request: ServiceRequest, note: str) -> None:
    """Let the clock run again; what was left of every time is left from now on.

    Raises:
        ClockRunsError: It is not paused.
    """
    if request.paused_at is None:
        raise ClockRunsError(request.request_no)
    stop = _end(session, actor, request, note)
    reckon(session, request)
    _release_tasks(session, request, stop)
    session.flush()
    _record(
        session,
        actor,
        request,
        "RequestClockResumed",
        note=note,
        resolve_by=request.resolve_by.isoformat(),
    )


def end_with(session: Session, actor: Actor, request: ServiceRequest) -> None:
    """End the stop of a request that is closed while its clock stands."""
    if request.paused_at is not None:
        _end(session, actor, request, "")
        reckon(session, request)
        session.flush()


def between_closing_and(
    session: Session, actor: Actor, request: ServiceRequest, closed_at: datetime
) -> None:
    """Leave the time out in which a request was closed that is open again."""
    stop = _begin(session, actor, request, CLOSED, closed_at, "")
    stop.ended_at, stop.ended_by = cache.now(session), actor.username
    session.flush()
    reckon(session, request)


def reckon(session: Session, request: ServiceRequest) -> None:
    """Set when the request is due, by the calendar and the stops as they are."""
    calendar, stops = calendars.calendar(session), of_request(session, request.key)
    given = request.received_at, request.sla_respond_wh, request.sla_resolve_wh
    received, respond, resolve = given
    request.respond_by = due(calendar, received, respond, stops)
    request.resolve_by = due(calendar, received, resolve, stops)
    session.flush()


def due(
    calendar: Calendar, received_at: datetime, hours: float, stops: Iterable[ClockStop]
) -> datetime:
    """Return when ``hours`` of working time are over that no stop takes out.

    A stop that lasts counts as if it ended at its beginning.
    """
    moment, left = received_at, timedelta(hours=hours)
    for stop in stops:
        run = calendar.between(moment, stop.started_at)
        if run >= left:
            break
        if stop.started_at > moment:
            left -= run
        moment = max(moment, stop.ended_at or stop.started_at)
    return calendar.spent(moment, left)


def used(
    calendar: Calendar, start: datetime, end: datetime, stops: Iterable[ClockStop]
) -> timedelta:
    """Return the working time from ``start`` to ``end`` that counts."""
    counted, moment = timedelta(), start
    for stop in stops:
        if moment < stop.started_at:
            counted += calendar.between(moment, min(stop.started_at, end))
        moment = max(moment, stop.ended_at or end)
        if moment >= end:
            return counted
    return counted + calendar.between(moment, end)


def in_time(
    request: Times, due_at: datetime, done: datetime | None, now: datetime
) -> bool | None:
    """Tell whether a limit was kept; None while it is open and not late.

    Nothing becomes late while the clock stands.
    """
    if done is not None:
        return done <= due_at
    return None if (request.paused_at or now) <= due_at else False


def _begin(
    session: Session,
    actor: Actor,
    request: ServiceRequest,
    reason: str,
    at: datetime,
    note: str,
) -> ClockStop:
    stop = ClockStop(
        key=next_key(),
        request_key=request.key,
        reason=reason,
        note=note,
        started_at=at,
        started_by=actor.username,
    )
    session.add(stop)
    return stop


def _end(
    session: Session, actor: Actor, request: ServiceRequest, note: str
) -> ClockStop:
    stop = session.scalars(
        select(ClockStop).where(
            ClockStop.request_key == request.key, ClockStop.ended_at.is_(None)
        )
    ).one()
    stop.ended_at, stop.ended_by = cache.now(session), actor.username
    stop.end_note, request.paused_at = note, None
    session.flush()
    return stop


def _hold_tasks(session: Session, request: ServiceRequest) -> dict[str, float]:
    """Take the due times of open tasks away; return what they had left in seconds.

    What is late already stays late.
    """
    now, calendar, held = cache.now(session), calendars.calendar(session), {}
    for task in _open_tasks(session, request):
        if task.due_at is not None and task.due_at > now:
            left = calendar.between(now, task.due_at)
            held[str(task.key)] = left.total_seconds()
            task.due_at = None
            task.revision += 1
    return held


def _release_tasks(session: Session, request: ServiceRequest, stop: ClockStop) -> None:
    """Give those of them that are still open their time back."""
    now, calendar = cache.now(session), calendars.calendar(session)
    for task in _open_tasks(session, request):
        left = stop.held.get(str(task.key))
        if left is not None and task.due_at is None:
            task.due_at = calendar.spent(now, timedelta(seconds=left))
            given = task.element_id, now, task.due_at
            task.remind_at = calendars.remind_before(session, *given)
            task.revision += 1


def _open_tasks(session: Session, request: ServiceRequest) -> Sequence[UserTask]:
    return session.scalars(
        select(UserTask)
        .where(
            UserTask.instance_key == request.instance_key,
            UserTask.state == UserTaskState.CREATED,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _record(
    session: Session,
    actor: Actor,
    request: ServiceRequest,
    event: str,
    **details: str,
) -> None:
    journal.record(
        session,
        actor,
        event,
        scope_key=request.project_key,
        instance=request.instance_key,
        details={"request_no": request.request_no, **details},
    )
