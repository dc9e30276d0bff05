"""What of process data and of the journal a reader may see.

Fields with ``x-readers`` reach nobody but the holders of those duties. Data holds
the answers under result names, the journal in entries of completed tasks, decisions
among their inputs; all three are stripped here, the same way for every route.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, or_, select
from sqlalchemy.orm import Session

from engine import cache, definitions, forms
from engine import search as searching
from engine.authorization import Actor, Permission, duties_of, require
from engine.events import Event
from engine.forms import Form
from engine.schema import JournalEntry, ProcessInstance, Scope, ScopeMember, UserTask
from engine.search import Column, Found, Query, Searchable

_FOR_STAFF = frozenset({Event.DECISION_TAKEN, Event.INCIDENT_OPENED})

_ENTRIES: Table = JournalEntry.metadata.tables["journal_entry"]
_SCOPES: Table = Scope.metadata.tables["scope"]
NAMES: Mapping[str, Column] = {
    "auditLogKey": searching.key(_ENTRIES.c.key),
    "timestamp": searching.moment(_ENTRIES.c.at),
    "actorId": searching.text(_ENTRIES.c.actor),
    "operationType": searching.text(_ENTRIES.c.event),
    "processInstanceKey": searching.key(_ENTRIES.c.instance_key, nullable=True),
    "userTaskKey": searching.key(_ENTRIES.c.task_key, nullable=True),
    "elementId": searching.text(_ENTRIES.c.element_id),
    "projectNo": searching.text(_SCOPES.c.business_id, nullable=True),
}
_ROWS = select(_ENTRIES.c.key).outerjoin(_SCOPES, _SCOPES.c.key == _ENTRIES.c.scope_key)
_SEARCHABLE = Searchable(NAMES, _ENTRIES.c.key)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the journal as its reader may see it."""

    entry: JournalEntry
    details: Mapping[str, Any]


def variables(
    session: Session,
    actor: Actor,
    model_key: int,
    scope_key: int | None,
    data: Mapping[str, Any],
) -> dict[str, Any]:
    """Return process data of an instance without what is for other duties."""
    guarded = guarded_forms(session, model_key)
    if not guarded:
        return dict(data)
    return forms.strip(data, guarded, duties_of(session, actor, scope_key))


def lines(
    session: Session, actor: Actor, entries: Sequence[JournalEntry]
) -> list[Line]:
    """Return entries of the journal without values that are for other duties.

    Customers get no decisions and no incidents.
    """
    shown = [
        each for each in entries if not (actor.is_customer and each.event in _FOR_STAFF)
    ]
    filled_in, guarded = _forms(session, shown), _guarded_in(session, shown)
    held: dict[int | None, Collection[str]] = {}
    found = []
    for entry in shown:
        if entry.scope_key not in held:
            held[entry.scope_key] = duties_of(session, actor, entry.scope_key)
        form, is_open = filled_in.get(entry.task_key or 0, (None, False))
        details = _shown(entry, form, held[entry.scope_key])
        if form and form.blind and is_open and entry.actor != actor.username:
            details = {**details, "values": {}}
        if entry.instance_key in guarded and entry.event == Event.DECISION_TAKEN:
            fields, inputs = guarded[entry.instance_key], details.get("inputs", {})
            inputs = forms.strip(inputs, fields, held[entry.scope_key])
            details = {**details, "inputs": inputs}
        found.append(Line(entry, details))
    return found


def search(session: Session, actor: Actor, query: Query) -> Found[Line]:
    """Return entries of the journal that the actor may see and looks for.

    Administrators look through all, others through their own and their projects'.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    require(actor, Permission.READ_JOURNAL)
    rows = _ROWS if actor.administrator else _ROWS.where(_concerned(actor))
    found = _SEARCHABLE.search(session, rows, query)
    entries = {
        entry.key: entry
        for entry in session.scalars(
            select(JournalEntry).where(
                JournalEntry.key.in_([row.key for row in found.items])
            )
        )
    }
    items = lines(session, actor, [entries[row.key] for row in found.items])
    return Found(items, found.total, found.more, found.start_cursor, found.end_cursor)


def guarded_forms(session: Session, model_key: int) -> Mapping[str, Form]:
    """Return the forms with guarded fields of a model, by result name."""
    texts = cache.caches(session).texts
    found = texts.get(("guarded", model_key))
    if found is None:
        members = definitions.members_of(session, model_key)
        found = {}
        for key in members["processes"].values():
            found |= dict(_guarded(session, key))
        texts.put(("guarded", model_key), found)
    return cast("Mapping[str, Form]", found)


def _concerned(actor: Actor) -> ColumnElement[bool]:
    scopes = select(ScopeMember.scope_key).where(ScopeMember.username == actor.username)
    own: ColumnElement[bool] = _ENTRIES.c.actor == actor.username
    return or_(own, _ENTRIES.c.scope_key.in_(scopes))


def _guarded(session: Session, definition_key: int) -> Iterator[tuple[str, Form]]:
    definition = definitions.get(session, definition_key)
    for element in definitions.elements(session, definition_key).values():
        name = element.properties.get("form")
        if name:
            form = forms.form_of(session, definition.deployment_key, name)
            if form.has_readers():
                result = element.properties.get("result")
                yield result or forms.result_name(element.id), form


def _forms(
    session: Session, entries: Iterable[JournalEntry]
) -> Mapping[int, tuple[Form, bool]]:
    """Return the form of each completed task, and whether its joint round is open."""
    keys = {e.task_key for e in entries if e.event == Event.TASK_COMPLETED}
    rows = session.execute(
        select(
            UserTask.key,
            UserTask.deployment_key,
            UserTask.form,
            UserTask.answers.is_not(None),
        ).where(UserTask.key.in_(keys), UserTask.form != "")
    )
    return {
        key: (forms.form_of(session, deployment_key, name), bool(is_open))
        for key, deployment_key, name, is_open in rows
    }


def _guarded_in(
    session: Session, entries: Iterable[JournalEntry]
) -> Mapping[int | None, Mapping[str, Form]]:
    """Return the guarded forms of the instances that took decisions, by their keys."""
    keys = {e.instance_key for e in entries if e.event == Event.DECISION_TAKEN}
    if not keys:
        return {}
    rows = session.execute(
        select(ProcessInstance.key, ProcessInstance.model_key).where(
            ProcessInstance.key.in_(keys)
        )
    )
    return {key: guarded_forms(session, model_key) for key, model_key in rows}


def _shown(
    entry: JournalEntry, form: Form | None, held: Collection[str]
) -> Mapping[str, Any]:
    details = entry.details
    if entry.event == Event.TASK_COMPLETED and form is not None:
        values = form.visible(details.get("values", {}), held)
        return {**details, "values": values}
    return details
