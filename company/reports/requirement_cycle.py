"""How long requirements take from raising to result: 需求周期."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from company.reports.shape import Figure, Report, Row, Window, columns, mean
from company.schema import Project, Requirement
from engine.errors import Text

NAME = "requirement-cycle"
_DAY = 24 * 3600
_COLUMNS = columns(
    {
        "requirementNo": ("需求编号", "Requirement", "text"),
        "projectNo": ("项目", "Project", "text"),
        "title": ("标题", "Title", "text"),
        "origin": ("来源", "Origin", "text"),
        "issueKey": ("问题编号", "Issue", "text"),
        "raisedAt": ("提出", "Raised", "moment"),
        "closedAt": ("办结", "Closed", "moment"),
        "result": ("结果", "Result", "text"),
        "days": ("历时(天)", "Days", "number"),
    }
)


def make(session: Session, window: Window) -> Report:
    """Return all requirements; the window is that of their raising."""
    found = session.execute(
        select(Requirement, Project.project_no)
        .join(Project, Project.key == Requirement.project_key)
        .where(*window.bounds(Requirement.raised_at))
        .order_by(Requirement.key)
    ).all()
    rows = [_row(requirement, number) for requirement, number in found]
    closed = [row for row in rows if row["days"] is not None]
    return Report(
        name=NAME,
        title=Text("Requirement cycle", "需求周期"),
        definition=Text(
            "Calendar days from the raising of a requirement to its result",
            "自需求提出至办结的自然日",
        ),
        columns=_COLUMNS,
        rows=rows,
        figures=[
            Figure(
                "mean",
                Text("Mean days", "平均历时(天)"),
                Text("Mean over closed requirements", "已办结需求的平均值"),
                mean(row["days"] for row in closed),
                "number",
            ),
            Figure(
                "open",
                Text("Open", "未办结"),
                Text("Requirements without a result", "尚无结果的需求"),
                len(rows) - len(closed),
            ),
        ],
    )


def _row(requirement: Requirement, number: str) -> Row:
    days = None
    if requirement.closed_at is not None:
        seconds = (requirement.closed_at - requirement.raised_at).total_seconds()
        days = round(seconds / _DAY, 2)
    return {
        "requirementNo": requirement.requirement_no,
        "projectNo": number,
        "title": requirement.title,
        "origin": requirement.origin,
        "issueKey": requirement.issue_key,
        "raisedAt": requirement.raised_at,
        "closedAt": requirement.closed_at,
        "result": requirement.result,
        "days": days,
    }
