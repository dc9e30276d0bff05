"""Running timers: found, looked at, moved by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from engine import search as searching
from engine import steps
from engine.authorization import Actor, Permission, require
from engine.lifecycles import InstanceState
from engine.runtime import TimerOutlook
from engine.schema import Scope, Timer
from engine.search import Column, Found, Query, Searchable
from engine.steps import TimerNotFoundError
from engine.steps.running import TABLE as INSTANCES

_TIMERS: Table = Timer.metadata.tables["timer"]
_SCOPES: Table = Scope.metadata.tables["scope"]

NAMES: Mapping[str, Column] = {
    "timerKey": searching.key(_TIMERS.c.key),
    "dueDate": searching.moment(_TIMERS.c.due_at),
    "elementId": searching.text(_TIMERS.c.element_id),
    "cycle": searching.text(_TIMERS.c.cycle),
    "creationTime": searching.moment(_TIMERS.c.created_at),
    "processInstanceKey": searching.key(_TIMERS.c.instance_key),
    "processDefinitionId": searching.text(INSTANCES.c.process_id),
    "processDefinitionKey": searching.key(INSTANCES.c.definition_key),
    "businessId": searching.text(INSTANCES.c.business_id, nullable=True),
    "projectNo": searching.text(_SCOPES.c.business_id, nullable=True),
    "state": searching.state(INSTANCES.c.state, InstanceState),
    "suspended": searching.flag(INSTANCES.c.suspended),
}
_ROWS = (
    select(
        _TIMERS,
        INSTANCES.c.process_id,
        INSTANCES.c.definition_key,
        INSTANCES.c.root_key,
        INSTANCES.c.business_id,
        INSTANCES.c.suspended,
        INSTANCES.c.scope_key,
        _SCOPES.c.business_id.label("project_no"),
    )
    .join(INSTANCES, INSTANCES.c.key == _TIMERS.c.instance_key)
    .outerjoin(_SCOPES, _SCOPES.c.key == INSTANCES.c.scope_key)
)
_SEARCHABLE = Searchable(NAMES, _TIMERS.c.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerChange:
    """What moving a timer changes; ``fires_at_once`` where the new time is over."""

    row: Row[Any]
    before: TimerOutlook
    after: TimerOutlook
    fires_at_once: bool


def search_timers(session: Session, actor: Actor, query: Query) -> Found[Row[Any]]:
    """Return running timers; customers see none.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    require(actor, Permission.READ_INSTANCES)
    if actor.is_customer:
        return Found([], 0, more=False)
    return _SEARCHABLE.search(session, _ROWS, query)


def get_timer(session: Session, actor: Actor, key: int) -> Row[Any]:
    """Return a timer as a search would.

    Raises:
        TimerNotFoundError: There is none (any more), or the actor is a customer.
    """
    row = session.execute(_ROWS.where(_TIMERS.c.key == key)).first()
    if row is None or actor.is_customer:
        raise TimerNotFoundError
    return row


def move_timer(
    session: Session,
    actor: Actor,
    key: int,
    due_at: datetime,
    *,
    now: datetime,
    reason: str,
    dry_run: bool = False,
) -> TimerChange:
    """Let a timer be due at another time; with ``dry_run`` only say what that changes.

    Later runs of a repeating timer are reckoned from the new time.

    Raises:
        TimerNotFoundError: There is none (any more).
        IllegalMoveError: Its instance is over, or suspended.
    """
    require(actor, Permission.MANAGE_INSTANCES)
    row = get_timer(session, actor, key)
    before, after = steps.outlook(session, key, due_at)
    if not dry_run:
        steps.move_timer(session, actor, key, due_at, reason)
    return TimerChange(row=row, before=before, after=after, fires_at_once=due_at <= now)
