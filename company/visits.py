"""Periodic visits: planned by their cycle, opened when due, closed when done."""

from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import customers, numbers
from company.schema import Project, Visit
from engine import cache, calendars, instances
from engine.actors import Actor
from engine.errors import InvalidInputError, NotFoundError
from engine.schema import next_key

PLANNED = "planned"
OPEN = "open"
CLOSED = "closed"
CANCELED = "canceled"
EXPIRED = "service period over"


class VisitNotFoundError(NotFoundError):
    """There is no such visit."""

    code = "visit-not-found"

    def __init__(self, visit_no: str) -> None:
        super().__init__(f"There is no visit {visit_no}", f"没有回访{visit_no}")


class NoDateError(InvalidInputError):
    """A visit without a date cannot be planned."""

    code = "visit-without-date"

    def __init__(self) -> None:
        super().__init__("A visit needs the day on which it is due", "回访须有到期日")


def get(session: Session, visit_no: str) -> Visit:
    """Return a visit by its number.

    Raises:
        VisitNotFoundError: There is none.
    """
    visit = session.scalar(select(Visit).where(Visit.visit_no == visit_no))
    if visit is None:
        raise VisitNotFoundError(visit_no)
    return visit


def of_project(session: Session, project_key: int) -> Sequence[Visit]:
    """Return the visits of a project, the first due first."""
    return session.scalars(
        select(Visit)
        .where(Visit.project_key == project_key)
        .order_by(Visit.due_on, Visit.key)
    ).all()


def plan(session: Session, project: Project, due_on: date, period_no: int) -> Visit:
    """Return the visit that is due on a day; a new one where there is none yet.

    It opens at 00:00 of the first working day from ``due_on``.
    """
    known = session.scalar(
        select(Visit).where(Visit.project_key == project.key, Visit.due_on == due_on)
    )
    if known is not None:
        _revive(known)
        return known
    calendar = calendars.calendar(session)
    opens_on = calendar.next_working_day(due_on)
    visit = Visit(
        key=next_key(),
        visit_no=numbers.of_year(session, numbers.VISIT),
        project_key=project.key,
        period_no=period_no,
        due_on=due_on,
        opens_at=datetime.combine(opens_on, time(), calendar.zone),
        state=PLANNED,
    )
    session.add(visit)
    session.flush()
    return visit


def _revive(visit: Visit) -> None:
    """Plan a visit again that the end of an earlier period had cut off."""
    if visit.state == CANCELED:
        visit.state, visit.result, visit.closed_at = PLANNED, None, None


def begin(session: Session, project: Project, visit_no: str, instance_key: int) -> None:
    """Open a visit; its date becomes the customer's last one in the cycle."""
    visit = get(session, visit_no)
    visit.state, visit.opened_at = OPEN, cache.now(session)
    visit.instance_key = instance_key
    customers.get(session, project.customer_key).last_visit = visit.due_on
    session.flush()


def mark_reached(session: Session, visit_no: str) -> None:
    """Count a visit as done: somebody at the customer was reached."""
    visit = get(session, visit_no)
    visit.reached_at = visit.reached_at or cache.now(session)
    session.flush()


def close(
    session: Session, visit_no: str, *, result: str, score: int | None, onsite: bool
) -> Visit:
    """Close a visit with what it brought."""
    visit = get(session, visit_no)
    visit.state, visit.result = CLOSED, result
    visit.score, visit.onsite = score, onsite
    visit.closed_at = cache.now(session)
    session.flush()
    return visit


def close_open(session: Session, actor: Actor, project: Project) -> int:
    """End the visits of a project at which nobody was reached; return how many.

    One at which somebody was reached goes on: its follow-up is owed to the customer.
    """
    left = session.scalars(
        select(Visit).where(
            Visit.project_key == project.key,
            Visit.state.in_([PLANNED, OPEN]),
            Visit.reached_at.is_(None),
        )
    ).all()
    for visit in left:
        if visit.instance_key is not None:
            instances.end(session, actor, visit.instance_key, EXPIRED)
        visit.state, visit.result = CANCELED, CANCELED
        visit.closed_at = cache.now(session)
    session.flush()
    return sum(visit.opened_at is not None for visit in left)
