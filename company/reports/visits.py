"""Whether customers were visited as they should: 回访完成率."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import visits
from company.reports.shape import Figure, Report, Row, Window, columns, share
from company.schema import Customer, Project, Visit
from engine import cache
from engine.errors import Text

NAME = "visit-completion"
PATIENCE = timedelta(days=7)
_COLUMNS = columns(
    {
        "visitNo": ("回访编号", "Visit", "text"),
        "projectNo": ("项目", "Project", "text"),
        "customer": ("客户", "Customer", "text"),
        "dueOn": ("到期日", "Due on", "date"),
        "openedAt": ("开始", "Opened", "moment"),
        "reachedAt": ("联系上", "Reached", "moment"),
        "state": ("状态", "State", "text"),
        "counted": ("计入", "Counted", "flag"),
        "done": ("完成", "Done", "flag"),
    }
)


def make(session: Session, window: Window) -> Report:
    """Return the visits that have come due; the window is that of their due day."""
    now = cache.now(session)
    found = session.execute(
        select(Visit, Project.project_no, Customer.name)
        .join(Project, Project.key == Visit.project_key)
        .join(Customer, Customer.key == Project.customer_key)
        .where(Visit.opened_at.is_not(None), *window.days(Visit.due_on))
        .order_by(Visit.due_on, Visit.key)
    ).all()
    rows = [_row(visit, number, name, now) for visit, number, name in found]
    due = sum(bool(row["counted"]) for row in rows)
    done = sum(bool(row["done"]) for row in rows)
    return Report(
        name=NAME,
        title=Text("Visit completion", "回访完成率"),
        definition=Text(
            "Done ÷ due. Done: visits at which the customer was reached. Due: those, "
            "and visits that have been open for seven days or were closed unreached",
            "完成数÷应完成数。完成:已联系上客户的回访;应完成:已完成的,以及打开满7天"
            "或期满未联系上而关闭的回访",
        ),
        columns=_COLUMNS,
        rows=rows,
        figures=_figures(due, done),
    )


def _figures(due: int, done: int) -> list[Figure]:
    return [
        Figure(
            "rate",
            Text("Visit completion", "回访完成率"),
            Text("Done ÷ due", "完成数÷应完成数"),
            share(done, due),
            "share",
        ),
        Figure(
            "due",
            Text("Due", "应完成数"),
            Text("Rows that are counted", "计入的回访"),
            due,
        ),
        Figure(
            "done",
            Text("Done", "完成数"),
            Text("Counted rows with somebody reached", "其中已联系上的"),
            done,
        ),
    ]


def _row(visit: Visit, project_no: str, customer: str, now: datetime) -> Row:
    done = visit.reached_at is not None
    missed = visit.state == visits.CANCELED
    overdue = visit.opened_at is not None and now - visit.opened_at >= PATIENCE
    return {
        "visitNo": visit.visit_no,
        "projectNo": project_no,
        "customer": customer,
        "dueOn": visit.due_on,
        "openedAt": visit.opened_at,
        "reachedAt": visit.reached_at,
        "state": visit.state,
        "counted": done or missed or overdue,
        "done": done,
    }
