"""Deployed processes with their diagrams, and incidents."""

from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select

from api.access import grant
from api.dependencies import Platform, carry_out
from api.language import language_of
from api.web.rendering import render
from api.web.visitors import CheckedForm, PageReader
from engine import cache, definitions, incidents
from engine import search as searching
from engine.authorization import Permission
from engine.lifecycles import IncidentState
from engine.schema import Incident, ProcessInstance

router = APIRouter(include_in_schema=False)

grant(Permission.READ_DEFINITIONS, "GET /processes", "GET /processes/{key}")
grant(Permission.RESOLVE_INCIDENTS, "GET /incidents", "POST /incidents/{key}/retry")


@router.get("/processes")
def show_processes(
    reader: PageReader, request: Request, platform: Platform
) -> Response:
    """List the newest version of every process."""
    query = searching.read_query(
        {
            "filter": {"isLatestVersion": True},
            "sort": [{"field": "package"}, {"field": "processDefinitionId"}],
            "page": {"limit": 500},
        }
    )
    with platform.reading() as session:
        found = definitions.search(session, reader.actor, query)
        now = cache.now(session)
    return render(
        request,
        "processes.html.j2",
        reader=reader,
        rows=found.items,
        business_now=now,
    )


@router.get("/processes/{key}")
def show_process(
    key: int, reader: PageReader, request: Request, platform: Platform
) -> Response:
    """Show the diagram of one version."""
    with platform.reading() as session:
        row, now = definitions.get(session, key), cache.now(session)
    english = language_of(request) == "en"
    return render(
        request,
        "process.html.j2",
        reader=reader,
        name=row.name_en if english and row.name_en else row.name,
        process=row,
        business_now=now,
    )


@router.get("/incidents")
def show_incidents(
    reader: PageReader, request: Request, platform: Platform
) -> Response:
    """List what stands still, and why."""
    with platform.reading() as session:
        rows = session.execute(
            select(Incident, ProcessInstance.process_id)
            .join(ProcessInstance, ProcessInstance.key == Incident.instance_key)
            .where(Incident.state == IncidentState.ACTIVE)
            .order_by(Incident.created_at)
            .limit(500)
        ).all()
        now = cache.now(session)
    english = language_of(request) == "en"
    shown = [
        {
            "key": incident.key,
            "process_id": process_id,
            "element_id": incident.element_id,
            "message": incident.message_en if english else incident.message_zh,
            "created_at": incident.created_at,
        }
        for incident, process_id in rows
    ]
    return render(
        request,
        "incidents.html.j2",
        reader=reader,
        rows=shown,
        business_now=now,
    )


@router.post("/incidents/{key}/retry")
def retry(
    key: int, reader: PageReader, form: CheckedForm, platform: Platform
) -> Response:
    """Let the instance try again."""
    del form
    carry_out(platform, partial(incidents.resolve, actor=reader.actor, key=key))
    return RedirectResponse("/incidents", 303)
