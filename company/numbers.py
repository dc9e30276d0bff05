"""Business numbers: one series a noun, without gaps, as ``SR-2026-001``."""

from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session

from company.schema import NumberSeries
from engine import cache

ZONE = ZoneInfo("Asia/Shanghai")
REQUEST = "SR"
REQUIREMENT = "RQ"
VISIT = "V"
ISSUE = "REQ"
_WITHOUT_YEAR = 0


def of_year(session: Session, series: str) -> str:
    """Return the next number of a series that begins anew each year."""
    year = cache.now(session).astimezone(ZONE).year
    return f"{series}-{year}-{_next(session, series, year):03d}"


def running(session: Session, series: str) -> str:
    """Return the next number of a series that counts on for ever."""
    return f"{series}-{_next(session, series, _WITHOUT_YEAR)}"


def _next(session: Session, series: str, year: int) -> int:
    taken = session.scalar(
        update(NumberSeries)
        .where(NumberSeries.series == series, NumberSeries.year == year)
        .values(last=NumberSeries.last + 1)
        .returning(NumberSeries.last)
        .execution_options(synchronize_session=False)
    )
    if taken is None:
        session.add(NumberSeries(series=series, year=year, last=1))
        session.flush()
        return 1
    return taken
