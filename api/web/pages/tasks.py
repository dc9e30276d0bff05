"""A task: its form, what is known of the case, the diagram and the history."""

import re
from collections.abc import Iterable, Mapping
from functools import partial
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from api.access import grant
from api.dependencies import Platform, carry_out
from api.problems import status_of
from api.language import language_of
from api.timeline import entries
from api.web import people
from api.web.clock_lines import clock_lines
from api.web.forms import Drawer, Drawing, values_of, with_row, without_row
from api.web.forms.shown import Reader
from api.web.happenings import happenings, sent_back_to
from api.web.highlights import highlights
from api.web.pages.inbox import row_of
from api.web.rendering import render
from api.web.texts import word
from api.web.visitors import CheckedForm, PageReader
from company import clocks
from engine import cache, documents, duties, forms, inbox, user_tasks
from engine.authorization import Permission
from engine.database import Database
from engine.errors import EngineError, Problem
from engine.schema import UserTask
from engine.user_tasks import Move, TaskView

router = APIRouter(include_in_schema=False)

grant(Permission.READ_TASKS, "GET /tasks/{key}")
grant(
    Permission.WORK_TASKS,
    "POST /tasks/{key}/completion",
    "POST /tasks/{key}/draft",
    "POST /tasks/{key}/fields",
    "POST /tasks/{key}/file",
    "POST /tasks/{key}/return",
)
_KEY = re.compile(r"\d{1,18}")
_LONGEST_REASON = 1000
_OWN_FIELDS = frozenset({"csrf", "revision", "add", "remove", "field"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An earlier task that the open one can be sent back to.

    ``cancels`` names the other tasks which that ends; ``withdraws`` counts timers and messages that are then not waited for any more.
    """

    element_id: str
    name: str
    person: str
    at: datetime | None
    cancels: list[str]
    withdraws: int


@router.get("/tasks/{key}")
def show_task(
    key: int, reader: PageReader, request: Request, platform: Platform
) -> Response:
    """Show a task."""
    return _page(request, reader, platform, key)


@router.post("/tasks/{key}/completion")
def complete_task(
    key: int,
    reader: PageReader,
    form: CheckedForm,
    request: Request,
    platform: Platform,
) -> Response:
    """Complete a task; what is wrong is shown beside its field, nothing is lost."""
    values: Mapping[str, Any] = {}
    try:
        values = _values(platform, reader, key, form)
        complete = partial(
            user_tasks.complete,
            actor=reader.actor,
            key=key,
            values=values,
            revision=_revision(form),
        )
        carry_out(platform, complete)
    except EngineError as error:
        return _page(request, reader, platform, key, values, error)
    return RedirectResponse("/?submitted", 303)


@router.post("/tasks/{key}/return")
def send_back(
    key: int,
    reader: PageReader,
    form: CheckedForm,
    request: Request,
    platform: Platform,
) -> Response:
    """Send a task back to somebody who has acted before."""
    try:
        send = partial(
            user_tasks.send_back,
            actor=reader.actor,
            key=key,
            element_id=str(form.get("element_id", "")),
            reason=str(form.get("reason", ""))[:_LONGEST_REASON],
            revision=_revision(form),
        )
        carry_out(platform, send)
    except EngineError as error:
        return _page(request, reader, platform, key, None, error)
    return RedirectResponse("/?returned", 303)


@router.post("/tasks/{key}/draft")
def save_draft(
    key: int,
    reader: PageReader,
    form: CheckedForm,
    platform: Platform,
) -> Response:
    """Keep what is filled in, right or not."""
    values = _values(platform, reader, key, form)
    with platform.transaction() as session:
        user_tasks.save_draft(session, reader.actor, key, values)
    return RedirectResponse(f"/tasks/{key}", 303)


@router.post("/tasks/{key}/fields")
def redraw_fields(
    key: int,
    reader: PageReader,
    form: CheckedForm,
    request: Request,
    platform: Platform,
) -> Response:
    """Draw the fields anew: a row more or less, or another answer they depend on."""
    values = _values(platform, reader, key, form)
    if "add" in form:
        values = with_row(values, str(form["add"]))
    if "remove" in form:
        values = without_row(values, str(form["remove"]))
    if request.headers.get("hx-request") is None:
        return _page(request, reader, platform, key, values)
    with platform.reading() as session:
        view = user_tasks.view(session, reader.actor, key)
        drawing = _draw(session, request, reader, view, values)
    return render(
        request,
        "forms/fragment.html.j2",
        reader=reader,
        drawing=drawing,
        again=f"/tasks/{key}/fields",
        upload=f"/tasks/{key}/file",
    )


@router.post("/tasks/{key}/file")
def receive_file(
    key: int,
    reader: PageReader,
    form: CheckedForm,
    request: Request,
    platform: Platform,
) -> Response:
    """Store a file as soon as it is chosen, and draw its field with the file in it."""
    name = str(form.get("field", ""))
    with platform.reading() as session:
        view = user_tasks.view(session, reader.actor, key)
    values = _values(platform, reader, key, form)
    with platform.reading() as session:
        wrong = (
            forms.misfits(session, reader.actor, view.form, values) if view.form else []
        )
        drawing = _draw(session, request, reader, view, values, wrong)
    found = [c for c in _flat(drawing.controls) if c.name == name]
    return render(
        request,
        "forms/document.html.j2",
        reader=reader,
        control=found[0] if found else drawing.controls[0],
        again=f"/tasks/{key}/fields",
        upload=f"/tasks/{key}/file",
    )


def _flat(controls: Iterable[Any]) -> Iterable[Any]:
    for control in controls:
        yield control
        for row in control.rows:
            yield from _flat(row)


def _values(
    platform: Database, reader: PageReader, key: int, form: FormData
) -> dict[str, Any]:
    """Return the answers of a post; chosen files are stored first."""
    with platform.reading() as session:
        view = user_tasks.view(session, reader.actor, key)
    if view.form is None:
        return {}
    pairs = []
    for name, value in form.multi_items():
        if name in _OWN_FIELDS:
            continue
        if not isinstance(value, UploadFile):
            pairs.append((name, value))
        elif value.filename:
            pairs.append((name, str(_stored(platform, reader, value))))
    return values_of(view.form, pairs)


def _stored(platform: Database, reader: PageReader, file: UploadFile) -> int:
    limit = platform.info["settings"].max_upload_bytes
    store = platform.info["documents"]
    received = documents.receive(store, file.file, file.filename or "file", limit)
    with platform.transaction() as session:
        return documents.add(session, reader.actor, received).key


def _revision(form: FormData) -> int | None:
    text = str(form.get("revision", ""))
    return int(text) if text.isdecimal() else None


def _draw(
    session: Session,
    request: Request,
    reader: PageReader,
    view: TaskView,
    values: Mapping[str, Any],
    problems: Iterable[Problem] = (),
) -> Drawing:
    assert view.form is not None  # noqa: S101 - asked for where there is one
    files = documents.readable_of(session, reader.actor, _numbers(values))
    drawer = Drawer(
        view.form,
        language_of(request),
        options=view.options,
        people=people.staff(session),
        documents={str(file.key): file.name for file in files},
        problems=problems,
    )
    return drawer.draw(values)


def _numbers(value: Any) -> Iterable[int]:
    """Yield what may be the key of a document, in a post as it was typed."""
    if isinstance(value, str) and _KEY.fullmatch(value):
        yield int(value)
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _numbers(each)


def _page(
    request: Request,
    reader: PageReader,
    platform: Database,
    key: int,
    values: Mapping[str, Any] | None = None,
    error: EngineError | None = None,
) -> Response:
    with platform.reading() as session:
        shown = _shown(session, request, reader, key, values, error)
    return render(
        request,
        "task.html.j2",
        status=status_of(error) if error else 200,
        reader=reader,
        **shown,
    )


def _shown(
    session: Session,
    request: Request,
    reader: PageReader,
    key: int,
    values: Mapping[str, Any] | None,
    error: EngineError | None,
) -> dict[str, Any]:
    """Return what the template asks for."""
    view = user_tasks.view(session, reader.actor, key)
    language, known = language_of(request), people.names(session)
    now, item = cache.now(session), inbox.item_of(session, key)
    texts = Reader(language, forms.labels(session), word, known)
    problems = error.problems if error else ()
    drawing = None
    if view.form is not None and "complete" in view.actions:
        drawn = _filled_in(view) if values is None else values
        drawing = _draw(session, request, reader, view, drawn, problems)
    told = entries(session, reader.actor, instance_key=view.task.instance_key)
    task = view.task
    back = sent_back_to(told, task.element_id) if task.state == "CREATED" else None
    return {
        "row": row_of(item, language, now, duties.in_force(session)),
        "task": task,
        "drawing": drawing,
        "blocks": texts.blocks(view.shown),
        "problem": error.text.to(language) if error and not problems else None,
        "notice": None,
        "behalf": view.on_behalf_of,
        "may_complete": "complete" in view.actions,
        "may_claim": "claim" in view.actions,
        "targets": _targets(session, reader, view, language, known),
        "came_back": back,
        "may_release": "release" in view.actions and len(task.candidates) > 1,
        "clock": clock_lines(clocks.of_task(session, reader.actor, key), language),
        "draft_at": view.draft.saved_at if view.draft else None,
        "name_of": people.naming(known),
        "entries": happenings(session, told, language, texts, known),
        "business_now": now,
        "diagram": {
            "url": f"/v2/process-definitions/{task.definition_key}/xml",
            "highlights": highlights(session, task.instance_key, known, language),
        },
    }


def _targets(
    session: Session,
    reader: PageReader,
    view: TaskView,
    language: str,
    known: Mapping[str, str],
) -> list[Target]:
    """Return where the task can be sent back to, the latest first."""
    if "return" not in view.actions:
        return []
    return [
        Target(
            element_id=move.element_id,
            name=_name(move, language),
            person=known.get(move.completed_by or "", move.completed_by or ""),
            at=move.completed_at,
            cancels=[
                _name(row, language)
                for row in move.cancels
                if row.key != view.task.key
            ],
            withdraws=len(move.withdraws),
        )
        for move in user_tasks.moves(session, reader.actor, view.task.key)
    ]


def _name(named: Move | UserTask, language: str) -> str:
    return named.name_en if language == "en" and named.name_en else named.name


def _filled_in(view: TaskView) -> Mapping[str, Any]:
    """Return what a form opens with: the draft, else the defaults."""
    return view.draft.values if view.draft else view.defaults
