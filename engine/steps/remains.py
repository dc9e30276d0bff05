"""What the rows still tell of an instance whose state cannot be read."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from engine import jobs
from engine.lifecycles import ElementState, IncidentState, JobState, UserTaskState
from engine.runtime import Closed, ElementEvent, Step, Wait, WaitKind
from engine.steps import history, stops, tasks, waits
from engine.steps.running import Running

_OPEN: tuple[tuple[WaitKind, Table, tuple[Any, ...]], ...] = (
    (WaitKind.TASK, tasks.TABLE, (tasks.TABLE.c.state == UserTaskState.CREATED,)),
    (WaitKind.TIMER, waits.TIMERS, ()),
    (WaitKind.MESSAGE, waits.SUBSCRIPTIONS, ()),
    (
        WaitKind.CALL,
        jobs.TABLE,
        (jobs.TABLE.c.state.in_((JobState.CREATED, JobState.FAILED)),),
    ),
    (WaitKind.INCIDENT, stops.TABLE, (stops.TABLE.c.state == IncidentState.ACTIVE,)),
)


def cut_off(session: Session, instance: Running, reason: str, at: datetime) -> Step:
    """Return the step that ends an instance before its time, by its rows alone."""
    closed = (
        Closed(wait=wait, completed=False, reason=reason)
        for wait in _waits(session, instance.key)
    )
    events = _terminated(session, instance.key, at)
    return Step(closed=tuple(closed), events=tuple(events), finished=True)


def _waits(session: Session, instance_key: int) -> Iterator[Wait]:
    for kind, table, conditions in _OPEN:
        rows = select(table.c.ref, table.c.element_id).where(
            table.c.instance_key == instance_key, *conditions
        )
        for ref, element_id in session.connection().execute(rows):
            yield Wait(kind=kind, ref=ref, element_id=element_id)


def _terminated(
    session: Session, instance_key: int, at: datetime
) -> Iterator[ElementEvent]:
    table = history.TABLE
    rows = select(table.c.ref, table.c.element_id, table.c.element_type).where(
        table.c.instance_key == instance_key, table.c.state == ElementState.ACTIVE
    )
    for ref, element_id, element_type in session.connection().execute(rows):
        yield ElementEvent(
            ref=ref,
            element_id=element_id,
            element_type=element_type,
            state="terminated",
            at=at,
        )
