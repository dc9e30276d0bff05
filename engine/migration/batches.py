"""Many instances that go over to one version, each in a transaction of its own.

A batch is rows: what is still to do is what still says ACTIVE. So it goes on where
it stood after a kill, and two workers at it do nothing twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Row, Select, Table, func, insert, select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from engine import cache, definitions, identity, steps
from engine import search as searching
from engine.authorization import Actor, Permission, require
from engine.database import Database, persistently
from engine.errors import EngineError, NotFoundError
from engine.lifecycles import (
    BATCH,
    INSTANCE,
    BatchItemState,
    BatchState,
    InstanceState,
)
from engine.migration import changing, rows, trying
from engine.runtime import ChangeRefusedError
from engine.schema import (
    InstanceMigration,
    MigrationBatch,
    ProcessInstance,
    next_key,
)
from engine.search import Column, Found, Query, Searchable

CHUNK = 100
_ITEMS: Table = InstanceMigration.metadata.tables["instance_migration"]
_INSTANCES: Table = ProcessInstance.metadata.tables["process_instance"]
ITEM_NAMES: Mapping[str, Column] = {
    "batchOperationKey": searching.key(_ITEMS.c.batch_key),
    "itemKey": searching.key(_ITEMS.c.instance_key),
    "processInstanceKey": searching.key(_ITEMS.c.instance_key),
    "state": searching.state(_ITEMS.c.state, BatchItemState),
    "processedDate": searching.moment(_ITEMS.c.processed_at, nullable=True),
}
_KEPT_BACK = {"state_before", "rows_before"}
_ROWS = (
    select(
        *(column for column in _ITEMS.c if column.name not in _KEPT_BACK),
        _INSTANCES.c.root_key,
    )
    .join(_INSTANCES, _INSTANCES.c.key == _ITEMS.c.instance_key)
    .where(_ITEMS.c.batch_key.is_not(None))
)
_SEARCHABLE = Searchable(ITEM_NAMES, _ITEMS.c.key)
_log = structlog.get_logger()


class BatchNotFoundError(NotFoundError):
    """There is no such batch."""

    code = "batch-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such batch", "没有该批次")


@dataclass(frozen=True, slots=True)
class Progress:
    """A batch and how far it is."""

    batch: MigrationBatch
    completed: int
    failed: int


def begin_batch(
    session: Session,
    actor: Actor,
    wanted: Mapping[str, Any],
    target_key: int,
    mapping: Mapping[str, str],
    *,
    reason: str = "",
) -> MigrationBatch:
    """Note that all running instances that a filter finds go over; workers do it.

    Raises:
        BadQueryError: The filter is not of the grammar.
        DefinitionNotFoundError: There is no such version.
    """
    require(actor, Permission.MANAGE_INSTANCES)
    target = definitions.get(session, target_key)
    keys = list(trying.keys_of(session, actor, wanted))
    batch_row = MigrationBatch(
        target_key=target.key,
        mapping=dict(mapping),
        reason=reason,
        total=len(keys),
        created_at=cache.now(session),
        created_by=actor.username,
    )
    session.add(batch_row)
    session.flush()
    state = BatchItemState.ACTIVE
    own = {"batch_key": batch_row.key, "target_key": target.key, "state": state}
    items = [{**own, "key": next_key(), "instance_key": key} for key in keys]
    if items:
        session.execute(insert(_ITEMS), [{**item, "remarks": []} for item in items])
    else:
        _end(session, batch_row)
    return batch_row


def batch(session: Session, actor: Actor, key: int) -> Progress:
    """Return a batch and how far it is.

    Raises:
        BatchNotFoundError: There is none.
    """
    require(actor, Permission.MANAGE_INSTANCES)
    row = session.get(MigrationBatch, key, populate_existing=True)
    if row is None:
        raise BatchNotFoundError
    counts = _counts(session, key)
    return Progress(
        row,
        counts.get(BatchItemState.COMPLETED, 0),
        counts.get(BatchItemState.FAILED, 0),
    )


def items(session: Session, actor: Actor, query: Query) -> Found[Row[Any]]:
    """Return what became of instances in batches, in the order of their turn.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    require(actor, Permission.MANAGE_INSTANCES)
    return _SEARCHABLE.search(session, _ROWS, query)


def cancel_batch(session: Session, actor: Actor, key: int) -> None:
    """Leave the instances alone that have not gone over yet.

    Raises:
        BatchNotFoundError: There is none.
        IllegalMoveError: It is over.
    """
    row = batch(session, actor, key).batch
    BATCH.check(row.state, BatchState.CANCELED)
    session.execute(
        update(InstanceMigration)
        .where(
            InstanceMigration.batch_key == key,
            InstanceMigration.state == BatchItemState.ACTIVE,
        )
        .values(state=BatchItemState.CANCELED)
    )
    row.state, row.ended_at = BatchState.CANCELED, cache.now(session)
    session.flush()


def earliest(_database: Database) -> Select[datetime]:
    """Return the query for when the oldest batch that is not done was begun."""
    waiting = select(MigrationBatch.created_at)
    waiting = waiting.where(MigrationBatch.state == BatchState.ACTIVE)
    return waiting.order_by(MigrationBatch.created_at).limit(1)


def work(database: Database, limit: int = CHUNK) -> int:
    """Take over some of the instances that batches wait for; return how many.

    One that cannot go over stays as it was, and its row says why.
    """
    with database.reading() as session:
        waiting = (
            select(InstanceMigration.key)
            .where(InstanceMigration.state == BatchItemState.ACTIVE)
            .order_by(InstanceMigration.key)
            .limit(limit)
        )
        keys = session.scalars(waiting).all()
    for key in keys:
        _work_one(database, key)
    return len(keys)


def _work_one(database: Database, key: int) -> None:
    def change() -> None:
        with database.transaction() as session:
            _change(session, key)

    try:
        persistently(change)
    except EngineError as error:
        if error.is_passing:
            _log.info("migration is tried again", migration=key)
            return
        with database.transaction() as session:
            _fail(session, key, error)
    except (InterfaceError, OperationalError):
        raise  # the database is away: the batch goes on when it is back
    except Exception as error:  # noqa: BLE001 - the others go over all the same
        _log.exception("migration broke off", migration=key)
        with database.transaction() as session:
            _fail(session, key, error)


def _change(session: Session, key: int) -> None:
    item = _claimed(session, key)
    if item is None or item.batch_key is None:
        return
    row = session.get_one(MigrationBatch, item.batch_key)
    actor = identity.actor_of(session, identity.account(session, row.created_by))
    instance = steps.lock(session, item.instance_key)
    if not instance.is_active:
        INSTANCE.check(instance.state, InstanceState.COMPLETED)
    target = definitions.get(session, item.target_key)
    changing.change(session, actor, instance, target, row.mapping, row.reason, item)
    _end_if_done(session, row)


def _fail(session: Session, key: int, error: Exception) -> None:
    item = _claimed(session, key)
    if item is None or item.batch_key is None:
        return
    item.state = BatchItemState.FAILED
    item.processed_at = cache.now(session)
    item.remarks = _why(error)
    session.flush()
    _end_if_done(session, session.get_one(MigrationBatch, item.batch_key))


def _claimed(session: Session, key: int) -> InstanceMigration | None:
    """Lock an item that is still to do; None where somebody was faster."""
    item = session.get(InstanceMigration, key, with_for_update=True)
    is_open = item is not None and item.state is BatchItemState.ACTIVE
    return item if is_open else None


def _why(error: Exception) -> list[dict[str, object]]:
    if isinstance(error, ChangeRefusedError):
        return list(rows.as_json(error.remarks))
    en, zh = type(error).__name__, "系统异常"
    code = "migration-broke-off"
    if isinstance(error, EngineError):
        en, zh, code = error.text.en, error.text.zh, error.code
    text = {"en": en, "zh": zh}
    return [
        {"code": code, "element_id": "", "text": text, "weight": "unsafe", "path": []}
    ]


def _end_if_done(session: Session, row: MigrationBatch) -> None:
    session.flush()
    if BatchItemState.ACTIVE not in _counts(session, row.key):
        _end(session, row)


def _end(session: Session, row: MigrationBatch) -> None:
    if row.state is not BatchState.ACTIVE:
        return
    failed = BatchItemState.FAILED in _counts(session, row.key)
    row.state = BatchState.PARTIALLY_COMPLETED if failed else BatchState.COMPLETED
    row.ended_at = cache.now(session)
    session.flush()


def _counts(session: Session, key: int) -> dict[BatchItemState, int]:
    query = (
        select(InstanceMigration.state, func.count())
        .where(InstanceMigration.batch_key == key)
        .group_by(InstanceMigration.state)
    )
    return {row[0]: row[1] for row in session.execute(query)}
