"""How service requests were answered: 响应与解决, 一次解决率."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from company.reports.shape import (
    Figure,
    Report,
    Row,
    Window,
    columns,
    mean,
    share,
)
from company.schema import Project, ServiceRequest
from company.service_requests import DONE
from engine import cache, calendars
from engine.errors import Text
from engine.working_time import Calendar

FIX = "first-time-fix"
TIMES = "response-and-resolution"
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
    rows = [_times(request, number, calendar, now) for request, number in found]
    return Report(
        name=TIMES,
        title=Text("Response and resolution", "响应与解决时长"),
        definition=Text(
            "Working time from the reception to the first act on a request, and to "
            "its solution. In time: within the hours that its priority and the "
            "customer's class allow; open ones count as late once these are over",
            "自接到请求起至首次处理、至解决的工作时间。在优先级与客户类别规定的时限内为及时;"
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


def _times(request: ServiceRequest, number: str, calendar: Calendar, now: Any) -> Row:
    return {
        "requestNo": request.request_no,
        "projectNo": number,
        "priority": request.priority,
        "receivedAt": request.received_at,
        "respondedHours": _hours(calendar, request.received_at, request.responded_at),
        "responseInTime": _judged(request.respond_by, request.responded_at, now),
        "resolvedHours": _hours(calendar, request.received_at, request.resolved_at),
        "resolutionInTime": _judged(request.resolve_by, request.resolved_at, now),
    }


def _hours(calendar: Calendar, start: Any, end: Any) -> float | None:
    if end is None:
        return None
    return round(calendar.between(start, end).total_seconds() / 3600, 2)


def _judged(due: Any, done: Any, now: Any) -> bool | None:
    if done is not None:
        return bool(done <= due)
    return None if now <= due else False


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
