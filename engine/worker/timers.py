"""Timers of instances: due rows fire one by one, in the order of their times."""

from datetime import datetime
from typing import Any, cast

import structlog
from sqlalchemy import Select, func, select

from engine import clock, steps
from engine.database import Database, persistently
from engine.lifecycles import InstanceState
from engine.schema import BusinessClock, ProcessInstance, Timer

_log = structlog.get_logger()


def fire_due_timers(
    database: Database, limit: int = 1000, *, until: datetime | None = None
) -> int:
    """Fire timers that are due by the business clock; return how many fired.

    Each fires in a transaction of its own, always the longest overdue first: what
    one brings about may be due before the next. Two workers at it do nothing twice,
    because the second finds the row gone. ``until`` replaces the clock for the
    choice of timers. One that breaks off is left alone for a while (`forget_broken`),
    so that it does not hold up the others.
    """
    fired = 0
    for _ in range(limit):
        key = _next(database, until)
        if key is None:
            break
        fired += _fire(database, key)
    return fired


def earliest(database: Database) -> Select[datetime]:
    """Return the query for when the next timer of a going instance is due."""
    going = _going(select(Timer.due_at), _broken(database))
    return cast("Select[datetime]", going.order_by(Timer.due_at).limit(1))


def forget_broken(database: Database) -> None:
    """Give timers that broke off another chance."""
    _broken(database).clear()


def _next(database: Database, until: datetime | None) -> int | None:
    standing = select(BusinessClock.frozen_at).limit(1).scalar_subquery()
    now = until or func.coalesce(standing, clock.system_now())
    due = _going(select(Timer.key), _broken(database)).where(Timer.due_at <= now)
    with database.reading() as session:
        first = due.order_by(Timer.due_at, Timer.key).limit(1)
        return cast("int | None", session.scalar(first))


def _going(query: Select[Any], without: set[int]) -> Select[Any]:
    """Leave out timers of instances that are suspended or over.

    By a subquery for each timer, not by a join: so the timers are always read in the
    order of the index on their due times, however many instances there are.
    """
    suspended = select(ProcessInstance.suspended).where(
        ProcessInstance.key == Timer.instance_key,
        ProcessInstance.state == InstanceState.ACTIVE,
    )
    going = query.where(suspended.scalar_subquery().is_(False))
    return going.where(Timer.key.not_in(without)) if without else going


def _fire(database: Database, key: int) -> bool:
    def fire() -> bool:
        with database.transaction() as session:
            return steps.fire_timer(session, key)

    try:
        return persistently(fire)
    except Exception:  # noqa: BLE001 - one broken timer must not stop the others
        _log.exception("timer broke off", timer_key=key)
        _broken(database).add(key)
        return False


def _broken(database: Database) -> set[int]:
    broken: set[int] = database.info.setdefault("broken_timers", set())
    return broken
