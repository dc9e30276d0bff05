"""Our way without HTTP: the command as a request gives it, beside the naive way.

It signs nobody in and parses no request; all else is done: access, form, journal,
element history, inbox, one transaction.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import select

from benchmarks.answers import flat, report
from benchmarks.people import FIRST, SECOND
from benchmarks.polls import opened
from benchmarks.scenarios import LOOP, Bench
from engine import identity, user_tasks
from engine.actors import Actor
from engine.database import Database
from engine.lifecycles import UserTaskState
from engine.schema import UserTask

_WINDOW = 10


def completion_ms(bench: Bench, folder: Path) -> float:
    """Return the CPU milliseconds of a completion, as the median of many."""
    keys = [
        int(bench.first_task(bench.create(), bench.hou))
        for _ in range(bench.size.cases)
    ]
    platform = opened(bench.served.place, folder)
    with closing(platform.database) as database:
        actor = _actor(database, FIRST)
        costs = [_timed(_completing(database, actor, k, report(k))) for k in keys]
    return statistics.median(costs[len(costs) // 4 :])


def loop_ms(bench: Bench, folder: Path) -> tuple[float, float, float]:
    """Return the same for the 5th, the 200th and the last task of a case that loops.

    Each is the median of a window; it is the same case that goes through all.
    """
    instance = int(bench.wang.create(LOOP, {}))
    some, last = bench.size.loop
    platform = opened(bench.served.place, folder)
    with closing(platform.database) as database:
        actor = _actor(database, SECOND)
        costs = []
        for number in range(last):
            key = _open_task(database, instance)
            work = _completing(database, actor, key, flat(number))
            costs.append(_timed(work))
    windows = costs[3:8], costs[some - _WINDOW : some + _WINDOW], costs[-2 * _WINDOW :]
    fifth, late, latest = (statistics.median(each) for each in windows)
    return fifth, late, latest


def _open_task(database: Database, instance: int) -> int:
    wanted = select(UserTask.key).where(
        UserTask.instance_key == instance, UserTask.state == UserTaskState.CREATED
    )
    with database.reading() as session:
        return session.scalars(wanted).one()


def _actor(database: Database, username: str) -> Actor:
    with database.reading() as session:
        known = identity.known(session, username)
        assert known is not None
        return identity.actor_of(session, known)


def _completing(
    database: Database, actor: Actor, key: int, answers: Mapping[str, Any]
) -> Callable[[], None]:
    def complete() -> None:
        with database.transaction() as session:
            user_tasks.complete(session, actor, key, answers)

    return complete


def _timed(work: Callable[[], None]) -> float:
    begun = time.process_time()
    work()
    return 1000 * (time.process_time() - begun)
