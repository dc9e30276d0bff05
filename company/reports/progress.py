"""How projects stand against their plans: 项目进度."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import projects, site, stages
from company.numbers import ZONE
from company.reports.shape import Figure, Report, Row, Window, columns
from company.schema import Customer, Project
from engine import cache
from engine.errors import Text

NAME = "project-progress"
_COLUMNS = columns(
    {
        "projectNo": ("项目", "Project", "text"),
        "customer": ("客户", "Customer", "text"),
        "stage": ("阶段", "Stage", "text"),
        "manager": ("实施经理", "Manager", "text"),
        "planVersion": ("计划版本", "Plan version", "integer"),
        "planStart": ("计划开始", "Planned start", "date"),
        "planFinish": ("计划完成", "Planned finish", "date"),
        "plannedPct": ("计划进度", "Planned %", "integer"),
        "actualPct": ("实际进度", "Actual %", "integer"),
        "lastRecord": ("最近填报", "Last record", "date"),
        "behind": ("落后", "Behind", "flag"),
    }
)
_WHOLE = 100


def make(session: Session, window: Window) -> Report:
    """Return projects before acceptance; the window is that of their opening."""
    today = cache.now(session).astimezone(ZONE).date()
    found = session.execute(
        select(Project, Customer.name)
        .join(Customer, Customer.key == Project.customer_key)
        .where(
            Project.stage.in_([stages.PREPARATION, stages.IMPLEMENTATION]),
            *window.bounds(Project.created_at),
        )
        .order_by(Project.key)
    ).all()
    rows = [_row(session, project, name, today) for project, name in found]
    return Report(
        name=NAME,
        title=Text("Project progress", "项目进度"),
        definition=Text(
            "Planned % is the share of the confirmed plan's days that have passed; "
            "actual % is that of the newest site record. Behind means actual < planned",
            "计划进度为已过天数占已确认计划总天数的比例;实际进度取最近一次填报;"
            "实际低于计划即为落后",
        ),
        columns=_COLUMNS,
        rows=rows,
        figures=[
            Figure(
                "behind",
                Text("Projects behind", "落后项目数"),
                Text("Projects whose actual % is below planned", "实际低于计划的项目"),
                sum(bool(row["behind"]) for row in rows),
            )
        ],
    )


def _row(session: Session, project: Project, customer: str, today: date) -> Row:
    plan, record = projects.plan(session, project), site.newest(session, project.key)
    start, finish = _day(plan, "start"), _day(plan, "finish")
    planned = _planned(start, finish, today)
    actual = record.progress_pct if record else None
    return {
        "projectNo": project.project_no,
        "customer": customer,
        "stage": project.stage,
        "manager": project.manager,
        "planVersion": plan.version if plan else None,
        "planStart": start,
        "planFinish": finish,
        "plannedPct": planned,
        "actualPct": actual,
        "lastRecord": record.day if record else None,
        "behind": planned is not None and (actual or 0) < planned,
    }


def _day(plan: Any, name: str) -> date | None:
    text = plan.details.get(name) if plan else None
    return date.fromisoformat(text) if text else None


def _planned(start: date | None, finish: date | None, today: date) -> int | None:
    if start is None or finish is None:
        return None
    days = (finish - start).days + 1
    passed = min(max((today - start).days, 0), days)
    return _WHOLE * passed // days
