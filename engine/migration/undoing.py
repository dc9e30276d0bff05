"""Taking an instance back to the version it came from, as long as nothing happened."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, undefer

from engine import cache, definitions, journal, steps
from engine.authorization import Actor, Permission, require
from engine.database import Database, persistently
from engine.errors import ConflictError, EngineError, NotFoundError, Text
from engine.events import Event
from engine.lifecycles import BatchItemState
from engine.migration import rows
from engine.migration.batches import BatchNotFoundError
from engine.schema import InstanceMigration, MigrationBatch, ProcessModel
from engine.steps import Running, running


class NotMigratedError(NotFoundError):
    """There is no migration of this instance that could be undone."""

    code = "not-migrated"

    def __init__(self) -> None:
        super().__init__(
            "This case has not been taken over to another version",
            "该流程实例没有可撤销的迁移",
        )


class CannotUndoError(ConflictError):
    """The instance has moved on since."""

    code = "cannot-undo"

    def __init__(self, why: Text) -> None:
        super().__init__(
            f"The migration cannot be undone: {why.en}", f"迁移不能撤销:{why.zh}"
        )


@dataclass(frozen=True, slots=True)
class Reversal:
    """An instance that went back, or ``error`` why it did not."""

    instance_key: int
    error: EngineError | None = None


def undo(session: Session, actor: Actor, key: int, *, reason: str = "") -> None:
    """Take an instance back to its version before the last migration.

    Drafts, claims and comments since then stay; the journal keeps both ways.

    Raises:
        InstanceNotFoundError: There is none.
        NotMigratedError: It has not been migrated, or that is undone already.
        CannotUndoError: It has moved on, or the migration itself moved something.
    """
    require(actor, Permission.MANAGE_INSTANCES)
    instance = steps.lock(session, key)
    _undo(session, actor, instance, _last(session, key), reason)


def undo_batch(
    database: Database, actor: Actor, batch_key: int, *, reason: str = ""
) -> list[Reversal]:
    """Take back what a batch has taken over, each instance in its own transaction.

    What has moved on since stays where it is. Done again after a break, it goes on
    with those that are left.

    Raises:
        BatchNotFoundError: There is none.
    """
    require(actor, Permission.MANAGE_INSTANCES)
    with database.reading() as session:
        if session.get(MigrationBatch, batch_key) is None:
            raise BatchNotFoundError
        of_it = select(InstanceMigration.key, InstanceMigration.instance_key).where(
            InstanceMigration.batch_key == batch_key,
            InstanceMigration.state == BatchItemState.COMPLETED,
            InstanceMigration.undone_at.is_(None),
        )
        items = session.execute(of_it.order_by(InstanceMigration.key)).all()
    return [_reverse(database, actor, *item, reason) for item in items]


def _reverse(
    database: Database, actor: Actor, item_key: int, key: int, reason: str
) -> Reversal:
    def once() -> None:
        with database.transaction() as session:
            instance = steps.lock(session, key)
            item = _last(session, key)
            if item.key != item_key:
                raise CannotUndoError(
                    Text("the case was taken over again since", "此后又进行了迁移")
                )
            _undo(session, actor, instance, item, reason)

    try:
        persistently(once)
    except (CannotUndoError, NotMigratedError) as error:
        return Reversal(key, error)
    return Reversal(key)


def _undo(
    session: Session,
    actor: Actor,
    instance: Running,
    item: InstanceMigration,
    reason: str,
) -> None:
    state = _undoable_state(instance, item)
    session.flush()
    model = session.get_one(ProcessModel, item.model_before)
    definition = definitions.get(session, model.definition_key)
    instance.model_key, instance.definition_key = model.key, definition.key
    instance.process_id = definition.process_id
    instance.state_blob = state
    rows.place(session, instance)
    running.save(session, instance)
    rows.go_back(session, actor, instance, item.rows_before or {})
    item.undone_at, item.undone_by = cache.now(session), actor.username
    session.flush()
    details = {
        "process": definition.process_id,
        "version": definition.version,
        "reason": reason,
    }
    journal.record(
        session,
        actor,
        Event.MIGRATION_UNDONE,
        instance=instance.key,
        scope_key=instance.scope_key,
        details=details,
    )


def forget(session: Session) -> int:
    """Drop what undoing needs where it has been kept long enough; return how many.

    What was migrated, when and by whom stays.
    """
    days: int = session.info["settings"].snapshot_days
    old = update(InstanceMigration).where(
        InstanceMigration.state_before.is_not(None),
        InstanceMigration.processed_at < cache.now(session) - timedelta(days=days),
    )
    forgotten = old.values(state_before=None, rows_before=None)
    return len(session.execute(forgotten.returning(InstanceMigration.key)).all())


def last(session: Session, actor: Actor, key: int) -> InstanceMigration:
    """Return the last migration of an instance that went through, undone or not.

    Raises:
        NotMigratedError: There is none.
    """
    require(actor, Permission.MANAGE_INSTANCES)
    return _last(session, key)


def _last(session: Session, key: int) -> InstanceMigration:
    found = session.scalar(
        select(InstanceMigration)
        .where(
            InstanceMigration.instance_key == key,
            InstanceMigration.state == BatchItemState.COMPLETED,
        )
        .order_by(InstanceMigration.processed_at.desc(), InstanceMigration.key.desc())
        .limit(1)
        .options(
            undefer(InstanceMigration.state_before),
            undefer(InstanceMigration.rows_before),
        )
    )
    if found is None:
        raise NotMigratedError
    return found


def _undoable_state(instance: Running, item: InstanceMigration) -> bytes:
    """Return the state before, where nothing has happened since."""
    if item.undone_at is not None:
        raise NotMigratedError
    if item.state_before is None:
        raise CannotUndoError(
            Text("the state before it is not kept any longer", "迁移前的快照已清除")
        )
    if item.revision_after is None:
        raise CannotUndoError(
            Text(
                "elements were entered or left by the migration itself",
                "迁移本身已引起流程流转",
            )
        )
    if not instance.is_active or instance.revision != item.revision_after:
        raise CannotUndoError(Text("the case has moved on since", "此后流程已继续流转"))
    return item.state_before
