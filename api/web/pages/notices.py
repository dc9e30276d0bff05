"""What the reader was told, and the documents that came with it."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from api.access import grant
from api.dependencies import Platform
from api.routers.documents import stream
from api.routers.notifications import answers
from api.web.rendering import render
from api.web.visitors import CheckedForm, PageReader
from engine import cache, notifications
from engine.authorization import Permission

router = APIRouter(include_in_schema=False)

grant(Permission.READ_NOTICES, "GET /notices", "POST /notices/{key}/reading")
grant(Permission.READ_DOCUMENTS, "GET /documents/{key}")


@router.get("/notices")
def show_notices(
    reader: PageReader, request: Request, platform: Platform
) -> Response:
    """Show the reader's notices, the newest first."""
    with platform.reading() as session:
        rows = notifications.own(session, reader.actor, limit=200)
        shown: dict[str, Any] = {
            "notices": answers(session, reader.actor, rows),
            "business_now": cache.now(session),
        }
    return render(
        request, "notices.html.j2", reader=reader, **shown
    )


@router.post("/notices/{key}/reading")
def mark_read(
    key: int, reader: PageReader, form: CheckedForm, platform: Platform
) -> Response:
    """Remember that the reader has seen a notice."""
    del form
    with platform.transaction() as session:
        notifications.read(session, reader.actor, key)
    return RedirectResponse("/notices", 303)


@router.get("/documents/{key}")
def download(key: int, reader: PageReader, platform: Platform) -> StreamingResponse:
    """Send a document that the reader may read."""
    with platform.reading() as session:
        return stream(session, reader.actor, key)
