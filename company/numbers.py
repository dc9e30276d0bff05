"""Business numbers: one series a noun, without gaps, as ``SR-2026-001``."""

from zoneinfo import ZoneInfo

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from company.schema import NumberSeries
from engine import cache

ZONE = ZoneInfo("Asia/Shanghai")
PROJECT = "KB"
REQUEST = "SR"
REQUIREMENT = "RQ"
VISIT = "V"
ISSUE = "REQ"
QUOTE = "BJ"
RECEIVABLE = "YS"
_WITHOUT_YEAR = 0


def of_year(session: Session, series: str) -> str:
    """Return the next number of a series that begins anew each year."""
    year = cache.now(session).astimezone(ZONE).year
    return f"{series}-{year}-{_next(session, series, year):03d}"


def running(session: Session, series: str) -> str:
    """Return the next number of a series that counts on for ever."""
    return f"{series}-{_next(session, series, _WITHOUT_YEAR)}"


def _next(session: Session, series: str, year: int) -> int:
    taken = _count_on(session, series, year)
    if taken is None:
        taken = _begin(session, series, year) or _count_on(session, series, year)
    if taken is None:
        raise RuntimeError(f"The series {series} cannot be counted")
    return taken


def _count_on(session: Session, series: str, year: int) -> int | None:
    return session.scalar(
        update(NumberSeries)
        .where(NumberSeries.series == series, NumberSeries.year == year)
        .values(last=NumberSeries.last + 1)
        .returning(NumberSeries.last)
        .execution_options(synchronize_session=False)
    )


def _begin(session: Session, series: str, year: int) -> int | None:
    """Begin a series; None where somebody else has just begun it."""
    try:
        with session.begin_nested():
            session.execute(
                insert(NumberSeries).values(series=series, year=year, last=1)
            )
    except IntegrityError:
        return None
    return 1
