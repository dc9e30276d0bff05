"""Looking at instances: rows, trace, data, history."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, bindparam, func, select
from sqlalchemy.orm import Session

from engine import disclosure, journal, steps
from engine import search as searching
from engine.authorization import Actor, Permission, may_see_scope, require
from engine.lifecycles import ElementState, InstanceState
from engine.schema import (
    ElementInstance,
    ProcessDefinition,
    ProcessInstance,
    Scope,
    ScopeMember,
)
from engine.search import Column, Found, Query, Searchable
from engine.steps import InstanceNotFoundError
from engine.steps.running import TABLE as INSTANCES
from engine.steps.running import from_row

AnyRow = Row[*tuple[Any, ...]]

_DEFINITIONS: Table = ProcessDefinition.metadata.tables["process_definition"]
_SCOPES: Table = Scope.metadata.tables["scope"]
_ELEMENTS: Table = ElementInstance.metadata.tables["element_instance"]

NAMES: Mapping[str, Column] = {
    "processInstanceKey": searching.key(INSTANCES.c.key),
    "processDefinitionId": searching.text(INSTANCES.c.process_id),
    "processDefinitionKey": searching.key(INSTANCES.c.definition_key),
    "processDefinitionName": searching.text(_DEFINITIONS.c.name),
    "processDefinitionVersion": searching.number(_DEFINITIONS.c.version),
    "parentProcessInstanceKey": searching.key(INSTANCES.c.parent_key, nullable=True),
    "rootProcessInstanceKey": searching.key(INSTANCES.c.root_key),
    "businessId": searching.text(INSTANCES.c.business_id, nullable=True),
    "projectNo": searching.text(_SCOPES.c.business_id, nullable=True),
    "state": searching.state(INSTANCES.c.state, InstanceState),
    "suspended": searching.flag(INSTANCES.c.suspended),
    "hasIncident": searching.flag(INSTANCES.c.incidents > 0),
    "startDate": searching.moment(INSTANCES.c.started_at),
    "endDate": searching.moment(INSTANCES.c.ended_at, nullable=True),
    "startedBy": searching.text(INSTANCES.c.started_by),
    "outcome": searching.text(INSTANCES.c.outcome, nullable=True),
    "text": searching.text(
        _DEFINITIONS.c.name
        + " "
        + _DEFINITIONS.c.name_en
        + " "
        + func.coalesce(_SCOPES.c.title, "")
    ),
}
_LISTED = [column for column in INSTANCES.c if column.name != "state_blob"]
_ROWS = (
    select(
        *_LISTED,
        _DEFINITIONS.c.name,
        _DEFINITIONS.c.name_en,
        _DEFINITIONS.c.version,
        _DEFINITIONS.c.version_tag,
        _SCOPES.c.business_id.label("scope_id"),
        _SCOPES.c.title.label("scope_title"),
    )
    .join(_DEFINITIONS, _DEFINITIONS.c.key == INSTANCES.c.definition_key)
    .outerjoin(_SCOPES, _SCOPES.c.key == INSTANCES.c.scope_key)
)
_SEARCHABLE = Searchable(NAMES, INSTANCES.c.key)
_STATE = select(*steps.running.COLUMNS).where(INSTANCES.c.key == bindparam("key_"))


def _stored(kind: str) -> str:
    """Return how rows name a kind of element: ``USER_TASK`` is a ``userTask``."""
    first, *others = kind.lower().split("_")
    return first + "".join(each.capitalize() for each in others)


ELEMENT_NAMES: Mapping[str, Column] = {
    "elementInstanceKey": searching.key(_ELEMENTS.c.key),
    "processInstanceKey": searching.key(_ELEMENTS.c.instance_key),
    "processDefinitionId": searching.text(INSTANCES.c.process_id),
    "processDefinitionKey": searching.key(INSTANCES.c.definition_key),
    "elementId": searching.text(_ELEMENTS.c.element_id),
    "type": searching.renamed(_ELEMENTS.c.element_type, _stored),
    "state": searching.state(_ELEMENTS.c.state, ElementState),
    "startDate": searching.moment(_ELEMENTS.c.started_at),
    "endDate": searching.moment(_ELEMENTS.c.ended_at, nullable=True),
}
_ELEMENT_ROWS = select(
    _ELEMENTS,
    INSTANCES.c.process_id,
    INSTANCES.c.definition_key,
    INSTANCES.c.root_key,
    INSTANCES.c.scope_key,
).join(INSTANCES, INSTANCES.c.key == _ELEMENTS.c.instance_key)
_ELEMENT_SEARCHABLE = Searchable(ELEMENT_NAMES, _ELEMENTS.c.key)


def visible(session: Session, actor: Actor, key: int) -> ProcessInstance:
    """Return an instance that the actor may see, without its state.

    Raises:
        InstanceNotFoundError: There is none, as far as the actor may know.
    """
    require(actor, Permission.READ_INSTANCES)
    row = session.get(ProcessInstance, key, populate_existing=True)
    if row is None or not may_see_scope(session, actor, row.scope_key):
        raise InstanceNotFoundError
    return row


def get(session: Session, actor: Actor, key: int) -> AnyRow:
    """Return an instance as a search would, with its process's name and version.

    Raises:
        InstanceNotFoundError: There is none, as far as the actor may know.
    """
    row = session.execute(_ROWS.where(INSTANCES.c.key == key)).first()
    if row is None or not may_see_scope(session, actor, row.scope_key):
        raise InstanceNotFoundError
    return row


def search(session: Session, actor: Actor, query: Query) -> Found[Row[Any]]:
    """Return the instances that the actor may see and looks for.

    Rows have the columns of `ProcessInstance` (without the state), ``name``,
    ``name_en``, ``version`` and ``version_tag`` of the process, and ``scope_id``.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    require(actor, Permission.READ_INSTANCES)
    rows = _ROWS.where(*_seen_by(actor))
    return _SEARCHABLE.search(session, rows, query)


def element_instances(session: Session, actor: Actor, query: Query) -> Found[Row[Any]]:
    """Return elements that were entered, in instances that the actor may see.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    require(actor, Permission.READ_INSTANCES)
    rows = _ELEMENT_ROWS.where(*_seen_by(actor))
    return _ELEMENT_SEARCHABLE.search(session, rows, query)


def variables(session: Session, actor: Actor, key: int) -> dict[str, Any]:
    """Return the data of an instance, as far as the actor may read it.

    Raises:
        InstanceNotFoundError: There is none, as far as the actor may know.
    """
    require(actor, Permission.READ_INSTANCES)
    running = _running(session, key)
    if not may_see_scope(session, actor, running.scope_key):
        raise InstanceNotFoundError
    with steps.borrowed(session, running) as live:
        data = live.variables()
    return disclosure.variables(
        session, actor, running.model_key, running.scope_key, data
    )


def data_of(session: Session, key: int, ref: str | None = None) -> dict[str, Any]:
    """Return the unguarded data of an instance, or of what the token ``ref`` sees.

    Raises:
        InstanceNotFoundError: There is none.
        NotWaitingError: It has no such token.
    """
    with steps.borrowed(session, _running(session, key)) as live:
        return live.variables(ref)


def _running(session: Session, key: int) -> steps.Running:
    row = session.connection().execute(_STATE, {"key_": key}).first()
    if row is None:
        raise InstanceNotFoundError
    return from_row(row)


def history(session: Session, actor: Actor, key: int) -> list[disclosure.Line]:
    """Return what the journal knows of an instance, the first entry first.

    Raises:
        InstanceNotFoundError: There is none, as far as the actor may know.
    """
    visible(session, actor, key)
    entries = journal.entries_of(session, instance_key=key)
    return disclosure.lines(session, actor, entries)


def hierarchy(session: Session, actor: Actor, key: int) -> list[AnyRow]:
    """Return the instances that led to this one, the outermost first, itself last.

    Raises:
        InstanceNotFoundError: There is none, as far as the actor may know.
    """
    chain = [get(session, actor, key)]
    while chain[0].parent_key is not None:
        parent = _ROWS.where(INSTANCES.c.key == chain[0].parent_key)
        chain.insert(0, session.execute(parent).one())
    return chain


def sequence_flows(session: Session, actor: Actor, key: int) -> Sequence[str]:
    """Return the ids of the sequence flows that were taken.

    Raises:
        InstanceNotFoundError: There is none, as far as the actor may know.
    """
    visible(session, actor, key)
    return (
        session.execute(
            select(_ELEMENTS.c.flow_id)
            .where(_ELEMENTS.c.instance_key == key, _ELEMENTS.c.flow_id.is_not(None))
            .distinct()
            .order_by(_ELEMENTS.c.flow_id)
        )
        .scalars()
        .all()
    )


def _seen_by(actor: Actor) -> list[ColumnElement[bool]]:
    if not actor.is_customer:
        return []
    scopes = select(ScopeMember.scope_key).where(ScopeMember.username == actor.username)
    return [INSTANCES.c.scope_key.in_(scopes)]
