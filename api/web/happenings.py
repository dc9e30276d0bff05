"""The journal as sentences on a page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.timeline import Entry
from api.web.forms.shown import Block, Reader
from api.web.texts import table, translator
from engine import forms
from engine.errors import NotFoundError
from engine.events import Event
from engine.schema import UserTask

# What comes about by itself; whoever acted before did not mean it.
_BY_ITSELF = frozenset(
    {
        "TaskCreated",
        "TaskUnowned",
        "TaskCanceled",
        "InstanceCompleted",
        "IncidentOpened",
        "ProjectStageChanged",
    }
)


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a history: who did what, why, and the answers he gave."""

    at: datetime
    actor_name: str
    sentence: str
    reason: str
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
    asked, names = _forms(session, shown), _targets(session, shown, language)
    found = []
    for entry in shown:
        behalf = str(entry.details.get("on_behalf_of") or "")
        found.append(
            Happening(
                at=entry.at,
                actor_name="" if entry.event in _BY_ITSELF else entry.actor_name,
                sentence=_sentence(entry, names, language),
                reason=_reason(entry),
                on_behalf_of=people.get(behalf, behalf),
                blocks=_blocks(entry, asked, language, reader),
            )
        )
    return found


def sent_back_to(entries: Iterable[Entry], element_id: str) -> Entry | None:
    """Return the return by which a task is open again, if that is why it is.

    ``entries`` are those of its instance, the newest first.
    """
    for entry in entries:
        if entry.event == Event.TASK_RETURNED and entry.details["to"] == element_id:
            return entry
        if entry.event == Event.TASK_COMPLETED and entry.element_id == element_id:
            return None
    return None


def _sentence(entry: Entry, names: Mapping[str, str], language: str) -> str:
    details = entry.details
    target = str(details.get("to") or "")
    place = details["to"] if entry.event == Event.INSTANCE_MIGRATED else details
    stage = table().get(f"stage.{details.get('after')}")
    values = {
        "task": entry.element_name,
        "to": names.get(target, target),
        "version": place.get("version", ""),
        "stage": stage.to(language) if stage else details.get("after", ""),
    }
    return translator(language)(f"event.{entry.event}", **values)


def _reason(entry: Entry) -> str:
    """Return why it was done; what was canceled by that need not say it again."""
    if entry.event == Event.TASK_CANCELED:
        return ""
    return str(entry.details.get("reason") or "")


def _targets(
    session: Session, entries: Iterable[Entry], language: str
) -> dict[str, str]:
    """Return how the tasks are called that others were sent back to."""
    returned = [each for each in entries if each.event == Event.TASK_RETURNED]
    if not returned:
        return {}
    rows = session.execute(
        select(UserTask.element_id, UserTask.name, UserTask.name_en).where(
            UserTask.instance_key.in_({each.process_instance_key for each in returned}),
            UserTask.element_id.in_({str(each.details["to"]) for each in returned}),
        )
    )
    english = language == "en"
    return {r.element_id: r.name_en if english and r.name_en else r.name for r in rows}


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
