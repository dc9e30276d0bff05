"""Waiting for what happens outside of requests."""

import time
from collections.abc import Callable
from typing import TypeVar

from engine import clock, jobs
from engine.worker import pool_of
from tests.api.serving import House

T = TypeVar("T")
_SECONDS = 20.0


def until(look: Callable[[], T], seconds: float = _SECONDS) -> T:
    """Look until there is something to see, and return it."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
    return seen


def hurry(house: House) -> None:
    """Have everything tried again at once that waits for its next try."""
    database = house.platform.database
    with database.transaction() as session:
        waiting = jobs.unfinished(session, 100)
        for job in waiting:
            job.due_at = clock.system_now()
    pool_of(database).submit([job.key for job in waiting])
