"""Tasks that are open although they were due: 逾期任务."""

from datetime import datetime

from sqlalchemy import Row as Found
from sqlalchemy import select
from sqlalchemy.orm import Session

from company.reports.shape import Figure, Report, Row, Window, columns
from engine import cache, calendars
from engine.errors import Text
from engine.lifecycles import UserTaskState
from engine.schema import Scope, UserTask
from engine.working_time import Calendar

NAME = "overdue-tasks"
_MOST = 1000
_COLUMNS = columns(
    {
        "projectNo": ("项目", "Project", "text"),
        "elementId": ("步骤", "Element", "text"),
        "name": ("任务", "Task", "text"),
        "people": ("办理人", "People", "people"),
        "dueDate": ("应完成时间", "Due", "moment"),
        "overdueHours": ("逾期(工作小时)", "Overdue (working hours)", "number"),
    }
)


def make(session: Session, window: Window) -> Report:
    """Return the open tasks whose due time is over; the window is that of the due."""
    now, calendar = cache.now(session), calendars.calendar(session)
    found = session.execute(
        select(
            UserTask.key,
            UserTask.element_id,
            UserTask.name,
            UserTask.name_en,
            UserTask.assignee,
            UserTask.candidates,
            UserTask.due_at,
            Scope.business_id,
        )
        .outerjoin(Scope, Scope.key == UserTask.scope_key)
        .where(
            UserTask.state == UserTaskState.CREATED,
            UserTask.due_at < now,
            *window.bounds(UserTask.due_at),
        )
        .order_by(UserTask.due_at, UserTask.key)
        .limit(_MOST)
    ).all()
    return Report(
        name=NAME,
        title=Text("Overdue tasks", "逾期任务"),
        definition=Text(
            "Open tasks whose due time has passed, the longest overdue first; hours "
            "count working time since then",
            "已过应完成时间仍未办结的任务,逾期最久的在前;逾期时长按工作时间计算",
        ),
        columns=_COLUMNS,
        rows=[_row(row, calendar, now) for row in found],
        figures=[
            Figure(
                "overdue",
                Text("Overdue tasks", "逾期任务数"),
                Text("Number of the rows below", "下列任务的数量"),
                len(found),
            )
        ],
    )


def _row(row: Found[*tuple[object, ...]], calendar: Calendar, now: datetime) -> Row:
    late = calendar.between(row.due_at, now)
    return {
        "userTaskKey": str(row.key),
        "projectNo": row.business_id,
        "elementId": row.element_id,
        "name": row.name,
        "people": [row.assignee] if row.assignee else list(row.candidates),
        "dueDate": row.due_at,
        "overdueHours": round(late.total_seconds() / 3600, 2),
    }
