"""Running timers: what is due when, and moving it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field
from sqlalchemy import Row

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body, Found, Key, Search, page_of
from engine import cache, instances
from engine.authorization import Permission
from engine.runtime import TimerOutlook

router = APIRouter(prefix="/v2/timers", tags=["timers"], route_class=CommandRoute)

grant(
    Permission.READ_INSTANCES,
    "POST /v2/timers/search",
    "GET /v2/timers/{timer_key}",
)
grant(Permission.MANAGE_INSTANCES, "PATCH /v2/timers/{timer_key}")


class TimerAnswer(Answer):
    """A timer that an instance waits for; ``cycle`` is empty where it is due once."""

    timer_key: Key
    due_date: datetime
    cycle: str
    element_id: str
    process_instance_key: Key
    root_process_instance_key: Key
    process_definition_id: str
    process_definition_key: Key
    business_id: str | None
    project_no: str | None
    suspended: bool
    creation_time: datetime


class TimerChangeset(Body):
    """The new due time."""

    due_date: AwareDatetime


class TimerPatch(Body):
    """What is to change, and why: the reason goes into the journal."""

    changeset: TimerChangeset
    reason: str = Field(min_length=1, max_length=1000)


class Schedule(Answer):
    """When a timer is due: the next runs (five at most), and how many are left."""

    due_date: datetime
    next_runs: list[datetime]
    runs_left: int | None


class TimerChangeAnswer(Answer):
    """What moving a timer changes.

    ``attachedTo`` is the element at whose boundary it waits, ``interrupts`` whether
    that is cut off when it fires. With ``firesAtOnce`` the new time is over already.
    ``applied`` is false for a preview.
    """

    timer_key: Key
    process_instance_key: Key
    element_id: str
    attached_to: str | None
    interrupts: bool
    before: Schedule
    after: Schedule
    fires_at_once: bool
    applied: bool


@router.post("/search", operation_id="search_timers")
def search_timers(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[TimerAnswer]:
    """Find running timers."""
    found = instances.search_timers(session, actor, body.query())
    return page_of(found, [_answer(row) for row in found.items])


@router.get("/{timer_key}", operation_id="get_timer")
def get_timer(timer_key: Key, actor: CurrentActor, session: Reading) -> TimerAnswer:
    """Return a running timer."""
    return _answer(instances.get_timer(session, actor, timer_key))


@router.patch("/{timer_key}", operation_id="update_timer")
def update_timer(
    timer_key: Key,
    body: TimerPatch,
    actor: CurrentActor,
    session: Transaction,
    dry_run: Annotated[bool, Query(alias="dryRun")] = False,  # noqa: FBT002 - a query
) -> TimerChangeAnswer:
    """Move a running timer; with ``dryRun`` only say what that would change.

    A time that is over lets it fire before the answer.
    """
    change = instances.move_timer(
        session,
        actor,
        timer_key,
        body.changeset.due_date,
        now=cache.now(session),
        reason=body.reason,
        dry_run=dry_run,
    )
    return TimerChangeAnswer(
        timer_key=timer_key,
        process_instance_key=change.row.instance_key,
        element_id=change.row.element_id,
        attached_to=change.after.attached_to or None,
        interrupts=change.after.interrupts,
        before=_schedule(change.before),
        after=_schedule(change.after),
        fires_at_once=change.fires_at_once,
        applied=not dry_run,
    )


def _schedule(outlook: TimerOutlook) -> Schedule:
    return Schedule(
        due_date=outlook.runs[0],
        next_runs=list(outlook.runs),
        runs_left=outlook.left,
    )


def _answer(row: Row[Any]) -> TimerAnswer:
    return TimerAnswer(
        timer_key=row.key,
        due_date=row.due_at,
        cycle=row.cycle,
        element_id=row.element_id,
        process_instance_key=row.instance_key,
        root_process_instance_key=row.root_key,
        process_definition_id=row.process_id,
        process_definition_key=row.definition_key,
        business_id=row.business_id,
        project_no=row.project_no,
        suspended=row.suspended,
        creation_time=row.created_at,
    )
