"""Process definitions: what can be started, and how it is drawn."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import Row

from api.access import Open, grant
from api.dependencies import CommandRoute, CurrentActor, Reading
from api.shapes import Answer, Found, Key, Listed, Search, SearchBody, page_of
from engine import definitions
from engine.authorization import Permission

router = APIRouter(
    prefix="/v2/process-definitions",
    tags=["process definitions"],
    route_class=CommandRoute,
)

_ONE = "/{process_definition_key}"
grant(
    Permission.READ_DEFINITIONS,
    "POST /v2/process-definitions/search",
    f"GET /v2/process-definitions{_ONE}",
    f"GET /v2/process-definitions{_ONE}/elements",
)
# A customer sees the diagram of a process in which he has a task.
grant(Open.SIGNED_IN, f"GET /v2/process-definitions{_ONE}/xml")
_TENANT = "<default>"


class DefinitionAnswer(Answer):
    """A version of a process."""

    name: str | None
    name_en: str
    resource_name: str
    version: int
    version_tag: str | None
    process_definition_id: str
    process_definition_key: Key
    package: str
    deployed_at: datetime
    tenant_id: str = _TENANT
    has_start_form: bool = False
    state: str = "ACTIVE"


class ElementAnswer(Answer):
    """An element as the diagram declares it."""

    element_id: str
    type: str
    name: str
    name_en: str
    parent_id: str | None
    lane: str
    duty: str | None
    mode: str | None
    form: str | None
    rules: list[str]


@router.post("/search", operation_id="search_process_definitions")
def search_process_definitions(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[DefinitionAnswer]:
    """Find versions of processes; ``isLatestVersion`` leaves the newest ones."""
    found = definitions.search(session, actor, body.query())
    return page_of(found, [_answer(row) for row in found.items])


@router.get(_ONE, operation_id="get_process_definition")
def get_process_definition(
    process_definition_key: Key, actor: CurrentActor, session: Reading
) -> DefinitionAnswer:
    """Return a version of a process."""
    definitions.get(session, process_definition_key)
    query = SearchBody(filter={"processDefinitionKey": str(process_definition_key)})
    (row,) = definitions.search(session, actor, query.query()).items
    return _answer(row)


@router.get(f"{_ONE}/xml", operation_id="get_process_definition_xml")
def get_process_definition_xml(
    process_definition_key: Key, actor: CurrentActor, session: Reading
) -> Response:
    """Return the diagram as BPMN 2.0 XML, exactly as it was deployed."""
    del actor
    row = definitions.get(session, process_definition_key)
    content = definitions.source(session, row).content
    return Response(
        content,
        media_type="text/xml",
        headers={"Cache-Control": "private, max-age=31536000, immutable"},
    )


@router.get(f"{_ONE}/elements", operation_id="get_process_definition_elements")
def get_process_definition_elements(
    process_definition_key: Key, actor: CurrentActor, session: Reading
) -> Listed[ElementAnswer]:
    """Return the elements with their duties, forms and rules."""
    del actor
    found = definitions.elements(session, process_definition_key).values()
    return Listed(
        items=[
            ElementAnswer(
                element_id=each.id,
                type=each.type,
                name=each.name,
                name_en=each.name_en,
                parent_id=each.parent_id,
                lane=each.lane,
                duty=each.properties.get("duty"),
                mode=each.properties.get("mode"),
                form=each.properties.get("form"),
                rules=each.properties.get("rules", "").split(),
            )
            for each in found
        ]
    )


def _answer(row: Row[Any]) -> DefinitionAnswer:
    return DefinitionAnswer(
        name=row.name,
        name_en=row.name_en,
        resource_name=row.resource_name,
        version=row.version,
        version_tag=row.version_tag or None,
        process_definition_id=row.process_id,
        process_definition_key=row.key,
        package=row.package,
        deployed_at=row.deployed_at,
    )
