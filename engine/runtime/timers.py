"""When a timer is due, and when it is due again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from engine.errors import EngineError, Text
from engine.runtime import expressions, times
from engine.runtime.cron import Cron
from engine.runtime.data import Data
from engine.runtime.elements import TimerKind, TimerText
from engine.runtime.faults import ElementFailed
from engine.runtime.step import Surroundings
from engine.runtime.tokens import Token

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Schedule:
    """The next due moment; ``left`` counts the runs still to come, None is endless."""

    due_at: datetime
    cycle: str = ""
    left: int | None = 1


def first(token: Token, timer: TimerText, data: Data, *, blame: str = "") -> Schedule:
    """Return when ``timer`` is due for the first time.

    Raises:
        ElementFailed: ``timer-invalid``, ``expression-failed`` or
            ``value-missing``; ``blame`` names the element.
    """
    found: Any = timer.text
    if timer.expression is not None:
        found = expressions.required(token, timer.expression, data, blame=blame)
    around = token.work.around
    return _reading(timer.text, blame, lambda: _READERS[timer.kind](found, around))


def following(token: Token, schedule: Schedule) -> Schedule | None:
    """Return when a repeating timer is due again; None when it is over."""
    return after(schedule, token.work.around)


def after(schedule: Schedule, around: Surroundings) -> Schedule | None:
    """Return when a repeating timer is due again; None when it is over."""
    if not schedule.cycle or (schedule.left is not None and schedule.left <= 1):
        return None
    due = next_run(times.read_cycle(schedule.cycle), schedule.due_at, around)
    left = None if schedule.left is None else schedule.left - 1
    return Schedule(due, schedule.cycle, left)


def next_run(cycle: times.Cycle, moment: datetime, around: Surroundings) -> datetime:
    """Return when a cycle is due after ``moment``, the time of its last run.

    Raises:
        ValueError: it would repeat without time passing.
    """
    every = cycle.every
    if cycle.start is None or not isinstance(every, times.Length) or not every.months:
        return _next(moment, every, around)
    return times.next_of(times.aware(cycle.start, around), every, moment, around)


def due_date(token: Token, text: str, value: Any) -> datetime | None:
    """Return when a user task is due: a length from now, a date or a moment.

    A date without a time means its end in the calendar's zone.

    Raises:
        ElementFailed: ``timer-invalid``.
    """
    if value is None or value == "":
        return None
    around = token.work.around
    return _reading(text, "", lambda: _moment(value, around, end_of_day=True))


def _reading(text: str, blame: str, action: Callable[[], T]) -> T:
    try:
        return action()
    except (ValueError, TypeError, OverflowError, KeyError, EngineError) as error:
        raise ElementFailed(
            "timer-invalid",
            Text(
                f"{text!r} names no time: {error}",
                f"“{text}”不是有效的时间：{error}",
            ),
            expression=text,
            element_id=blame,
        ) from error


def _date(value: Any, around: Surroundings) -> Schedule:
    return Schedule(_moment(value, around))


def _cycle(value: Any, around: Surroundings) -> Schedule:
    length = times.as_length(value)
    if length is not None:
        return Schedule(times.later(around.now, length, around))
    text = str(value).strip()
    cycle = times.read_cycle(text)
    if cycle.start is not None:
        due = times.aware(cycle.start, around)
    else:
        due = _next(around.now, cycle.every, around)
        text = times.anchored(text, cycle, around)
    return Schedule(due, text, cycle.count)


def _moment(value: Any, around: Surroundings, *, end_of_day: bool = False) -> datetime:
    if isinstance(value, str):
        value = _read(value.strip())
    length = value if isinstance(value, times.Length) else times.as_length(value)
    if length is not None:
        return times.later(around.now, length, around)
    if isinstance(value, date):
        return times.aware(value, around, end_of_day=end_of_day)
    msg = f"{value!r} is no time"
    raise ValueError(msg)


def _read(text: str) -> times.Length | times.Moment:
    if text.lstrip("+-").startswith("P"):
        return times.read_length(text)
    return times.read_moment(text)


def _next(
    moment: datetime, every: times.Length | Cron, around: Surroundings
) -> datetime:
    if isinstance(every, Cron):
        return every.after(moment, around.zone).astimezone(UTC)
    due = times.later(moment, every, around)
    if due <= moment:
        msg = "it would repeat without time passing"
        raise ValueError(msg)
    return due


_READERS: dict[TimerKind, Callable[[Any, Surroundings], Schedule]] = {
    TimerKind.DATE: _date,
    TimerKind.DURATION: _date,
    TimerKind.CYCLE: _cycle,
}
