"""Whether the server is ready, what it is, and the description of its API."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.access import Open, grant
from api.dependencies import CommandRoute, CurrentActor, Platform, Visitor
from api.description import describe
from api.shapes import Answer

router = APIRouter(tags=["system"], route_class=CommandRoute)

grant(Open.ANYBODY, "GET /v2/status", "GET /openapi.json")
grant(Open.SIGNED_IN, "GET /v2/topology")


class Partition(Answer):
    """A part of the data; there is one."""

    partition_id: int = 1
    role: str = "leader"
    health: str = "healthy"
    state: str = "active"


class Broker(Answer):
    """A node; there is one in the topology, however many processes work."""

    node_id: int = 0
    broker_id: str = "0"
    host: str
    port: int
    version: str
    partitions: list[Partition]


class Topology(Answer):
    """The cluster as clients of this grammar expect it."""

    brokers: list[Broker]
    cluster_id: str = "fuwu"
    cluster_size: int = 1
    partitions_count: int = 1
    replication_factor: int = 1
    gateway_version: str
    last_completed_change_id: str = "-1"


@router.get("/v2/status", status_code=204, operation_id="get_status")
def get_status(visitor: Visitor, platform: Platform) -> Response:
    """Answer 204 when the database can be read."""
    del visitor
    with platform.reading():
        return Response(status_code=204)


@router.get("/v2/topology", operation_id="get_topology")
def get_topology(request: Request, actor: CurrentActor) -> Topology:
    """Describe the server."""
    del actor
    version = request.app.version
    host = request.url.hostname or "localhost"
    port = request.url.port or 80
    broker = Broker(host=host, port=port, version=version, partitions=[Partition()])
    return Topology(brokers=[broker], gateway_version=version)


@router.get("/openapi.json", include_in_schema=False)
def get_openapi(request: Request, visitor: Visitor) -> dict[str, Any]:
    """Send the description of the API (OpenAPI 3.1)."""
    del visitor
    return describe(request.app)
