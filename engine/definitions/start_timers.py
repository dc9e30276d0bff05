"""When a timer start event is due, and when it is due again."""

from datetime import datetime

from engine.runtime import Surroundings, timers, times
from engine.runtime.cron import Cron


def first_due(text: str, around: Surroundings) -> datetime | None:
    """Return when a process with this timer starts first; None for an unreadable one.

    ``text`` is a moment, a duration from now, a cycle or cron, as the diagram has it.
    """
    try:
        return _first(_plain(text), around)
    except ValueError:
        return None  # the check of the deployment has said so


def next_due(
    text: str, due_at: datetime, around: Surroundings
) -> tuple[str, datetime] | None:
    """Return what is left of a cycle after ``due_at``: its text and next moment.

    None where the timer does not repeat, or has done so often enough.
    """
    plain = _plain(text)
    if not _is_cycle(plain):
        return None
    cycle = times.read_cycle(plain)
    if cycle.count is not None and cycle.count <= 1:
        return None
    due = timers.next_run(cycle, due_at, around)
    if cycle.count is None:
        return plain, due
    # Months are counted from the start, so that has to be kept.
    by_months = isinstance(cycle.every, times.Length) and cycle.every.months
    every = plain.partition("/")[2] if by_months else plain.rpartition("/")[2]
    return f"R{cycle.count - 1}/{every}", due


def _plain(text: str) -> str:
    return text.strip().removeprefix("=").strip().strip('"')


def _is_cycle(text: str) -> bool:
    return text.startswith(("R", "@")) or " " in text


def _first(text: str, around: Surroundings) -> datetime:
    if _is_cycle(text):
        cycle = times.read_cycle(text)
        if cycle.start is not None:
            return times.aware(cycle.start, around)
        return _after(around.now, cycle.every, around)
    if text.startswith("P"):
        return times.later(around.now, times.read_length(text), around)
    return times.aware(times.read_moment(text), around)


def _after(
    moment: datetime, every: times.Length | Cron, around: Surroundings
) -> datetime:
    if isinstance(every, Cron):
        return every.after(moment, around.zone)
    return times.later(moment, every, around)
