"""The trace of elements, and what a step leaves in the journal."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session

from engine import journal
from engine.authorization import Actor
from engine.events import Event
from engine.lifecycles import ElementState, InstanceState
from engine.runtime import DecisionTaken, ElementEvent, ThrownMessage
from engine.schema import ElementInstance, next_key
from engine.steps.changes import Changes
from engine.steps.running import Running

TABLE: Table = ElementInstance.metadata.tables["element_instance"]
_STATES = {
    "completed": ElementState.COMPLETED,
    "terminated": ElementState.TERMINATED,
}
_ENDS = {
    InstanceState.COMPLETED: Event.INSTANCE_COMPLETED,
    InstanceState.TERMINATED: Event.INSTANCE_TERMINATED,
}
_INSERT = insert(TABLE)
_END = (
    update(TABLE)
    .where(
        TABLE.c.instance_key == bindparam("instance"),
        TABLE.c.ref == bindparam("ref_"),
        TABLE.c.state == ElementState.ACTIVE,
    )
    .values(state=bindparam("state_"), ended_at=bindparam("at"))
)


def keys_of(events: Iterable[ElementEvent]) -> dict[str, int]:
    """Give the elements that were entered their keys, in the order of events."""
    return {event.ref: next_key() for event in events if event.state not in _STATES}


def write_elements(
    session: Session,
    instance: Running,
    events: Iterable[ElementEvent],
    keys: Mapping[str, int],
) -> None:
    """Write what was entered and left; ``keys`` are from `keys_of`."""
    entered: dict[str, dict[str, Any]] = {}
    ended: list[dict[str, Any]] = []
    for event in events:
        if event.state not in _STATES:
            entered[event.ref] = _row(instance, event, keys)
            continue
        row = entered.get(event.ref)
        if row is not None:
            row["state"], row["ended_at"] = _STATES[event.state], event.at
        else:
            ended.append(_ending(instance, event))
    connection = session.connection()
    if ended:
        connection.execute(_END, ended)
    if entered:
        connection.execute(_INSERT, list(entered.values()))


def _ending(instance: Running, event: ElementEvent) -> dict[str, Any]:
    return {
        "instance": instance.key,
        "ref_": event.ref,
        "state_": _STATES[event.state],
        "at": event.at,
    }


def _row(
    instance: Running, event: ElementEvent, keys: Mapping[str, int]
) -> dict[str, Any]:
    return {
        "key": keys[event.ref],
        "instance_key": instance.key,
        "ref": event.ref,
        "element_id": event.element_id,
        "element_type": event.element_type,
        "path": "/".join(event.path),
        "flow_id": event.flow_id,
        "state": ElementState.ACTIVE,
        "started_at": event.at,
        "ended_at": None,
    }


def record_step(
    session: Session, actor: Actor, instance: Running, changes: Changes
) -> None:
    """Write down decisions, what left the instance, and its end."""
    for taken in changes.decisions:
        record = partial(journal.record, element_id=taken.element_id)
        details = _decision(taken)
        record(
            session, actor, Event.DECISION_TAKEN, instance=instance.key, details=details
        )
    for thrown in changes.thrown:
        record = partial(journal.record, element_id=thrown.element_id)
        details = _thrown(thrown)
        record(
            session, actor, _event_of(thrown), instance=instance.key, details=details
        )
    if not instance.is_active:
        details = {"outcome": instance.outcome}
        if instance.end_reason is not None:
            details["reason"] = instance.end_reason
        event = _ENDS[instance.state]
        journal.record(session, actor, event, instance=instance.key, details=details)


def _decision(taken: DecisionTaken) -> dict[str, Any]:
    return {
        "decision": taken.decision_id,
        "inputs": taken.inputs,
        "output": taken.output,
        "matched": [list(row) for row in taken.matched],
    }


def _event_of(thrown: ThrownMessage) -> Event:
    if thrown.signal:
        return Event.SIGNAL_BROADCAST
    return Event.MESSAGE_PUBLISHED if thrown.publish_only else Event.MESSAGE_SENT


def _thrown(thrown: ThrownMessage) -> dict[str, Any]:
    details: dict[str, Any] = {"name": thrown.name, "key": thrown.correlation_key}
    if thrown.publish_only:
        details["payload"] = thrown.payload
    return details
