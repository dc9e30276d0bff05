"""What a form's expressions may know besides process data: ``facts``.

Only those facts are looked up that the form's file mentions. What the company adds
(catalogue, project, …) comes from the function that ``Database.info["facts"]`` holds.
"""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import cache, documents, duties
from engine.authorization import Actor, duties_of
from engine.forms import Form
from engine.schema import Document, Signature, UserAccount, UserTask, to_json

_NAMED = re.compile(r"\bfacts\s*\.\s*(\w+)")
_WHOLE = re.compile(r"\bfacts\b(?!\s*\.\s*\w)")

EVERY = "*"
"""Among the names of wanted facts: a form mentions them as a whole."""

Company = Callable[[Session, int | None, AbstractSet[str]], Mapping[str, Any]]


def facts(
    session: Session,
    actor: Actor,
    task: UserTask,
    form: Form,
    *,
    on_behalf: bool = False,
    data: Callable[[], Mapping[str, Any]] = dict,
) -> dict[str, Any]:
    """Return the facts that the expressions of ``form`` ask for.

    ``data`` gives the process data that the task sees, where a fact needs it.
    """
    wanted = _mentioned(session, task, form)
    found = {
        name: look_up(session, actor, task)
        for name, look_up in _KNOWN.items()
        if name in wanted
    }
    if "on_behalf" in wanted:
        found["on_behalf"] = on_behalf
    if "signatures" in wanted:
        found["signatures"] = _signatures(session, form, data())
    if missing := wanted - found.keys():
        company: Company | None = session.info.get("facts")
        more = company(session, task.scope_key, missing) if company else {}
        found = {**more, **found}
    return found


def reads_case(form: Form) -> bool:
    """Tell whether checking answers needs process data and facts."""
    every = form.shape.every().values()
    ours = any(field.fixed or field.fill for field in every)
    return bool(form.rules or form.signs or ours)


def _mentioned(session: Session, task: UserTask, form: Form) -> frozenset[str]:
    texts = cache.caches(session).texts
    name = ("facts", task.deployment_key, form.name)
    found: frozenset[str] | None = texts.get(name)
    if found is None:
        text = to_json([form.schema, form.ui])
        found = frozenset(_NAMED.findall(text))
        if _WHOLE.search(text):
            found |= {*_KNOWN, "on_behalf", "signatures", EVERY}
        texts.put(name, found)
    return found


def _today(session: Session, _: Actor, __: UserTask) -> Any:
    return duties.today(session)


def _now(session: Session, _: Actor, __: UserTask) -> Any:
    zone = ZoneInfo(duties.in_force(session).timezone)
    return cache.now(session).astimezone(zone)


def _actor(session: Session, actor: Actor, task: UserTask) -> Any:
    return {
        "user": actor.username,
        "name": actor.display_name,
        "positions": sorted(actor.positions),
        "duties": sorted(duties_of(session, actor, task.scope_key)),
    }


def _people(session: Session, _: Actor, __: UserTask) -> Any:
    book = duties.in_force(session)
    rows = session.execute(
        select(UserAccount.username, UserAccount.display_name)
        .where(UserAccount.active, UserAccount.kind == "staff")
        .order_by(UserAccount.username)
    )
    return [
        {"user": user, "name": name, "positions": sorted(book.positions_of(user))}
        for user, name in rows
    ]


def _documents(session: Session, actor: Actor, task: UserTask) -> Any:
    """Return the newest documents of the case that the actor may read, by kind."""
    if task.scope_key is None:
        return {}
    rows = session.scalars(
        select(Document)
        .where(
            Document.scope_key == task.scope_key,
            Document.attached_at.is_not(None),
            Document.void_at.is_(None),
        )
        .order_by(Document.version, Document.key)
    )
    return {
        row.kind: {
            "documentId": str(row.key),
            "fileName": row.name,
            "version": row.version,
            "sha256": row.sha256,
        }
        for row in rows
        if documents.may_read(session, actor, row)
    }


def _signatures(session: Session, form: Form, data: Mapping[str, Any]) -> Any:
    if form.signs is None:
        return []
    document = form.signs[0].evaluate(data)
    if not str(document).isdigit():
        return []
    rows = session.execute(
        select(Signature.username, Signature.signed_at)
        .where(
            Signature.document_key == int(str(document)), Signature.void_at.is_(None)
        )
        .order_by(Signature.key)
    )
    return [{"user": user, "at": at} for user, at in rows]


_Known = Callable[[Session, Actor, UserTask], Any]
_KNOWN = cast(
    "Mapping[str, _Known]",
    {
        "today": _today,
        "now": _now,
        "actor": _actor,
        "people": _people,
        "documents": _documents,
    },
)
