"""Moving the due time of a running timer, and telling beforehand what that changes."""

from dataclasses import dataclass, replace
from datetime import datetime

from engine.runtime import timers, waiting
from engine.runtime.step import Surroundings
from engine.runtime.tokens import Token

_RUNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerOutlook:
    """What a timer will do when it is due.

    ``runs`` are its next due times, five at most: of a repeating timer they follow
    each other from the first. ``left`` counts the runs still to come, None without
    end. ``attached_to`` is the element at whose boundary it waits, else empty;
    ``interrupts`` tells whether that element (or, of an event sub-process, all around
    it) is cut off.
    """

    runs: tuple[datetime, ...]
    cycle: str
    left: int | None
    attached_to: str
    interrupts: bool


def outlook(token: Token, due_at: datetime, around: Surroundings) -> TimerOutlook:
    """Return what the timer at ``token`` would do if it were due at ``due_at``."""
    schedule = waiting.schedule_of(token)
    assert schedule is not None and token.wait is not None  # noqa: S101, PT018 - a timer
    runs: list[datetime] = []
    following: timers.Schedule | None = replace(schedule, due_at=due_at)
    while following is not None and len(runs) < _RUNS:
        runs.append(following.due_at)
        following = timers.after(following, around)
    host = token.above if token.wait.host_ref is not None else None
    armed = host is not None or token.wait.starts
    return TimerOutlook(
        runs=tuple(runs),
        cycle=schedule.cycle,
        left=schedule.left if schedule.cycle else 1,
        attached_to="" if host is None else host.element.id,
        interrupts=armed and token.wait.interrupting,
    )


def move(token: Token, due_at: datetime) -> None:
    """Let the timer at ``token`` be due at another time."""
    assert token.wait is not None  # noqa: S101 - the caller has looked
    token.wait = replace(token.wait, due_at=due_at)
