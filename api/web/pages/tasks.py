"""A task: its form, what is known of the case, the diagram and the history."""

from collections.abc import Iterable, Mapping
from functools import partial
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
from api.web.forms import Drawer, values_of, with_row, without_row
from api.web.forms.shown import Reader
from api.web.happenings import happenings
from api.web.highlights import highlights
from api.web.pages.inbox import row_of
from api.web.rendering import render
from api.web.texts import word
from api.web.visitors import CheckedForm, PageReader
from engine import cache, documents, duties, forms, inbox, user_tasks
from engine.authorization import Permission
from engine.database import Database
from engine.errors import EngineError, Problem
from engine.user_tasks import TaskView

router = APIRouter(include_in_schema=False)

grant(Permission.READ_TASKS, "GET /tasks/{key}")
grant(
    Permission.WORK_TASKS,
    "POST /tasks/{key}/completion",
    "POST /tasks/{key}/draft",
    "POST /tasks/{key}/fields",
    "POST /tasks/{key}/file",
)
_OWN_FIELDS = frozenset({"csrf", "revision", "add", "remove", "field"})


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
        drawing = _drawer(session, request, view).draw(values)
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
        drawing = _drawer(session, request, view).draw(values)
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


def _drawer(
    session: Session,
    request: Request,
    view: TaskView,
    problems: Iterable[Problem] = (),
) -> Drawer:
    assert view.form is not None  # noqa: S101 - asked for where there is one
    return Drawer(
        view.form,
        language_of(request),
        options=view.options,
        people=people.staff(session),
        problems=problems,
    )


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
        drawing = _drawer(session, request, view, problems).draw(drawn)
    told = entries(session, reader.actor, instance_key=view.task.instance_key)
    task = view.task
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
        "may_release": "release" in view.actions and len(task.candidates) > 1,
        "draft_at": view.draft.saved_at if view.draft else None,
        "name_of": people.naming(known),
        "entries": happenings(session, told, language, texts, known),
        "business_now": now,
        "diagram": {
            "url": f"/v2/process-definitions/{task.definition_key}/xml",
            "highlights": highlights(session, task.instance_key, known),
        },
    }


def _filled_in(view: TaskView) -> Mapping[str, Any]:
    """Return what a form opens with: the draft, else the defaults."""
    return view.draft.values if view.draft else view.defaults
