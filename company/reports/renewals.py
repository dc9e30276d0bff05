"""How many customers go on buying service: 续约率."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from company.numbers import ZONE
from company.reports.shape import Figure, Report, Row, Window, columns, share
from company.schema import Customer, Project, ServicePeriod
from engine import cache
from engine.errors import Text

NAME = "renewals"
_COLUMNS = columns(
    {
        "projectNo": ("项目", "Project", "text"),
        "customer": ("客户", "Customer", "text"),
        "salesManager": ("销售经理", "Sales manager", "text"),
        "periodNo": ("服务期", "Period", "integer"),
        "kind": ("类别", "Kind", "text"),
        "endOn": ("期满日", "End", "date"),
        "month": ("期满月份", "Month of expiry", "text"),
        "expired": ("已期满", "Expired", "flag"),
        "renewed": ("已续约", "Renewed", "flag"),
        "fee": ("续约费用", "Fee of the renewal", "money"),
    }
)


def make(session: Session, window: Window) -> Report:
    """Return the service periods; the window is that of their (exclusive) end."""
    today = cache.now(session).astimezone(ZONE).date()
    found = session.execute(
        select(ServicePeriod, Project, Customer.name)
        .join(Project, Project.key == ServicePeriod.project_key)
        .join(Customer, Customer.key == Project.customer_key)
        .where(*window.days(ServicePeriod.end_on))
        .order_by(ServicePeriod.end_on, ServicePeriod.key)
    ).all()
    later = _following(session)
    rows = [
        _row(period, project, name, later.get((period.project_key, period.number + 1)))
        | {"expired": period.end_on <= today}
        for period, project, name in found
    ]
    expired = [row for row in rows if row["expired"]]
    renewed = sum(bool(row["renewed"]) for row in expired)
    return Report(
        name=NAME,
        title=Text("Renewals", "续约率"),
        definition=Text(
            "Periods that expired and are followed by another ÷ all that expired",
            "期满后又有下一服务期的÷全部已期满的服务期",
        ),
        columns=_COLUMNS,
        rows=rows,
        figures=_figures(len(rows), len(expired), renewed),
    )


def _figures(periods: int, expired: int, renewed: int) -> list[Figure]:
    return [
        Figure(
            "rate",
            Text("Renewals", "续约率"),
            Text("Renewed ÷ expired", "已续约÷已期满"),
            share(renewed, expired),
            "share",
        ),
        Figure(
            "expired",
            Text("Expired", "已期满"),
            Text("Periods whose end is over", "期满的服务期数"),
            expired,
        ),
        Figure(
            "running",
            Text("Running", "进行中"),
            Text("Periods that have not ended", "尚未期满的服务期数"),
            periods - expired,
        ),
    ]


def _following(session: Session) -> dict[tuple[int, int], ServicePeriod]:
    periods = session.scalars(select(ServicePeriod).where(ServicePeriod.number > 1))
    return {(period.project_key, period.number): period for period in periods}


def _row(
    period: ServicePeriod, project: Project, customer: str, then: ServicePeriod | None
) -> Row:
    return {
        "projectNo": project.project_no,
        "customer": customer,
        "salesManager": project.sales_manager,
        "periodNo": period.number,
        "kind": period.kind,
        "endOn": period.end_on,
        "month": _month(period.end_on),
        "renewed": then is not None,
        "fee": then.fee_fen if then else None,
    }


def _month(day: date) -> str:
    return f"{day.year}-{day.month:02d}"
