"""Rows of incidents: why a token or a job stands still, and how many there are."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session

from engine import cache, journal
from engine.authorization import SYSTEM, Actor
from engine.errors import Text
from engine.events import Event
from engine.lifecycles import IncidentState
from engine.runtime import StepIncident
from engine.schema import Incident, ProcessInstance, next_key

TABLE: Table = Incident.metadata.tables["incident"]
_INSTANCES: Table = ProcessInstance.metadata.tables["process_instance"]
_INSERT = insert(TABLE)
_CLOSE = (
    update(TABLE)
    .where(
        TABLE.c.instance_key == bindparam("instance"),
        TABLE.c.ref.in_(bindparam("refs", expanding=True)),
        TABLE.c.state == IncidentState.ACTIVE,
    )
    .values(
        state=IncidentState.RESOLVED,
        resolved_at=bindparam("at"),
        resolved_by=bindparam("by"),
    )
)
_COUNT = (
    update(_INSTANCES)
    .where(_INSTANCES.c.key == bindparam("key_"))
    .values(incidents=_INSTANCES.c.incidents + bindparam("more"))
)


def open_incident(
    session: Session,
    actor: Actor = SYSTEM,
    *,
    instance_key: int,
    ref: str,
    element_id: str,
    code: str,
    text: Text,
    job_key: int | None = None,
) -> int:
    """Open an incident outside a step, for a job that used up its attempts.

    Returns:
        The incident's key.
    """
    incident = StepIncident(
        ref=ref,
        element_id=element_id,
        code=code,
        message_en=text.en,
        message_zh=text.zh,
    )
    keys = write(session, actor, instance_key, [incident], {ref: job_key})
    session.connection().execute(_COUNT, {"key_": instance_key, "more": 1})
    return keys[0]


def write(
    session: Session,
    actor: Actor,
    instance_key: int,
    found: Iterable[StepIncident],
    jobs: Mapping[str, int | None] | None = None,
) -> list[int]:
    """Insert incidents of one instance; the caller counts them on its row."""
    rows = [_row(session, instance_key, each, jobs or {}) for each in found]
    if rows:
        session.connection().execute(_INSERT, rows)
    for row in rows:
        journal.record(
            session,
            actor,
            Event.INCIDENT_OPENED,
            instance=instance_key,
            element_id=row["element_id"],
            details={"code": row["code"], "message": row["message_en"]},
        )
    return [row["key"] for row in rows]


def close(
    session: Session, actor: Actor, instance_key: int, refs: Collection[str]
) -> int:
    """Mark the active incidents at these tokens as resolved; return how many.

    The caller counts them off on the instance's row.
    """
    values = {
        "instance": instance_key,
        "refs": list(refs),
        "at": cache.now(session),
        "by": actor.username,
    }
    return session.connection().execute(_CLOSE, values).rowcount


def close_apart(session: Session, actor: Actor, instance_key: int, ref: str) -> None:
    """Mark an incident as resolved that no token of its instance stands at."""
    closed = close(session, actor, instance_key, {ref})
    values = {"key_": instance_key, "more": -closed}
    session.connection().execute(_COUNT, values)


def _row(
    session: Session,
    instance_key: int,
    found: StepIncident,
    jobs: Mapping[str, int | None],
) -> dict[str, Any]:
    return {
        "key": next_key(),
        "instance_key": instance_key,
        "ref": found.ref,
        "element_id": found.element_id,
        "job_key": jobs.get(found.ref),
        "code": found.code,
        "message_en": found.message_en,
        "message_zh": found.message_zh,
        "expression": found.expression,
        "missing": list(found.missing),
        "state": IncidentState.ACTIVE,
        "created_at": cache.now(session),
        "resolved_at": None,
        "resolved_by": None,
    }
