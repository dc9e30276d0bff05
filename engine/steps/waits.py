"""Rows of what an instance waits for: timers, subscriptions and jobs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert
from sqlalchemy.orm import Session

from engine import cache, jobs
from engine.runtime import Closed, Wait, WaitKind
from engine.schema import MessageSubscription, Timer, next_key
from engine.steps.changes import Changes
from engine.steps.running import Running

TIMERS: Table = Timer.metadata.tables["timer"]
SUBSCRIPTIONS: Table = MessageSubscription.metadata.tables["message_subscription"]
SUBSCRIBED = WaitKind.MESSAGE, WaitKind.SIGNAL

_INSERT_TIMERS = insert(TIMERS)
_INSERT_SUBSCRIPTIONS = insert(SUBSCRIPTIONS)


def _at_refs(table: Table) -> Any:
    return (
        table.c.instance_key == bindparam("instance"),
        table.c.ref.in_(bindparam("refs", expanding=True)),
    )


_DELETE_TIMERS = delete(TIMERS).where(*_at_refs(TIMERS))
_DELETE_SUBSCRIPTIONS = delete(SUBSCRIPTIONS).where(*_at_refs(SUBSCRIPTIONS))


def write_waits(session: Session, instance: Running, changes: Changes) -> None:
    """Remove the rows of what is over, then insert those of what is new."""
    now = cache.now(session)
    _remove(session, instance, changes)
    connection = session.connection()
    timers = [_timer(instance, w, now) for w in changes.opened_of(WaitKind.TIMER)]
    if timers:
        connection.execute(_INSERT_TIMERS, timers)
    subscribed = [
        _subscription(instance, w, now) for w in changes.opened_of(*SUBSCRIBED)
    ]
    if subscribed:
        connection.execute(_INSERT_SUBSCRIPTIONS, subscribed)


def enqueue_calls(
    session: Session,
    instance: Running,
    calling: Iterable[Wait],
    payloads: Mapping[str, dict[str, Any]],
) -> None:
    """Make jobs of service tasks that nobody works inside the transaction."""
    for wait in calling:
        jobs.enqueue(
            session,
            kind="operation",
            operation=wait.operation,
            payload=payloads[wait.ref],
            instance_key=instance.key,
            ref=wait.ref,
            element_id=wait.element_id,
            scope_key=instance.scope_key,
            max_attempts=wait.retries,
        )


def _remove(session: Session, instance: Running, changes: Changes) -> None:
    connection = session.connection()
    if refs := _refs(changes.closed_of(WaitKind.TIMER)):
        connection.execute(_DELETE_TIMERS, {"instance": instance.key, "refs": refs})
    if refs := _refs(changes.closed_of(*SUBSCRIBED)):
        values = {"instance": instance.key, "refs": refs}
        connection.execute(_DELETE_SUBSCRIPTIONS, values)
    canceled = [c for c in changes.closed_of(WaitKind.CALL) if not c.completed]
    if refs := _refs(canceled):
        jobs.cancel_for(session, instance.key, refs)


def _refs(closed: Iterable[Closed]) -> Sequence[str]:
    return [each.wait.ref for each in closed]


def _timer(instance: Running, wait: Wait, now: Any) -> dict[str, Any]:
    return {
        "key": next_key(),
        "instance_key": instance.key,
        "ref": wait.ref,
        "element_id": wait.element_id,
        "due_at": wait.due_at,
        "cycle": wait.cycle,
        "created_at": now,
    }


def _subscription(instance: Running, wait: Wait, now: Any) -> dict[str, Any]:
    return {
        "key": next_key(),
        "instance_key": instance.key,
        "ref": wait.ref,
        "element_id": wait.element_id,
        "kind": wait.kind.value,
        "name": wait.name,
        "correlation_key": wait.correlation_key,
        "starts": wait.starts,
        "created_at": now,
    }
