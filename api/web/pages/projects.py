"""Projects: the list, opening one, and all about one."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import grant
from api.dependencies import Platform, carry_out
from api.problems import status_of
from api.language import language_of
from api.routers.projects import answer
from api.timeline import entries
from api.web import people
from api.web.forms.shown import Reader as Values
from api.web.happenings import happenings
from api.web.pages.inbox import PAGE, Pager, Start, Text, row_of
from api.web.rendering import render
from api.web.texts import table, word
from api.web.visitors import CheckedForm, PageReader
from company import projects
from company.schema import Customer
from engine import cache, documents, duties, forms, inbox
from engine import search as searching
from engine.authorization import Actor, Permission, permits
from engine.errors import EngineError
from engine.schema import UserAccount

router = APIRouter(include_in_schema=False)

grant(Permission.READ_PROJECTS, "GET /projects", "GET /projects/{project_no}")
grant(Permission.OPEN_PROJECTS, "POST /projects")

STAGES = (
    "preparation",
    "implementation",
    "service",
    "lapsed",
    "closed",
    "terminated",
)


@dataclass(frozen=True, slots=True)
class OpenTask:
    """An open task of a project: what, whose, until when."""

    key: int
    name: str
    element_id: str
    people: str
    due_at: datetime | None
    late: bool
    mine: bool


Chosen = Annotated[str, Query(max_length=40)]


@router.get("/projects")
def show_projects(
    reader: PageReader,
    request: Request,
    platform: Platform,
    q: Text = "",
    stage: Chosen = "",
    start: Start = 0,
) -> Response:
    """Show the projects that the reader may see."""
    return _list(request, reader, platform, (q, stage, start))


@router.post("/projects")
def open_project(
    reader: PageReader, form: CheckedForm, request: Request, platform: Platform
) -> Response:
    """Open a project and go to it."""
    try:
        create = partial(
            projects.create,
            actor=reader.actor,
            customer_key=int(str(form.get("customer") or "0")),
            sales_manager=str(form.get("sales_manager", "")),
        )
        number = carry_out(platform, create).project.project_no
    except EngineError as error:
        return _list(request, reader, platform, ("", "", 0), error)
    return RedirectResponse(f"/projects/{number}", 303)


@router.get("/projects/{project_no}")
def show_project(
    project_no: str, reader: PageReader, request: Request, platform: Platform
) -> Response:
    """Show a project: people, schedule, open tasks, documents, timeline."""
    with platform.reading() as session:
        shown = _project(session, request, reader.actor, project_no)
    return render(
        request, "project.html.j2", reader=reader, **shown
    )


def _list(
    request: Request,
    reader: PageReader,
    platform: Platform,
    place: tuple[str, str, int],
    error: EngineError | None = None,
) -> Response:
    q, stage, start = place
    wanted: dict[str, Any] = {}
    if q.strip():
        wanted["text"] = {"$like": f"*{q.strip()}*"}
    if stage in STAGES:
        wanted["stage"] = stage
    query = searching.read_query(
        {
            "filter": wanted,
            "sort": [{"field": "createdAt", "order": "DESC"}],
            "page": {"from": start, "limit": PAGE},
        }
    )
    with platform.reading() as session:
        found = projects.search(session, reader.actor, query)
        values = {
            "rows": found.items,
            "name_of": people.naming(people.names(session)),
            "business_now": cache.now(session),
            **_choices(session, reader.actor),
        }
    return render(
        request,
        "projects.html.j2",
        status=status_of(error) if error else 200,
        reader=reader,
        q=q,
        stage=stage,
        stages=STAGES,
        problem=error.text.to(language_of(request)) if error else None,
        page=Pager(found.total, found.more, start, {"q": q, "stage": stage}),
        **values,
    )


def _choices(session: Session, actor: Actor) -> dict[str, Any]:
    """Return what the form for a new project offers."""
    if not permits(actor, Permission.OPEN_PROJECTS) or not projects.may_open_any(
        session, actor
    ):
        return {"may_open": False, "customers": [], "sales_managers": []}
    managers = duties.in_force(session).positions["sales_manager"].users
    accounts = session.scalars(
        select(UserAccount).where(UserAccount.username.in_(managers))
    ).all()
    customers = session.scalars(select(Customer).order_by(Customer.number)).all()
    return {"may_open": True, "customers": customers, "sales_managers": accounts}


def _project(
    session: Session, request: Request, actor: Actor, project_no: str
) -> dict[str, Any]:
    row = projects.visible(session, actor, project_no)
    language, known = language_of(request), people.names(session)
    values = Values(language, forms.labels(session), word, known)
    told = entries(session, actor, scope_key=row.key)
    return {
        "project": answer(session, actor, row),
        "open_tasks": _open_tasks(session, actor, project_no, language, known),
        "documents": documents.readable(session, actor, row.key),
        "entries": happenings(session, told, language, values, known),
        "name_of": people.naming(known),
        "kind_title": lambda kind: _kind_title(kind, language),
        "business_now": cache.now(session),
    }


def _kind_title(kind: str, language: str) -> str:
    text = table().get(f"kind.{kind}")
    return text.to(language) if text else kind


def _open_tasks(
    session: Session, actor: Actor, project_no: str, language: str, known: dict[str, str]
) -> list[OpenTask]:
    query = searching.read_query(
        {
            "filter": {"projectNo": project_no, "state": "CREATED"},
            "sort": [{"field": "creationDate"}],
            "page": {"limit": 200},
        }
    )
    found = inbox.search(session, actor, query, everybodys=True)
    now, book = cache.now(session), duties.in_force(session)
    shown = []
    for item in found.items:
        row = row_of(item, language, now, book)
        holders = [item.task.assignee] if item.task.assignee else item.task.candidates
        shown.append(
            OpenTask(
                key=row.key,
                name=row.name,
                element_id=row.element_id,
                people="、".join(known.get(name, name) for name in holders),
                due_at=row.due_at,
                late=row.late,
                mine=actor.username in holders,
            )
        )
    return shown
