"""Figures about the service, each with its definition."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from company.reports import (
    charges,
    overdue,
    progress,
    renewals,
    requests,
    requirement_cycle,
    satisfaction,
    visits,
)
from company.reports.shape import Column, Figure, Make, Report, Window
from engine.errors import NotFoundError

__all__ = ["NAMES", "Column", "Figure", "NoSuchReportError", "Report", "Window", "make"]

_MAKERS: Mapping[str, Make] = {
    progress.NAME: progress.make,
    overdue.NAME: overdue.make,
    visits.NAME: visits.make,
    requests.FIX: requests.first_time_fix,
    requests.TIMES: requests.response_and_resolution,
    satisfaction.NAME: satisfaction.make,
    renewals.NAME: renewals.make,
    requirement_cycle.NAME: requirement_cycle.make,
    charges.NAME: charges.make,
}
NAMES = tuple(_MAKERS)


class NoSuchReportError(NotFoundError):
    """There is no report of that name."""

    code = "report-not-found"

    def __init__(self, name: str) -> None:
        known = ", ".join(NAMES)
        super().__init__(
            f"There is no report {name}; there are {known}",
            f"没有报表{name};可用的有{known}",
        )


def make(session: Session, name: str, window: Window | None = None) -> Report:
    """Return a report as of now.

    Raises:
        NoSuchReportError: There is none of that name.
    """
    maker = _MAKERS.get(name)
    if maker is None:
        raise NoSuchReportError(name)
    return maker(session, window or Window())
