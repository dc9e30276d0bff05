"""The lists that people work from: to do, to claim, done, started."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access import grant
from api.dependencies import Platform, carry_out
from api.language import language_of
from api.web.rendering import render
from api.web.visitors import CheckedForm, PageReader
from engine import cache, duties, inbox, instances, user_tasks
from engine import search as searching
from engine.authorization import Permission
from engine.inbox import Item

router = APIRouter(include_in_schema=False)

grant(Permission.READ_TASKS, "GET /", "GET /claimable", "GET /done")
grant(Permission.WORK_TASKS, "POST /tasks/{key}/claim", "POST /tasks/{key}/release")
grant(Permission.READ_INSTANCES, "GET /started")

PAGE = 50
_SORTS = {
    "due": [{"field": "dueDate"}],
    "created": [{"field": "creationDate", "order": "DESC"}],
    "priority": [{"field": "priority", "order": "DESC"}, {"field": "dueDate"}],
}

_STARTED_SORTS = {
    "started": [{"field": "startDate", "order": "DESC"}],
    "process": [{"field": "processDefinitionName"}, {"field": "startDate"}],
    "project": [{"field": "projectNo"}, {"field": "startDate"}],
}


@dataclass(frozen=True, slots=True)
class Row:
    """A task as the lists show it."""

    key: int
    name: str
    element_id: str
    duty: str
    project_no: str | None
    project_title: str | None
    due_at: datetime | None
    late: bool
    created_at: datetime
    completed_at: datetime | None
    round: int
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Pager:
    """Where a page lies among the others."""

    total: int
    capped: bool
    start: int
    query: Mapping[str, str]

    @property
    def previous(self) -> int | None:
        """Where the page before begins, if there is one."""
        return max(0, self.start - PAGE) if self.start else None

    @property
    def next(self) -> int | None:
        """Where the next page begins, if there is one."""
        following = self.start + PAGE
        return following if following < self.total else None

    def link(self, start: int) -> str:
        """Return the address of the page that begins at ``start``."""
        return "?" + urlencode({**self.query, "from": start})


Text = Annotated[str, Query(max_length=200)]
Start = Annotated[int, Query(alias="from", ge=0, le=100_000)]


@router.get("/")
def show_mine(
    reader: PageReader,
    request: Request,
    platform: Platform,
    q: Text = "",
    sort: Text = "due",
    start: Start = 0,
) -> Response:
    """Show what the reader has to do."""
    wanted = {"state": "CREATED", "assignee": reader.actor.username}
    return _show("mine", reader, request, platform, wanted, (q, sort, start))


@router.get("/claimable")
def show_claimable(
    reader: PageReader,
    request: Request,
    platform: Platform,
    q: Text = "",
    sort: Text = "due",
    start: Start = 0,
) -> Response:
    """Show what the reader may claim."""
    wanted = {
        "state": "CREATED",
        "assignee": {"$exists": False},
        "candidateUser": reader.actor.username,
    }
    return _show("claimable", reader, request, platform, wanted, (q, sort, start))


@router.get("/done")
def show_done(
    reader: PageReader,
    request: Request,
    platform: Platform,
    q: Text = "",
    sort: Text = "created",
    start: Start = 0,
) -> Response:
    """Show what the reader has completed, the newest first."""
    wanted = {"completedBy": reader.actor.username}
    return _show("done", reader, request, platform, wanted, (q, sort, start))


@router.get("/started")
def show_started(
    reader: PageReader,
    request: Request,
    platform: Platform,
    q: Text = "",
    sort: Text = "started",
    start: Start = 0,
) -> Response:
    """Show the instances that the reader has started."""
    sort = sort if sort in _STARTED_SORTS else "started"
    wanted: dict[str, Any] = {"startedBy": reader.actor.username}
    if q.strip():
        wanted["text"] = {"$like": f"*{q.strip()}*"}
    query = searching.read_query(
        {
            "filter": wanted,
            "sort": _STARTED_SORTS[sort],
            "page": {"from": start, "limit": PAGE},
        }
    )
    with platform.reading() as session:
        found, now = instances.search(session, reader.actor, query), cache.now(session)
    english = language_of(request) == "en"
    rows = [
        {
            "key": row.key,
            "name": row.name_en if english and row.name_en else row.name,
            "project_no": row.scope_id,
            "project_title": row.scope_title,
            "state": row.state,
            "started_at": row.started_at,
        }
        for row in found.items
    ]
    return render(
        request,
        "started.html.j2",
        reader=reader,
        rows=rows,
        page=Pager(found.total, found.more, start, {"q": q, "sort": sort}),
        q=q,
        sort=sort,
        sorts=tuple(_STARTED_SORTS),
        business_now=now,
    )


@router.post("/tasks/{key}/claim")
def claim(
    key: int, reader: PageReader, form: CheckedForm, platform: Platform
) -> Response:
    """Take a task on oneself and go to it."""
    del form
    carry_out(platform, partial(user_tasks.claim, actor=reader.actor, key=key))
    return RedirectResponse(f"/tasks/{key}", 303)


@router.post("/tasks/{key}/release")
def release(
    key: int, reader: PageReader, form: CheckedForm, platform: Platform
) -> Response:
    """Hand a task back to all who may claim it."""
    del form
    carry_out(platform, partial(user_tasks.release, actor=reader.actor, key=key))
    return RedirectResponse("/claimable", 303)


def _show(
    tab: str,
    reader: PageReader,
    request: Request,
    platform: Platform,
    wanted: dict[str, Any],
    place: tuple[str, str, int],
) -> Response:
    q, sort, start = place
    sort = sort if sort in _SORTS else "due"
    if q.strip():
        wanted = {**wanted, "text": {"$like": f"*{q.strip()}*"}}
    query = searching.read_query(
        {
            "filter": wanted,
            "sort": _SORTS[sort],
            "page": {"from": start, "limit": PAGE},
        }
    )
    with platform.reading() as session:
        found = inbox.search(session, reader.actor, query)
        now, book = cache.now(session), duties.in_force(session)
    language = language_of(request)
    rows = [row_of(item, language, now, book) for item in found.items]
    pager = Pager(found.total, found.more, start, {"q": q, "sort": sort})
    values: dict[str, Any] = {"tab": tab, "rows": rows, "page": pager, "q": q, "sort": sort}
    return render(
        request,
        "inbox.html.j2",
        reader=reader,
        business_now=now,
        message=_message(request),
        **values,
    )


def row_of(item: Item, language: str, now: datetime, book: Any) -> Row:
    """Return a task as the lists show it."""
    task = item.task
    english = language == "en"
    known = book.duties.get(task.duty)
    duty = (known.title_en if english else known.title) if known else task.duty
    open_task = task.state == "CREATED"
    return Row(
        key=task.key,
        name=task.name_en if english and task.name_en else task.name,
        element_id=task.element_id,
        duty=duty,
        project_no=item.scope_id,
        project_title=item.scope_title,
        due_at=task.due_at,
        late=open_task and task.due_at is not None and task.due_at < now,
        created_at=task.created_at,
        completed_at=task.completed_at,
        round=task.round,
        done=item.done,
        total=item.total,
    )


def _message(request: Request) -> str:
    told = ("submitted", "returned")
    return next((f"task.{each}" for each in told if each in request.query_params), "")
