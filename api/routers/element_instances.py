"""The data of elements that are being worked on, corrected by hand."""

from typing import Any

from fastapi import APIRouter

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Transaction
from api.shapes import Body, Key
from engine import instances
from engine.authorization import Permission

router = APIRouter(
    prefix="/v2/element-instances",
    tags=["process instances"],
    route_class=CommandRoute,
)

_VARIABLES = "/{element_instance_key}/variables"
grant(Permission.MANAGE_INSTANCES, f"PUT /v2/element-instances{_VARIABLES}")


class Variables(Body):
    """Variables to set; ``local`` ones at the element alone."""

    variables: dict[str, Any]
    local: bool = False
    operation_reference: int | None = None


@router.put(
    _VARIABLES, status_code=204, operation_id="create_element_instance_variables"
)
def create_element_instance_variables(
    element_instance_key: Key,
    body: Variables,
    actor: CurrentActor,
    session: Transaction,
) -> None:
    """Correct process data; the key may be a process instance's too.

    An element of a called process means that process's data. An incident that the
    data caused goes on when it is resolved.
    """
    instances.set_element_variables(
        session, actor, element_instance_key, body.variables, local=body.local
    )
