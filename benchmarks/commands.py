"""Our way without HTTP: the command as a request gives it, beside the naive way.

It signs nobody in and parses no request; all else is done: access, form, journal,
element history, inbox, one transaction.
"""

import statistics
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from benchmarks.answers import report
from benchmarks.people import FIRST
from benchmarks.polls import opened
from benchmarks.scenarios import Bench
from engine import identity, user_tasks
from engine.actors import Actor
from engine.database import Database


def completion_ms(bench: Bench, folder: Path) -> float:
    """Return the CPU milliseconds of a completion, as the median of many."""
    keys = [
        int(bench.first_task(bench.create(), bench.hou))
        for _ in range(bench.size.cases)
    ]
    platform = opened(bench.served.place, folder)
    with closing(platform.database) as database:
        actor = _actor(database)
        costs = [_timed(_completing(database, actor, key)) for key in keys]
    return statistics.median(costs[len(costs) // 4 :])


def _actor(database: Database) -> Actor:
    with database.reading() as session:
        known = identity.known(session, FIRST)
        assert known is not None
        return identity.actor_of(session, known)


def _completing(database: Database, actor: Actor, key: int) -> Callable[[], None]:
    answers = report(key)

    def complete() -> None:
        with database.transaction() as session:
            user_tasks.complete(session, actor, key, answers)

    return complete


def _timed(work: Callable[[], None]) -> float:
    begun = time.process_time()
    work()
    return 1000 * (time.process_time() - begun)
