"""The journal as sentences on a page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.timeline import Entry
from api.web.forms.shown import Block, Reader
from api.web.texts import table
from engine import forms
from engine.errors import NotFoundError
from engine.schema import UserTask

# What comes about by itself; whoever acted before did not mean it.
_BY_ITSELF = frozenset(
    {"TaskCreated", "TaskUnowned", "InstanceCompleted", "IncidentOpened"}
)


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a history: who did what, and the answers he gave."""

    at: datetime
    actor_name: str
    sentence: str
    on_behalf_of: str
    blocks: tuple[Block, ...]


def happenings(
    session: Session,
    entries: Iterable[Entry],
    language: str,
    reader: Reader,
    people: Mapping[str, str],
) -> list[Happening]:
    """Return the entries that people want to read; machinery is left out."""
    shown = [entry for entry in entries if f"event.{entry.event}" in table()]
    asked = _forms(session, shown)
    found = []
    for entry in shown:
        sentence = table()[f"event.{entry.event}"].to(language)
        behalf = str(entry.details.get("on_behalf_of") or "")
        found.append(
            Happening(
                at=entry.at,
                actor_name="" if entry.event in _BY_ITSELF else entry.actor_name,
                sentence=sentence.replace("{task}", entry.element_name),
                on_behalf_of=people.get(behalf, behalf),
                blocks=_blocks(entry, asked, language, reader),
            )
        )
    return found


def _blocks(
    entry: Entry, asked: Mapping[int, forms.Form], language: str, reader: Reader
) -> tuple[Block, ...]:
    form = asked.get(entry.user_task_key or 0)
    values = entry.details.get("values")
    if form is None or not isinstance(values, Mapping):
        return ()
    return tuple(
        reader.block(field.title.to(language), values[name], field, name)
        for name, field in form.shape.every().items()
        if values.get(name) not in (None, "", [])
    )


def _forms(session: Session, entries: Iterable[Entry]) -> dict[int, forms.Form]:
    keys = {e.user_task_key for e in entries if e.event == "TaskCompleted"}
    rows = session.execute(
        select(UserTask.key, UserTask.deployment_key, UserTask.form).where(
            UserTask.key.in_(keys), UserTask.form != ""
        )
    )
    found = {}
    for key, deployment_key, name in rows:
        try:
            found[key] = forms.form_of(session, deployment_key, name)
        except NotFoundError:
            continue
    return found
