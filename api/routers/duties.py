"""Duties: who is charged with what."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, entity_tag, if_match
from engine import duty_changes
from engine.authorization import Permission

router = APIRouter(prefix="/v2/duties", tags=["duties"], route_class=CommandRoute)

grant(Permission.READ_DUTIES, "GET /v2/duties")
grant(Permission.MANAGE_DUTIES, "PUT /v2/duties")


class DutiesAnswer(Answer):
    """A version of the configuration."""

    version: int
    configuration: dict[str, Any]


class DutiesReplaced(Answer):
    """A new version, and how many open tasks changed hands."""

    version: int
    tasks_changed: int


@router.get("", operation_id="get_duties")
def get_duties(
    actor: CurrentActor, session: Reading, response: Response
) -> DutiesAnswer:
    """Return the configuration in force."""
    del actor
    row = duty_changes.newest(session)
    version = row.version if row else 0
    response.headers["ETag"] = entity_tag(version)
    return DutiesAnswer(version=version, configuration=row.content if row else {})


@router.put("", operation_id="replace_duties")
def replace_duties(
    configuration: dict[str, Any],
    actor: CurrentActor,
    session: Transaction,
    tag: Annotated[str | None, Header(alias="If-Match")] = None,
) -> DutiesReplaced:
    """Put a new version in force; open tasks are given to those it names."""
    replaced = duty_changes.replace(
        session, actor, configuration, version=if_match(tag)
    )
    return DutiesReplaced(version=replaced.version, tasks_changed=replaced.reassigned)
