"""Many instances that go over to another version, each by itself."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Row

from api.access import grant
from api.dependencies import (
    CommandRoute,
    CurrentActor,
    Platform,
    Reading,
    Transaction,
)
from api.routers.migrations import (
    RemarkAnswer,
    ReversalBody,
    TrialBody,
    stored_remark,
)
from api.shapes import Answer, Found, Key, Listed, Search, page_of
from engine import migration
from engine.authorization import Actor, Permission
from engine.lifecycles import BatchItemState
from engine.migration import Reversal

router = APIRouter(prefix="/v2", tags=["migrations"], route_class=CommandRoute)

_MANY = "/process-instances/migration"
_BATCH = "/batch-operations/{batch_operation_key}"
_ITEMS = "/batch-operation-items"
grant(
    Permission.MANAGE_INSTANCES,
    f"POST /v2{_MANY}",
    f"GET /v2{_BATCH}",
    f"POST /v2{_ITEMS}/search",
    f"POST /v2{_BATCH}/cancellation",
    f"POST /v2{_BATCH}/reversal",
)
_KIND = "MIGRATE_PROCESS_INSTANCE"


class BatchBody(TrialBody):
    """Which running instances go over, to what, and why."""

    reason: str = Field(default="", max_length=1000)
    operation_reference: int | None = None


class BatchCreated(Answer):
    """A batch that workers have begun with."""

    batch_operation_key: Key
    batch_operation_type: str = _KIND


class BatchAnswer(Answer):
    """A batch and how far it is."""

    batch_operation_key: Key
    state: str
    batch_operation_type: str = _KIND
    start_date: datetime
    end_date: datetime | None
    actor_type: str = "USER"
    actor_id: str
    reason: str
    operations_total_count: int
    operations_failed_count: int
    operations_completed_count: int
    errors: list[str] = Field(default_factory=list)


class ItemAnswer(Answer):
    """What became of one instance of a batch; remarks say why not, or what to know."""

    operation_type: str = _KIND
    batch_operation_key: Key
    item_key: Key
    process_instance_key: Key
    root_process_instance_key: Key
    state: str
    processed_date: datetime | None
    error_message: str | None
    remarks: list[RemarkAnswer]


class ReversalAnswer(Answer):
    """Whether an instance went back to its version; if not, ``message`` says why."""

    process_instance_key: Key
    undone: bool
    code: str | None = None
    message: str | None = None


@router.post(_MANY, operation_id="migrate_process_instances")
def migrate_process_instances(
    body: BatchBody, actor: CurrentActor, session: Transaction
) -> BatchCreated:
    """Take all running instances that the filter finds over, each by itself.

    One that cannot go over stays as it was, and its item says why.
    """
    plan = body.migration_plan
    row = migration.begin_batch(
        session,
        actor,
        body.filter,
        plan.target_process_definition_key,
        plan.mapping(),
        reason=body.reason,
    )
    return BatchCreated(batch_operation_key=row.key)


@router.get(_BATCH, operation_id="get_batch_operation")
def get_batch_operation(
    batch_operation_key: Key, actor: CurrentActor, session: Reading
) -> BatchAnswer:
    """Return a batch and how far it is."""
    found = migration.batch(session, actor, batch_operation_key)
    row = found.batch
    return BatchAnswer(
        batch_operation_key=row.key,
        state=row.state,
        start_date=row.created_at,
        end_date=row.ended_at,
        actor_id=row.created_by,
        reason=row.reason,
        operations_total_count=row.total,
        operations_failed_count=found.failed,
        operations_completed_count=found.completed,
    )


@router.post(f"{_ITEMS}/search", operation_id="search_batch_operation_items")
def search_batch_operation_items(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[ItemAnswer]:
    """Find what became of the instances of batches."""
    found = migration.items(session, actor, body.query())
    return page_of(found, [_item(row, actor) for row in found.items])


@router.post(
    f"{_BATCH}/cancellation", status_code=204, operation_id="cancel_batch_operation"
)
def cancel_batch_operation(
    batch_operation_key: Key, actor: CurrentActor, session: Transaction
) -> None:
    """Leave the instances alone that have not gone over yet."""
    migration.cancel_batch(session, actor, batch_operation_key)


@router.post(f"{_BATCH}/reversal", operation_id="undo_batch_operation")
def undo_batch_operation(
    batch_operation_key: Key,
    actor: CurrentActor,
    platform: Platform,
    body: ReversalBody | None = None,
) -> Listed[ReversalAnswer]:
    """Take back what a batch has taken over, as far as it has not moved on.

    Each instance goes back by itself; sent again, the rest is tried again.
    """
    reason = body.reason if body else ""
    found = migration.undo_batch(platform, actor, batch_operation_key, reason=reason)
    return Listed(items=[_reversal(each, actor) for each in found])


def _reversal(found: Reversal, actor: Actor) -> ReversalAnswer:
    answer = ReversalAnswer(
        process_instance_key=found.instance_key, undone=found.error is None
    )
    if found.error is not None:
        answer.code = found.error.code
        answer.message = found.error.text.to(actor.language)
    return answer


def _item(row: Row[Any], actor: Actor) -> ItemAnswer:
    remarks = [stored_remark(remark, actor) for remark in row.remarks]
    failed = row.state is BatchItemState.FAILED
    return ItemAnswer(
        batch_operation_key=row.batch_key,
        item_key=row.instance_key,
        process_instance_key=row.instance_key,
        root_process_instance_key=row.root_key,
        state=row.state,
        processed_date=row.processed_at,
        error_message=" ".join(each.message for each in remarks) if failed else None,
        remarks=remarks,
    )
