"""How service requests were answered: 响应与解决, 一次解决率."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import clock_stops
from company.reports.shape import (
    Figure,
    Report,
    Row,
    Window,
    columns,
    mean,
    share,
)
from company.schema import ClockStop, Project, ServiceRequest
from company.service_requests import DONE
from engine import cache, calendars
from engine.errors import Text
from engine.working_time import Calendar

FIX = "first-time-fix"
TIMES = "response-and-resolution"
_AT_ONCE = 500
_FIX_COLUMNS = columns(
    {
        "requestNo": ("请求编号", "Request", "text"),
        "projectNo": ("项目", "Project", "text"),
        "title": ("标题", "Title", "text"),
        "rounds": ("告知次数", "Rounds", "integer"),
        "firstTime": ("一次解决", "Solved at once", "flag"),
        "closedAt": ("办结", "Closed", "moment"),
    }
)
_TIME_COLUMNS = columns(
    {
        "requestNo": ("请求编号", "Request", "text"),
        "projectNo": ("项目", "Project", "text"),
        "priority": ("优先级", "Priority", "text"),
        "receivedAt": ("接到", "Received", "moment"),
        "respondedHours": ("响应(工作小时)", "Response (working hours)", "number"),
        "responseInTime": ("及时响应", "Response in time", "flag"),
        "resolvedHours": ("解决(工作小时)", "Resolution (working hours)", "number"),
        "resolutionInTime": ("及时解决", "Resolved in time", "flag"),
    }
)


def first_time_fix(session: Session, window: Window) -> Report:
    """Return requests that were solved; the window is that of their closing."""
    found = _found(
        session,
        ServiceRequest.result == DONE,
        ServiceRequest.rounds > 0,
        *window.bounds(ServiceRequest.closed_at),
    )
    rows: list[Row] = [
        {
            "requestNo": request.request_no,
            "projectNo": number,
            "title": request.title,
            "rounds": request.rounds,
            "firstTime": request.rounds == 1,
            "closedAt": request.closed_at,
        }
        for request, number in found
    ]
    fixed = sum(bool(row["firstTime"]) for row in rows)
    return Report(
        name=FIX,
        title=Text("First-time fix", "一次解决率"),
        definition=Text(
            "Requests with which the customer was content the first time that he was "
            "told it is done ÷ all requests that were solved",
            "首次告知处理完成即获客户认可的请求÷全部已解决的请求",
        ),
        columns=_FIX_COLUMNS,
        rows=rows,
        figures=[
            Figure(
                "rate",
                Text("First-time fix", "一次解决率"),
                Text("Solved at once ÷ solved", "一次解决÷已解决"),
                share(fixed, len(rows)),
                "share",
            )
        ],
    )


def response_and_resolution(session: Session, window: Window) -> Report:
    """Return all requests with their times; the window is that of the reception."""
    found = _found(session, *window.bounds(ServiceRequest.received_at))
    calendar, now = calendars.calendar(session), cache.now(session)
    stops = _stops(session, [request.key for request, _ in found])
    rows = [
        _times(request, number, stops.get(request.key, []), calendar, now)
        for request, number in found
    ]
    return Report(
        name=TIMES,
        title=Text("Response and resolution", "响应与解决时长"),
        definition=Text(
            "Working time from the reception to the first act on a request, and to "
            "its solution, without the times in which the customer was waited for. "
            "In time: within the hours that its priority and the "
            "customer's class allow; open ones count as late once these are over",
            "自接到请求起至首次处理、至解决的工作时间,不含等待客户答复的时间。在优先级与客户类别规定的时限内为及时;"
            "未办结的超过时限即为不及时",
        ),
        columns=_TIME_COLUMNS,
        rows=rows,
        figures=[
            _average(rows, "respondedHours", "Response", "平均响应"),
            _in_time(rows, "responseInTime", "Response in time", "响应及时率"),
            _average(rows, "resolvedHours", "Resolution", "平均解决"),
            _in_time(rows, "resolutionInTime", "Resolved in time", "解决及时率"),
        ],
    )


def _found(session: Session, *conditions: Any) -> Sequence[Any]:
    return session.execute(
        select(ServiceRequest, Project.project_no)
        .join(Project, Project.key == ServiceRequest.project_key)
        .where(*conditions)
        .order_by(ServiceRequest.key)
    ).all()


def _stops(session: Session, keys: Sequence[int]) -> dict[int, list[ClockStop]]:
    stops: dict[int, list[ClockStop]] = {}
    for start in range(0, len(keys), _AT_ONCE):
        rows = session.scalars(
            select(ClockStop)
            .where(ClockStop.request_key.in_(keys[start : start + _AT_ONCE]))
            .order_by(ClockStop.started_at, ClockStop.key)
        )
        for stop in rows:
            stops.setdefault(stop.request_key, []).append(stop)
    return stops


def _times(
    request: ServiceRequest,
    number: str,
    stops: Sequence[ClockStop],
    calendar: Calendar,
    now: Any,
) -> Row:
    return {
        "requestNo": request.request_no,
        "projectNo": number,
        "priority": request.priority,
        "receivedAt": request.received_at,
        "respondedHours": _hours(
            calendar, request.received_at, request.responded_at, stops
        ),
        "responseInTime": clock_stops.in_time(
            request, request.respond_by, request.responded_at, now
        ),
        "resolvedHours": _hours(
            calendar, request.received_at, request.resolved_at, stops
        ),
        "resolutionInTime": clock_stops.in_time(
            request, request.resolve_by, request.resolved_at, now
        ),
    }


def _hours(
    calendar: Calendar, start: Any, end: Any, stops: Sequence[ClockStop]
) -> float | None:
    if end is None:
        return None
    used = clock_stops.used(calendar, start, end, stops)
    return round(used.total_seconds() / 3600, 2)


def _average(rows: Sequence[Row], name: str, en: str, zh: str) -> Figure:
    return Figure(
        name,
        Text(f"{en} (mean, working hours)", f"{zh}(工作小时)"),
        Text("Mean of the rows that have it", "有该值的各行的平均"),
        mean(row[name] for row in rows if row[name] is not None),
        "number",
    )


def _in_time(rows: Sequence[Row], name: str, en: str, zh: str) -> Figure:
    judged = [row[name] for row in rows if row[name] is not None]
    return Figure(
        name,
        Text(en, zh),
        Text("In time ÷ all that are decided", "及时÷已可判定的"),
        share(sum(judged), len(judged)),
        "share",
    )
