"""Process instances and the elements that they went through."""

import re
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Row
from sqlalchemy.orm import Session

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body, Found, Key, Listed, Search, page_of
from api.timeline import Entry, entries
from engine import definitions, instances
from engine.authorization import Permission

router = APIRouter(prefix="/v2", tags=["process instances"], route_class=CommandRoute)

_ONE = "/process-instances/{process_instance_key}"
grant(Permission.START_INSTANCES, "POST /v2/process-instances")
grant(
    Permission.READ_INSTANCES,
    "POST /v2/process-instances/search",
    f"GET /v2{_ONE}",
    f"GET /v2{_ONE}/history",
    f"GET /v2{_ONE}/waiting",
    f"GET /v2{_ONE}/variables",
    f"GET /v2{_ONE}/call-hierarchy",
    f"GET /v2{_ONE}/sequence-flows",
    "POST /v2/element-instances/search",
)
grant(
    Permission.MANAGE_INSTANCES,
    f"POST /v2{_ONE}/cancellation",
    f"POST /v2{_ONE}/suspension",
    f"POST /v2{_ONE}/resumption",
)
_TENANT = "<default>"
_KIND = re.compile(r"(?<=[a-z])([A-Z])")


class NewInstance(Body):
    """Which process to start, by id (and version) or by key, with what data."""

    process_definition_id: str | None = None
    process_definition_version: int | None = None
    process_definition_key: Key | None = None
    variables: dict[str, Any] = Field(default_factory=dict)
    business_id: str | None = Field(default=None, max_length=256)
    tags: list[str] = Field(default_factory=list, max_length=10)
    tenant_id: str | None = None


class InstanceCreated(Answer):
    """A new instance; it may have come to its end already."""

    process_definition_id: str
    process_definition_version: int
    process_definition_key: Key
    process_instance_key: Key
    tenant_id: str = _TENANT
    variables: dict[str, Any]
    tags: list[str]
    business_id: str | None


class InstanceAnswer(Answer):
    """An instance."""

    process_definition_id: str
    process_definition_name: str | None
    process_definition_version: int
    process_definition_version_tag: str | None
    process_definition_key: Key
    process_instance_key: Key
    parent_process_instance_key: Key | None
    parent_element_instance_key: Key | None = None
    root_process_instance_key: Key
    start_date: datetime
    end_date: datetime | None
    suspended_date: datetime | None
    suspended: bool
    state: str
    has_incident: bool
    outcome: str | None
    started_by: str
    project_no: str | None
    tenant_id: str = _TENANT
    tags: list[str]
    business_id: str | None


class ElementInstanceAnswer(Answer):
    """An element that an instance entered."""

    element_instance_key: Key
    process_instance_key: Key
    root_process_instance_key: Key
    process_definition_key: Key
    process_definition_id: str
    element_id: str
    element_name: str
    type: str
    state: str
    start_date: datetime
    end_date: datetime | None
    has_incident: bool = False
    incident_key: Key | None = None
    tenant_id: str = _TENANT


class WaitingAnswer(Answer):
    """One thing that an instance waits for, and whether that is normal."""

    kind: str
    key: Key
    element_id: str
    since: datetime
    text: str
    normal: bool
    people: list[str]
    due_at: datetime | None


class HierarchyEntry(Answer):
    """An instance on the way from the outermost one."""

    process_instance_key: Key
    process_definition_key: Key
    process_definition_name: str


class FlowAnswer(Answer):
    """A sequence flow that was taken."""

    sequence_flow_id: str
    process_instance_key: Key
    root_process_instance_key: Key
    process_definition_key: Key
    process_definition_id: str
    element_id: str
    tenant_id: str = _TENANT


class Cancellation(Body):
    """Why the instance ends before its time."""

    reason: str = Field(default="", max_length=1000)
    operation_reference: int | None = None


class Suspension(Body):
    """Why nothing is to move in an instance, or why it may again."""

    reason: str = Field(default="", max_length=1000)
    operation_reference: int | None = None


@router.post("/process-instances", operation_id="create_process_instance")
def create_process_instance(
    body: NewInstance, actor: CurrentActor, session: Transaction
) -> InstanceCreated:
    """Start an instance; it has run to its first rest when the answer comes."""
    version = body.process_definition_version
    row = instances.create(
        session,
        actor,
        process_id=body.process_definition_id,
        definition_key=body.process_definition_key,
        version=None if version == -1 else version,
        variables=body.variables,
        business_id=body.business_id,
        tags=body.tags,
    )
    return InstanceCreated(
        process_definition_id=row.process_id,
        process_definition_version=definitions.get(session, row.definition_key).version,
        process_definition_key=row.definition_key,
        process_instance_key=row.key,
        variables=instances.variables(session, actor, row.key),
        tags=row.tags,
        business_id=row.business_id,
    )


@router.post("/process-instances/search", operation_id="search_process_instances")
def search_process_instances(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[InstanceAnswer]:
    """Find instances."""
    found = instances.search(session, actor, body.query())
    return page_of(found, [answer(row) for row in found.items])


@router.get(_ONE, operation_id="get_process_instance")
def get_process_instance(
    process_instance_key: Key, actor: CurrentActor, session: Reading
) -> InstanceAnswer:
    """Return an instance."""
    return answer(instances.get(session, actor, process_instance_key))


@router.get(f"{_ONE}/history", operation_id="get_process_instance_history")
def get_process_instance_history(
    process_instance_key: Key, actor: CurrentActor, session: Reading
) -> Listed[Entry]:
    """Return what happened in an instance, the newest first."""
    row = instances.visible(session, actor, process_instance_key)
    found = entries(session, actor, instance_key=row.key)
    return Listed(items=found)


@router.get(f"{_ONE}/waiting", operation_id="get_process_instance_waiting")
def get_process_instance_waiting(
    process_instance_key: Key, actor: CurrentActor, session: Reading
) -> Listed[WaitingAnswer]:
    """Say who or what an instance waits for, since when, and if that is normal."""
    found = instances.waiting(session, actor, process_instance_key)
    return Listed(
        items=[
            WaitingAnswer(
                kind=each.kind,
                key=each.key,
                element_id=each.element_id,
                since=each.since,
                text=each.text.to(actor.language),
                normal=each.normal,
                people=list(each.people),
                due_at=each.due_at,
            )
            for each in found
        ]
    )


@router.get(f"{_ONE}/variables", operation_id="get_process_instance_variables")
def get_process_instance_variables(
    process_instance_key: Key, actor: CurrentActor, session: Reading
) -> dict[str, Any]:
    """Return the data of an instance, without fields that are for other duties."""
    return instances.variables(session, actor, process_instance_key)


@router.get(f"{_ONE}/call-hierarchy", operation_id="get_call_hierarchy")
def get_call_hierarchy(
    process_instance_key: Key, actor: CurrentActor, session: Reading
) -> list[HierarchyEntry]:
    """Return the instances that led to this one, the outermost first."""
    chain = instances.hierarchy(session, actor, process_instance_key)
    return [
        HierarchyEntry(
            process_instance_key=row.key,
            process_definition_key=row.definition_key,
            process_definition_name=row.name,
        )
        for row in chain
    ]


@router.get(f"{_ONE}/sequence-flows", operation_id="get_sequence_flows")
def get_sequence_flows(
    process_instance_key: Key, actor: CurrentActor, session: Reading
) -> Listed[FlowAnswer]:
    """Return the sequence flows that were taken."""
    taken = instances.sequence_flows(session, actor, process_instance_key)
    row = instances.get(session, actor, process_instance_key)
    return Listed(
        items=[
            FlowAnswer(
                sequence_flow_id=flow,
                process_instance_key=process_instance_key,
                root_process_instance_key=row.root_key,
                process_definition_key=row.definition_key,
                process_definition_id=row.process_id,
                element_id=flow,
            )
            for flow in taken
        ]
    )


@router.post(
    f"{_ONE}/cancellation", status_code=204, operation_id="cancel_process_instance"
)
def cancel_process_instance(
    process_instance_key: Key,
    actor: CurrentActor,
    session: Transaction,
    body: Cancellation | None = None,
) -> None:
    """End an instance before its time."""
    reason = body.reason if body else ""
    instances.cancel(session, actor, process_instance_key, reason)


@router.post(
    f"{_ONE}/suspension", status_code=204, operation_id="suspend_process_instance"
)
def suspend_process_instance(
    process_instance_key: Key,
    actor: CurrentActor,
    session: Transaction,
    body: Suspension | None = None,
) -> None:
    """Let nothing move in an instance until it is resumed."""
    reason = body.reason if body else ""
    instances.suspend(session, actor, process_instance_key, reason=reason)


@router.post(
    f"{_ONE}/resumption", status_code=204, operation_id="resume_process_instance"
)
def resume_process_instance(
    process_instance_key: Key,
    actor: CurrentActor,
    session: Transaction,
    body: Suspension | None = None,
) -> None:
    """Let a suspended instance go on."""
    reason = body.reason if body else ""
    instances.resume(session, actor, process_instance_key, reason=reason)


@router.post("/element-instances/search", operation_id="search_element_instances")
def search_element_instances(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[ElementInstanceAnswer]:
    """Find elements that instances entered."""
    found = instances.element_instances(session, actor, body.query())
    return page_of(found, [_element(session, row) for row in found.items])


def answer(row: Row[Any]) -> InstanceAnswer:
    """Return an instance as the API sends it."""
    return InstanceAnswer(
        process_definition_id=row.process_id,
        process_definition_name=row.name,
        process_definition_version=row.version,
        process_definition_version_tag=row.version_tag or None,
        process_definition_key=row.definition_key,
        process_instance_key=row.key,
        parent_process_instance_key=row.parent_key,
        root_process_instance_key=row.root_key,
        start_date=row.started_at,
        end_date=row.ended_at,
        suspended_date=None,
        suspended=row.suspended,
        state=row.state,
        has_incident=row.incidents > 0,
        outcome=row.outcome,
        started_by=row.started_by,
        project_no=row.scope_id,
        tags=row.tags,
        business_id=row.business_id,
    )


def _name(session: Session, row: Row[Any]) -> str:
    """Return how the model calls an element; by its id where it has no name."""
    element = definitions.elements(session, row.definition_key).get(row.element_id)
    return (element.name if element else "") or row.element_id


def _element(session: Session, row: Row[Any]) -> ElementInstanceAnswer:
    return ElementInstanceAnswer(
        element_instance_key=row.key,
        process_instance_key=row.instance_key,
        root_process_instance_key=row.root_key,
        process_definition_key=row.definition_key,
        process_definition_id=row.process_id,
        element_id=row.element_id,
        element_name=_name(session, row),
        type=_KIND.sub(r"_\1", row.element_type).upper(),
        state=row.state,
        start_date=row.started_at,
        end_date=row.ended_at,
    )
