"""Jobs as a search shows them; what they carry and bring stays with their workers."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, select
from sqlalchemy.orm import Session

from engine import search as searching
from engine.actors import Actor
from engine.authorization import Permission, require
from engine.jobs import EXTERNAL, TABLE, JobNotFoundError
from engine.lifecycles import JobState
from engine.schema import ElementInstance, ProcessInstance
from engine.search import Column, Found, Query, Searchable

_INSTANCES = ProcessInstance.metadata.tables["process_instance"]
_ELEMENTS = ElementInstance.metadata.tables["element_instance"]
_ENTERED = (
    select(func.max(_ELEMENTS.c.key))
    .where(
        _ELEMENTS.c.instance_key == TABLE.c.instance_key,
        _ELEMENTS.c.ref == TABLE.c.ref,
    )
    .correlate(TABLE)
    .scalar_subquery()
)
_CARRIED = case((TABLE.c.kind == EXTERNAL, TABLE.c.payload)).label("carried")
_TRIES_AGAIN = and_(TABLE.c.state == JobState.CREATED, TABLE.c.attempts > 0)
NAMES: Mapping[str, Column] = {
    "jobKey": searching.key(TABLE.c.key),
    "type": searching.text(TABLE.c.operation),
    "origin": searching.text(TABLE.c.kind),
    "worker": searching.text(TABLE.c.worker, nullable=True),
    "state": searching.state(TABLE.c.state, JobState),
    "priority": searching.number(-TABLE.c.rank),
    "errorCode": searching.text(TABLE.c.error_code, nullable=True),
    "hasFailedWithRetriesLeft": searching.flag(_TRIES_AGAIN),
    "elementInstanceKey": searching.key(_ENTERED, nullable=True),
    "elementId": searching.text(TABLE.c.element_id),
    "errorMessage": searching.text(TABLE.c.error, nullable=True),
    "deadline": searching.moment(TABLE.c.deadline, nullable=True),
    "creationTime": searching.moment(TABLE.c.created_at),
    "endTime": searching.moment(TABLE.c.ended_at, nullable=True),
    "retries": searching.number(TABLE.c.max_attempts - TABLE.c.attempts),
    "processInstanceKey": searching.key(TABLE.c.instance_key, nullable=True),
    "processDefinitionId": searching.text(_INSTANCES.c.process_id),
    "processDefinitionKey": searching.key(_INSTANCES.c.definition_key, nullable=True),
}
_HIDDEN = frozenset({"payload", "result"})
_ROWS: Select[Any] = select(
    *(column for column in TABLE.c if column.name not in _HIDDEN),
    _INSTANCES.c.process_id,
    _INSTANCES.c.definition_key,
    _INSTANCES.c.root_key,
    _INSTANCES.c.scope_key,
    _INSTANCES.c.business_id,
    _ENTERED.label("element_instance_key"),
    _CARRIED,
).outerjoin(_INSTANCES, _INSTANCES.c.key == TABLE.c.instance_key)
_SEARCHABLE = Searchable(NAMES, TABLE.c.key)


def search(session: Session, actor: Actor, query: Query) -> Found[Row[Any]]:
    """Return jobs; customers see none.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    require(actor, Permission.READ_INSTANCES)
    if actor.is_customer:
        return Found([], 0, more=False)
    return _SEARCHABLE.search(session, _ROWS, query)


def headers_of(row: Row[Any]) -> dict[str, str]:
    """Return what the diagram tells the worker, of a job as a search shows it."""
    return dict((row.carried or {}).get("headers", {}))


def get(session: Session, actor: Actor, key: int) -> Row[Any]:
    """Return a job as a search would.

    Raises:
        JobNotFoundError: There is none, or the actor is a customer.
    """
    row = session.execute(_ROWS.where(TABLE.c.key == key)).first()
    if row is None or actor.is_customer:
        raise JobNotFoundError
    return row
