"""How content customers are: 满意度 (R0.2)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from company.reports.shape import Figure, Report, Row, Window, columns, mean
from company.schema import Project, ServiceRequest, Visit
from engine.errors import Text

NAME = "satisfaction"
_COLUMNS = columns(
    {
        "source": ("来源", "Source", "text"),
        "number": ("编号", "Number", "text"),
        "projectNo": ("项目", "Project", "text"),
        "score": ("评分", "Score", "integer"),
        "at": ("时间", "At", "moment"),
    }
)
_SCORES = range(1, 6)


def make(session: Session, window: Window) -> Report:
    """Return all scores; the window is that of the closing."""
    rows = [*_requests(session, window), *_visits(session, window)]
    scores = [row["score"] for row in rows]
    counted = [
        Figure(
            f"score{score}",
            Text(f"Score {score}", f"{score}分"),
            Text("How often it was given", "给出的次数"),
            scores.count(score),
        )
        for score in _SCORES
    ]
    return Report(
        name=NAME,
        title=Text("Satisfaction", "满意度"),
        definition=Text(
            "Mean of the scores 1 to 5 that customers gave when a request or a visit "
            "was closed",
            "客户在请求办结或回访时给出的1至5分的平均值",
        ),
        columns=_COLUMNS,
        rows=rows,
        figures=[
            Figure(
                "mean",
                Text("Mean score", "平均分"),
                Text("Mean of the scores below", "下列评分的平均值"),
                mean(scores),
                "number",
            ),
            Figure(
                "count",
                Text("Scores", "评分数"),
                Text("Number of scores", "评分的数量"),
                len(scores),
            ),
            *counted,
        ],
    )


def _requests(session: Session, window: Window) -> list[Row]:
    found = session.execute(
        select(
            ServiceRequest.request_no,
            Project.project_no,
            ServiceRequest.score,
            ServiceRequest.closed_at,
        )
        .join(Project, Project.key == ServiceRequest.project_key)
        .where(
            ServiceRequest.score.is_not(None),
            *window.bounds(ServiceRequest.closed_at),
        )
        .order_by(ServiceRequest.key)
    )
    return [_row("request", *row) for row in found]


def _visits(session: Session, window: Window) -> list[Row]:
    found = session.execute(
        select(Visit.visit_no, Project.project_no, Visit.score, Visit.closed_at)
        .join(Project, Project.key == Visit.project_key)
        .where(Visit.score.is_not(None), *window.bounds(Visit.closed_at))
        .order_by(Visit.key)
    )
    return [_row("visit", *row) for row in found]


def _row(
    source: str, number: str, project_no: str, score: int | None, at: object
) -> Row:
    return {
        "source": source,
        "number": number,
        "projectNo": project_no,
        "score": score,
        "at": at,
    }
