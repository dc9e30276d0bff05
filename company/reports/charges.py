"""What service has earned: 收费收入."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from company.numbers import ZONE
from company.reports.shape import Figure, Report, Row, Window, columns
from company.schema import (
    DataImportRun,
    Project,
    Requirement,
    ServicePeriod,
    ServiceRequest,
)
from engine.errors import Text

NAME = "charges"
_KINDS = {
    "request": Text("Service requests", "服务请求"),
    "requirement": Text("Development", "需求开发"),
    "data_export": Text("Data export", "数据导出"),
    "renewal": Text("Renewals", "服务续费"),
}
_COLUMNS = columns(
    {
        "kind": ("类别", "Kind", "text"),
        "number": ("编号", "Number", "text"),
        "projectNo": ("项目", "Project", "text"),
        "amount": ("金额(分)", "Amount (fen)", "money"),
        "standardAmount": ("标准金额(分)", "Standard amount (fen)", "money"),
        "at": ("时间", "At", "moment"),
    }
)


def make(session: Session, window: Window) -> Report:
    """Return what was charged; the window is that of the closing."""
    rows = [
        *_requests(session, window),
        *_requirements(session, window),
        *_exports(session, window),
        *_renewals(session, window),
    ]
    return Report(
        name=NAME,
        title=Text("Charges", "收费收入"),
        definition=Text(
            "Agreed amounts in fen: of requests and requirements when they are "
            "closed, of data exports when the import succeeded, of renewals when the "
            "period begins. Free ones are left out",
            "协商确定的金额(分):请求与需求在办结时计入,数据导出在导入成功时计入,"
            "续费在服务期开始时计入;免费的不列",
        ),
        columns=_COLUMNS,
        rows=rows,
        figures=[_total(rows), *(_of_kind(rows, kind) for kind in _KINDS)],
    )


def _total(rows: Iterable[Row]) -> Figure:
    return Figure(
        "total",
        Text("Total (fen)", "合计(分)"),
        Text("Sum of the amounts below", "下列金额之和"),
        sum(row["amount"] for row in rows),
        "money",
    )


def _of_kind(rows: Iterable[Row], kind: str) -> Figure:
    title = _KINDS[kind]
    return Figure(
        kind,
        title,
        Text("Sum of its rows", "该类各行之和"),
        sum(row["amount"] for row in rows if row["kind"] == kind),
        "money",
    )


def _requests(session: Session, window: Window) -> Iterator[Row]:
    found = session.execute(
        select(ServiceRequest, Project.project_no)
        .join(Project, Project.key == ServiceRequest.project_key)
        .where(ServiceRequest.charge_fen > 0, *window.bounds(ServiceRequest.closed_at))
        .order_by(ServiceRequest.key)
    )
    for row, number in found:
        yield _row(
            "request",
            row.request_no,
            number,
            row.charge_fen,
            row.closed_at,
            row.standard_fen,
        )


def _requirements(session: Session, window: Window) -> Iterator[Row]:
    found = session.execute(
        select(Requirement, Project.project_no)
        .join(Project, Project.key == Requirement.project_key)
        .where(Requirement.charge_fen > 0, *window.bounds(Requirement.closed_at))
        .order_by(Requirement.key)
    )
    for row, number in found:
        yield _row(
            "requirement", row.requirement_no, number, row.charge_fen, row.closed_at
        )


def _exports(session: Session, window: Window) -> Iterator[Row]:
    found = session.execute(
        select(DataImportRun, Project.project_no)
        .join(Project, Project.key == DataImportRun.project_key)
        .where(DataImportRun.fee_fen > 0, *window.bounds(DataImportRun.ran_at))
        .order_by(DataImportRun.key)
    )
    for row, number in found:
        yield _row("data_export", number, number, row.fee_fen, row.ran_at)


def _renewals(session: Session, window: Window) -> Iterator[Row]:
    found = session.execute(
        select(ServicePeriod, Project.project_no)
        .join(Project, Project.key == ServicePeriod.project_key)
        .where(ServicePeriod.fee_fen > 0, *window.days(ServicePeriod.start_on))
        .order_by(ServicePeriod.key)
    )
    for row, number in found:
        at = datetime.combine(row.start_on, time(), ZONE)
        yield _row("renewal", f"{number}/{row.number}", number, row.fee_fen, at)


def _row(
    kind: str,
    number: str,
    project_no: str,
    amount: int,
    at: Any,
    standard: int | None = None,
) -> Row:
    return {
        "kind": kind,
        "number": number,
        "projectNo": project_no,
        "amount": amount,
        "standardAmount": standard,
        "at": at,
    }
