"""Finding service requests by what people remember of them."""

from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from company.schema import Project, ServiceRequest
from engine import search as searching
from engine.actors import Actor
from engine.schema import ScopeMember
from engine.search import Found, Query, Searchable

_TABLE: Table = ServiceRequest.metadata.tables["service_request"]
_PROJECTS: Table = Project.metadata.tables["project"]
_SEARCHABLE = Searchable(
    {
        "requestKey": searching.key(_TABLE.c.key),
        "requestNo": searching.text(_TABLE.c.request_no),
        "projectNo": searching.text(_PROJECTS.c.project_no),
        "customerKey": searching.key(_PROJECTS.c.customer_key),
        "category": searching.text(_TABLE.c.category),
        "module": searching.text(_TABLE.c.module),
        "title": searching.text(_TABLE.c.title),
        "channel": searching.text(_TABLE.c.channel),
        "priority": searching.text(_TABLE.c.priority),
        "source": searching.text(_TABLE.c.source),
        "visitNo": searching.text(_TABLE.c.visit_no, nullable=True),
        "processDefinitionId": searching.text(_TABLE.c.process_id),
        "processInstanceKey": searching.key(_TABLE.c.instance_key, nullable=True),
        "scope": searching.text(_TABLE.c.scope, nullable=True),
        "result": searching.text(_TABLE.c.result, nullable=True),
        "receivedAt": searching.moment(_TABLE.c.received_at),
        "receivedBy": searching.text(_TABLE.c.received_by),
        "resolveBy": searching.moment(_TABLE.c.resolve_by),
        "resolvedAt": searching.moment(_TABLE.c.resolved_at, nullable=True),
        "pausedSince": searching.moment(_TABLE.c.paused_at, nullable=True),
        "closedAt": searching.moment(_TABLE.c.closed_at, nullable=True),
    },
    _TABLE.c.key,
)


def search(session: Session, actor: Actor, query: Query) -> Found[Row[Any]]:
    """Return the requests that the actor may see and looks for.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    rows = select(_TABLE, _PROJECTS.c.project_no).join(
        _PROJECTS, _PROJECTS.c.key == _TABLE.c.project_key
    )
    if actor.is_customer:
        own = select(ScopeMember.scope_key).where(
            ScopeMember.username == actor.username
        )
        rows = rows.where(_TABLE.c.project_key.in_(own))
    return _SEARCHABLE.search(session, rows, query)
