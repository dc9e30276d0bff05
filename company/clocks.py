"""Explaining clocks: every stretch that was counted, and why the others were not.

Customer and company read the same words, so each stretch carries them in Chinese and
in English.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from company import clock_stops, projects, service_desk, site
from company.schema import ClockStop, Emergency, ServiceRequest
from engine import cache, calendars, definitions, user_tasks
from engine.actors import Actor
from engine.errors import NotFoundError, Text
from engine.lifecycles import UserTaskState
from engine.schema import ProcessInstance, UserTask
from engine.working_time import Calendar, Interval

RUNNING, PAUSED, STOPPED = "running", "paused", "stopped"
_ALWAYS = Text("every minute counts, day and night", "昼夜连续计时")
_DATE = Text("until the date that was agreed", "至约定日期")
_FIRST_DAY = Text("the day on which it came does not count", "收到当天不计入工作日")
_MOST = timedelta(days=800)


class EmergencyNotFoundError(NotFoundError):
    """The project has no such emergency."""

    code = "emergency-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such emergency", "没有该突发事件")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One time that has to be kept.

    ``allowed`` is what was given for it, ``used`` what of it has counted so far;
    None where it is a date. ``in_time`` is None while it is open and not late.
    """

    name: str
    title: Text
    due_at: datetime
    done_at: datetime | None
    in_time: bool | None
    allowed: timedelta | None
    used: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of the time since the beginning; ``late`` is what lies after the limit.

    ``note`` and ``by`` are of whoever stopped the clock.
    """

    interval: Interval
    late: bool = False
    note: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How a clock has run.

    ``working_time`` tells whether nights and holidays are left out. ``unpublished``
    are years whose holidays nobody has published, so that weekdays count in them.
    """

    state: str
    start: datetime
    working_time: bool
    limits: tuple[Limit, ...]
    stretches: tuple[Stretch, ...]
    unpublished: tuple[int, ...]


class Times(Protocol):
    """What of a request tells how its clock stands."""

    @property
    def paused_at(self) -> datetime | None: ...  # noqa: D102 - named as the column
    @property
    def resolved_at(self) -> datetime | None: ...  # noqa: D102 - named as the column
    @property
    def closed_at(self) -> datetime | None: ...  # noqa: D102 - named as the column


def state_of(request: Times) -> str:
    """Return how the clock of a request stands: running, paused or stopped."""
    if request.resolved_at or request.closed_at:
        return STOPPED
    return RUNNING if request.paused_at is None else PAUSED


def of_request(session: Session, actor: Actor, number: str) -> Explanation:
    """Explain the clock of a service request.

    Raises:
        RequestNotFoundError: There is none, as far as the actor may know.
    """
    request = service_desk.visible(session, actor, number)
    calendar, now = calendars.calendar(session), cache.now(session)
    stops = clock_stops.of_request(session, request.key)
    end = request.resolved_at or request.closed_at or now
    return Explanation(
        state=state_of(request),
        start=request.received_at,
        working_time=True,
        limits=_limits(request, calendar, stops, now),
        stretches=_stretches(
            calendar, request.received_at, end, request.resolve_by, stops
        ),
        unpublished=_unpublished(
            calendar, request.received_at, max(end, request.resolve_by)
        ),
    )


def of_task(session: Session, actor: Actor, key: int) -> Explanation:
    """Explain the due time of a user task; none leads to no limit.

    Raises:
        TaskNotFoundError: There is none, as far as the actor may know.
    """
    task = user_tasks.find(session, actor, key)
    calendar, now = calendars.calendar(session), cache.now(session)
    rule = due_rule(session, task)
    working = is_working(rule)
    stops = clock_stops.of_instance(session, task.instance_key) if working else ()
    stops = [stop for stop in stops if _touches(stop, task.created_at)]
    end = task.completed_at or now
    begin = _counted_from(task, calendar, rule)
    is_open = task.state is UserTaskState.CREATED
    paused = is_open and any(stop.ended_at is None for stop in stops)
    words = None if working else (_ALWAYS if _is_length(rule) else _DATE)
    due_at = task.due_at
    limits = () if due_at is None else (_task_limit(task, calendar, stops, rule, now),)
    return Explanation(
        state=(PAUSED if paused else RUNNING) if is_open else STOPPED,
        start=task.created_at,
        working_time=working,
        limits=limits,
        stretches=(
            *_first_day(task.created_at, min(begin, end)),
            *_stretches(calendar, begin, end, due_at, stops, words),
        ),
        unpublished=_unpublished(calendar, task.created_at, due_at or end)
        if working
        else (),
    )


def is_working(rule: str) -> bool:
    """Tell whether a due time is worded in working days or hours."""
    return "WD" in rule or "WH" in rule


def _is_length(rule: str) -> bool:
    return rule.startswith("P") or "duration(" in rule


def of_emergency(
    session: Session, actor: Actor, project_no: str, key: int
) -> Explanation:
    """Explain the response clock of an emergency: minutes on the wall clock (R2.3.2).

    Raises:
        ProjectNotFoundError: There is none, as far as the actor may know.
        EmergencyNotFoundError: It is not the project's.
    """
    project = projects.visible(session, actor, project_no)
    row = session.get(Emergency, key)
    if row is None or row.project_key != project.key:
        raise EmergencyNotFoundError
    now = cache.now(session)
    over = row.responded_at or row.closed_at
    limits: tuple[Limit, ...] = ()
    if row.respond_by is not None:
        limits = (
            Limit(
                name="response",
                title=Text("Response", "响应"),
                due_at=row.respond_by,
                done_at=row.responded_at,
                in_time=site.in_time(row, now),
                allowed=row.respond_by - row.raised_at,
                used=(over or now) - row.raised_at,
            ),
        )
    return Explanation(
        state=RUNNING if over is None else STOPPED,
        start=row.raised_at,
        working_time=False,
        limits=limits,
        stretches=_stretches(
            calendars.calendar(session),
            row.raised_at,
            over or now,
            row.respond_by,
            (),
            _ALWAYS,
        ),
        unpublished=(),
    )


def _limits(
    request: ServiceRequest,
    calendar: Calendar,
    stops: Sequence[ClockStop],
    now: datetime,
) -> tuple[Limit, ...]:
    asked = (
        (
            "response",
            Text("First response", "首次响应"),
            request.sla_respond_wh,
            request.respond_by,
            request.responded_at,
        ),
        (
            "resolution",
            Text("Resolution", "解决"),
            request.sla_resolve_wh,
            request.resolve_by,
            request.resolved_at,
        ),
    )
    until = request.closed_at or now
    return tuple(
        Limit(
            name=name,
            title=title,
            due_at=due_at,
            done_at=done_at,
            in_time=clock_stops.in_time(request, due_at, done_at, until),
            allowed=timedelta(hours=hours),
            used=clock_stops.used(
                calendar, request.received_at, done_at or until, stops
            ),
        )
        for name, title, hours, due_at, done_at in asked
    )


def _task_limit(
    task: UserTask,
    calendar: Calendar,
    stops: Sequence[ClockStop],
    rule: str,
    now: datetime,
) -> Limit:
    assert task.due_at is not None  # noqa: S101 - the caller asks for no other
    working = is_working(rule)
    begin, end = _counted_from(task, calendar, rule), task.completed_at or now

    def passed(until: datetime) -> timedelta:
        if working:
            return clock_stops.used(calendar, begin, max(begin, until), stops)
        return until - begin

    late = end > task.due_at
    is_open = task.state is UserTaskState.CREATED
    return Limit(
        name="due",
        title=Text("Due", "完成"),
        due_at=task.due_at,
        done_at=task.completed_at if task.state is UserTaskState.COMPLETED else None,
        in_time=None if is_open and not late else not late,
        allowed=passed(task.due_at) if working or _is_length(rule) else None,
        used=passed(end),
    )


def due_rule(session: Session, task: UserTask) -> str:
    """Return how the diagram words the due time; empty where it has none."""
    instance = session.get_one(ProcessInstance, task.instance_key)
    path = tuple(part for part in task.path.split("/") if part)
    place = definitions.place(session, instance.model_key, path, task.element_id)
    return place.info.properties.get("due", "").strip()


def _counted_from(task: UserTask, calendar: Calendar, rule: str) -> datetime:
    """Return when the clock begins: of working days the first day never counts."""
    if "WD" not in rule:
        return task.created_at
    day = task.created_at.astimezone(calendar.zone).date() + timedelta(days=1)
    return datetime.combine(day, time(), calendar.zone)


def _first_day(start: datetime, end: datetime) -> Iterator[Stretch]:
    if start < end:
        yield Stretch(interval=Interval(start, end, counted=False, why=_FIRST_DAY))


def _touches(stop: ClockStop, created_at: datetime) -> bool:
    return stop.ended_at is None or stop.ended_at > created_at


def _stretches(
    calendar: Calendar,
    start: datetime,
    end: datetime,
    due_at: datetime | None,
    stops: Iterable[ClockStop],
    words: Text | None = None,
) -> tuple[Stretch, ...]:
    """Cut the time from ``start`` to ``end``; all of it counts where ``words`` say so.

    Of a clock that has run for years only the last of them are told.
    """
    found: list[Stretch] = []
    moment = max(start, end - _MOST)
    for stop in stops:
        if stop.started_at > moment:
            found += _running(calendar, moment, min(stop.started_at, end), words)
        until = min(stop.ended_at or end, end)
        if until > max(moment, stop.started_at):
            found.append(_stop(stop, max(moment, stop.started_at), until))
        moment = max(moment, until)
    found += _running(calendar, moment, end, words)
    return tuple(part for each in found for part in _cut(each, due_at))


def _running(
    calendar: Calendar, start: datetime, end: datetime, words: Text | None
) -> Iterator[Stretch]:
    if start >= end:
        return
    if words is not None:
        yield Stretch(interval=Interval(start, end, counted=True, why=words))
        return
    for interval in calendar.intervals(start, end):
        yield Stretch(interval=interval)


def _stop(stop: ClockStop, start: datetime, end: datetime) -> Stretch:
    why = clock_stops.WORDS[stop.reason]
    return Stretch(
        interval=Interval(start, end, counted=False, why=why),
        note=stop.note,
        by=stop.started_by,
    )


def _cut(stretch: Stretch, due_at: datetime | None) -> Iterator[Stretch]:
    """Part what lies before the limit from what lies after it."""
    part = stretch.interval
    if due_at is None or not part.counted or part.end <= due_at:
        yield stretch
    elif part.start >= due_at:
        yield replace(stretch, late=True)
    else:
        yield replace(stretch, interval=replace(part, end=due_at))
        yield replace(stretch, interval=replace(part, start=due_at), late=True)


def _unpublished(calendar: Calendar, start: datetime, end: datetime) -> tuple[int, ...]:
    years = range(start.astimezone(calendar.zone).year, end.year + 1)
    return tuple(year for year in years if calendar.unpublished(year))


def summary(found: Explanation) -> Text:
    """Say in one sentence how a clock stands."""
    states = {
        RUNNING: Text("The clock is running", "计时中"),
        PAUSED: Text("The clock is paused", "计时已暂停"),
        STOPPED: Text("The clock has stopped", "计时已停止"),
    }
    kind = (
        Text("working hours", "工作小时")
        if found.working_time
        else Text("hours", "小时")
    )
    parts = [_told(limit, kind) for limit in found.limits]
    return Text(
        "; ".join([states[found.state].en, *(part.en for part in parts)]),
        ";".join([states[found.state].zh, *(part.zh for part in parts)]),
    )


def _told(limit: Limit, kind: Text) -> Text:
    used, title = f"{limit.used.total_seconds() / 3600:.2f}", limit.title
    if limit.allowed is None:
        return Text(
            f"{title.en}: {used} {kind.en} passed", f"{title.zh}已历{used}{kind.zh}"
        )
    allowed = f"{limit.allowed.total_seconds() / 3600:g}"
    return Text(
        f"{title.en}: {used} of {allowed} {kind.en} used",
        f"{title.zh}已用{used}/{allowed}{kind.zh}",
    )
