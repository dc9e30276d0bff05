"""Setting the business clock: every due moment on the way is visited in order."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from engine import cache, clock, journal
from engine.actors import SYSTEM, Actor
from engine.authorization import Permission, require
from engine.database import Database
from engine.errors import ConflictError, NotFoundError
from engine.schema import BusinessClock, ProcessInstance
from engine.worker import agenda, digests
from engine.worker.pool import pool_of

_JOBS_SECONDS = 5.0


class ClockLockedError(NotFoundError):
    """The business clock of this server is real time and cannot be set."""

    code = "clock-locked"

    def __init__(self) -> None:
        super().__init__(
            "This server runs without the test clock; its time cannot be set",
            "本服务未启用测试时钟,不能设置时间",
        )


class ClockBackwardError(ConflictError):
    """Time cannot go back over what has happened."""

    code = "clock-backward"

    def __init__(self) -> None:
        super().__init__(
            "The clock can only go forward once there are process instances",
            "已有流程实例时,时钟只能向前设置",
        )


def set_clock(database: Database, moment: datetime, actor: Actor = SYSTEM) -> None:
    """Let the business clock stand at ``moment``, and do all that is due until then.

    Timers, periodic work, expiries and reminders find the clock standing at their
    own due time, one after the other, together with the remote work that they cause.

    Raises:
        ClockLockedError: The server runs without the test clock.
        ClockBackwardError: ``moment`` is past, and there are instances.
    """
    with database.transaction() as session:
        _require_test_clock(session, actor)
        now = cache.now(session)
        if moment < now and _has_instances(session):
            raise ClockBackwardError
        if moment < now:
            digests.forget(session)
        cache.set_clock(session, min(now, moment))
        journal.record(session, actor, "ClockSet", details={"from": now, "to": moment})
    _visit(database, moment)
    with database.transaction() as session:
        cache.set_clock(session, moment)


def reset_clock(database: Database, actor: Actor = SYSTEM) -> None:
    """Let the business clock run with real time again.

    Raises:
        ClockLockedError: The server runs without the test clock.
        ClockBackwardError: Real time is past, and there are instances.
    """
    with database.reading() as session:
        _require_test_clock(session, actor)
        if session.scalar(select(BusinessClock.frozen_at)) is None:
            return
    set_clock(database, clock.system_now(), actor)
    with database.transaction() as session:
        cache.set_clock(session, None)


def _require_test_clock(session: Session, actor: Actor) -> None:
    if not session.info["settings"].test_clock:
        raise ClockLockedError
    require(actor, Permission.SET_CLOCK)


def _has_instances(session: Session) -> bool:
    return bool(session.scalar(select(exists(select(ProcessInstance.key)))))


def _visit(database: Database, until: datetime) -> None:
    """Go from due moment to due moment; leave out what could not be done at its own."""
    known, pool = agenda.sources(database), pool_of(database)
    stuck: dict[str, datetime] = {}
    while True:
        with database.reading() as session:
            standing = cache.now(session)
            moments = agenda.earliest(session, known)
        due = {
            source: moment
            for source, moment in zip(known, moments, strict=True)
            if moment is not None
            and moment <= until
            and stuck.get(source.name) != moment
        }
        if not due:
            return
        first = min(due.values())
        if first > standing:
            with database.transaction() as session:
                cache.set_clock(session, first)
        for source in known:
            if due.get(source) == first and not agenda.run(database, source):
                stuck[source.name] = first
        pool.wait_all(_JOBS_SECONDS)
