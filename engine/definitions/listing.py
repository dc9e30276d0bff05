"""Finding versions of processes."""

from typing import Any

from sqlalchemy import Row, Table, func, select
from sqlalchemy.orm import Session, aliased

from engine import search as searching
from engine.authorization import Actor, Permission, require
from engine.schema import Deployment, ProcessDefinition
from engine.search import Found, Query, Searchable

_PROCESSES: Table = ProcessDefinition.metadata.tables["process_definition"]
_DEPLOYMENTS: Table = Deployment.metadata.tables["deployment"]

_newer = aliased(_PROCESSES, name="newer")
_NEWEST = (
    select(func.max(_newer.c.version))
    .where(_newer.c.process_id == _PROCESSES.c.process_id)
    .scalar_subquery()
)
_PROCESS_SEARCH = Searchable(
    {
        "processDefinitionKey": searching.key(_PROCESSES.c.key),
        "processDefinitionId": searching.text(_PROCESSES.c.process_id),
        "name": searching.text(_PROCESSES.c.name),
        "version": searching.number(_PROCESSES.c.version),
        "versionTag": searching.text(_PROCESSES.c.version_tag),
        "resourceName": searching.text(_PROCESSES.c.resource_name),
        "package": searching.text(_DEPLOYMENTS.c.package),
        "deployedAt": searching.moment(_DEPLOYMENTS.c.created_at),
        "isLatestVersion": searching.flag(_PROCESSES.c.version == _NEWEST),
    },
    _PROCESSES.c.key,
)


def search(session: Session, actor: Actor, query: Query) -> Found[Row[Any]]:
    """Return versions of processes, with ``package`` and ``deployed_at``.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    require(actor, Permission.READ_DEFINITIONS)
    rows = select(
        _PROCESSES,
        _DEPLOYMENTS.c.package,
        _DEPLOYMENTS.c.created_at.label("deployed_at"),
    ).join(_DEPLOYMENTS, _DEPLOYMENTS.c.key == _PROCESSES.c.deployment_key)
    return _PROCESS_SEARCH.search(session, rows, query)
