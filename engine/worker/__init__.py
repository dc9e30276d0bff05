"""Everything that happens without a request: jobs, timers, the business clock."""

from engine.worker import external, listing, repair
from engine.worker.agenda import Source
from engine.worker.business_clock import (
    ClockBackwardError,
    ClockLockedError,
    reset_clock,
    set_clock,
)
from engine.worker.loop import Worker
from engine.worker.pool import Pool, pool_of, wait_for_jobs
from engine.worker.running import run_job
from engine.worker.timers import fire_due_timers

__all__ = [
    "ClockBackwardError",
    "ClockLockedError",
    "Pool",
    "Source",
    "Worker",
    "external",
    "fire_due_timers",
    "listing",
    "pool_of",
    "repair",
    "reset_clock",
    "run_job",
    "set_clock",
    "wait_for_jobs",
]
