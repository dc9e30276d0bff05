"""Incidents: what stands still, and letting it try again."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Row

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body, Found, Key, Search, page_of
from engine import incidents
from engine.authorization import Actor, Permission
from engine.incidents import Remedy

router = APIRouter(prefix="/v2/incidents", tags=["incidents"], route_class=CommandRoute)

grant(
    Permission.READ_INSTANCES,
    "POST /v2/incidents/search",
    "GET /v2/incidents/{incident_key}",
)
grant(Permission.RESOLVE_INCIDENTS, "POST /v2/incidents/{incident_key}/resolution")


class IncidentAnswer(Answer):
    """Why a token or a job stands still, and what would help."""

    incident_key: Key
    process_definition_id: str
    process_definition_key: Key
    process_instance_key: Key
    root_process_instance_key: Key
    element_id: str
    element_instance_key: Key | None = None
    job_key: Key | None
    error_type: str
    error_message: str
    expression: str
    missing: list[str]
    state: str
    creation_time: datetime
    tenant_id: str = "<default>"


class Resolution(Body):
    """What is to become of it: ``action`` is retry, skip or cancel.

    ``variables`` are corrected process data, where data was the cause. To skip is to
    go on as if the service task had returned ``value``. To cancel is to give up what
    failed, and its element with it.
    """

    action: Remedy = Remedy.RETRY
    value: Any = None
    variables: dict[str, Any] | None = None
    reason: str = Field(default="", max_length=1000)
    operation_reference: int | None = None


@router.post("/search", operation_id="search_incidents")
def search_incidents(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[IncidentAnswer]:
    """Find incidents."""
    found = incidents.search(session, actor, body.query())
    return page_of(found, [_answer(row, actor) for row in found.items])


@router.get("/{incident_key}", operation_id="get_incident")
def get_incident(
    incident_key: Key, actor: CurrentActor, session: Reading
) -> IncidentAnswer:
    """Return an incident."""
    return _answer(incidents.get(session, actor, incident_key), actor)


@router.post(
    "/{incident_key}/resolution", status_code=204, operation_id="resolve_incident"
)
def resolve_incident(
    incident_key: Key,
    actor: CurrentActor,
    session: Transaction,
    body: Resolution | None = None,
) -> None:
    """Let what stands still try again, go on without it, or give it up.

    Without a body it is tried again; failing again opens a new incident.
    """
    wanted = body or Resolution()
    incidents.resolve(
        session,
        actor,
        incident_key,
        remedy=wanted.action,
        value=wanted.value,
        variables=wanted.variables,
        reason=wanted.reason,
    )


def _answer(row: Row[Any], actor: Actor) -> IncidentAnswer:
    chinese = actor.language.startswith("zh")
    return IncidentAnswer(
        incident_key=row.key,
        process_definition_id=row.process_id,
        process_definition_key=row.definition_key,
        process_instance_key=row.instance_key,
        root_process_instance_key=row.root_key,
        element_id=row.element_id,
        job_key=row.job_key,
        error_type=row.code,
        error_message=row.message_zh if chinese else row.message_en,
        expression=row.expression,
        missing=row.missing,
        state=row.state,
        creation_time=row.created_at,
    )
