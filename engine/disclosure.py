"""What of process data and of the journal a reader may see.

Fields with ``x-readers`` reach nobody but the holders of those duties. Data holds
the answers under result names, the journal in entries of completed tasks, decisions
among their inputs; all three are stripped here, the same way for every route.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import cache, definitions, forms
from engine.authorization import Actor, duties_of
from engine.events import Event
from engine.forms import Form
from engine.schema import JournalEntry, UserTask

_FOR_STAFF = frozenset({Event.DECISION_TAKEN, Event.INCIDENT_OPENED})


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
    filled_in = _forms(session, shown)
    held: dict[int | None, Collection[str]] = {}
    found = []
    for entry in shown:
        if entry.scope_key not in held:
            held[entry.scope_key] = duties_of(session, actor, entry.scope_key)
        form, is_open = filled_in.get(entry.task_key or 0, (None, False))
        details = _shown(entry, form, held[entry.scope_key])
        if form and form.blind and is_open and entry.actor != actor.username:
            details = {**details, "values": {}}
        found.append(Line(entry, details))
    return found


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


def _shown(
    entry: JournalEntry, form: Form | None, held: Collection[str]
) -> Mapping[str, Any]:
    details = entry.details
    if entry.event == Event.TASK_COMPLETED and form is not None:
        values = form.visible(details.get("values", {}), held)
        return {**details, "values": values}
    return details
