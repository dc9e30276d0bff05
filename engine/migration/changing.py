"""Taking one instance over to another version, with its rows, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from engine import cache, definitions, journal, steps
from engine.authorization import Actor, Permission, require
from engine.errors import ConflictError
from engine.events import Event
from engine.lifecycles import INSTANCE, BatchItemState, InstanceState
from engine.migration import opened, rows
from engine.runtime import (
    LiveInstance,
    Migrated,
    MigrationRefusedError,
    Remark,
    Step,
    Surroundings,
    Weight,
)
from engine.schema import InstanceMigration, ProcessDefinition
from engine.steps import Held, Running

Mapped = Mapping[str, str]


class AlreadyThereError(ConflictError):
    """The instance runs on exactly that version already."""

    code = "already-on-version"

    def __init__(self) -> None:
        super().__init__(
            "The case runs on this version already, with all that it calls",
            "该流程实例已在此版本上运行",
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one instance; ``migration_key`` names it for undoing."""

    instance_key: int
    migration_key: int
    notes: tuple[Remark, ...]


def migrate(
    session: Session,
    actor: Actor,
    key: int,
    target_key: int,
    mapping: Mapped,
    *,
    reason: str = "",
) -> Outcome:
    """Take an instance over to the version ``target_key`` of its process.

    What it calls goes over to the newest versions that are deployed now. Tasks keep
    their keys, people, drafts and due times; names, forms and duties are those of
    the new version. A suspended instance goes over and stays suspended.

    Args:
        session: The transaction.
        actor: Who does it.
        key: The instance.
        target_key: The key of the process definition.
        mapping: Ids of elements, old to new; all others keep theirs.
        reason: Why, for the journal.

    Raises:
        InstanceNotFoundError: There is none.
        DefinitionNotFoundError: There is no such version.
        IllegalMoveError: The instance is over.
        AlreadyThereError: It runs on that version already.
        MigrationRefusedError: It cannot go over; ``remarks`` say why.
    """
    require(actor, Permission.MANAGE_INSTANCES)
    target = definitions.get(session, target_key)
    instance = steps.lock(session, key)
    if not instance.is_active:
        INSTANCE.check(instance.state, InstanceState.COMPLETED)
    item = InstanceMigration(instance_key=key, target_key=target.key)
    return change(session, actor, instance, target, mapping, reason, item)


def change(
    session: Session,
    actor: Actor,
    instance: Running,
    target: ProcessDefinition,
    mapping: Mapped,
    reason: str,
    item: InstanceMigration,
) -> Outcome:
    """Take a locked instance over; ``item`` is the row that remembers it."""
    model_key = definitions.pin(session, target)
    if model_key == instance.model_key:
        raise AlreadyThereError
    item.model_before, item.state_before = instance.model_key, instance.state_blob
    item.rows_before = rows.before(session, instance)
    with steps.holding(session, actor, instance) as held:
        _record(session, actor, instance, target, mapping, reason)
        done = _run(session, held, target, model_key, mapping)
        members = definitions.members_of(session, model_key)
        own = opened.rows_of(session, [instance.key])[instance.key]
        tasks_now = opened.open_tasks(session, own, members, held.live.waits)
        notes = (*done.notes, *_require_tasks(session, tasks_now))
        rows.place(session, instance)
        rows.follow(session, actor, instance, done, held.live.waits, tasks_now)
    _remember(session, actor, instance, item, done, notes)
    return Outcome(instance.key, item.key, notes)


def _run(
    session: Session,
    held: Held,
    target: ProcessDefinition,
    model_key: int,
    mapping: Mapped,
) -> Migrated:
    """Let the runtime do it; whatever then moves is already in the new version."""
    model, found = definitions.model_of(session, model_key), list[Migrated]()
    live, instance = held.live, held.instance  # read under the old version

    def go_over(_: LiveInstance, around: Surroundings) -> Step:
        found.append(live.migrate(model, mapping, around))
        return found[0].step

    instance.model_key = model_key
    instance.definition_key = target.key
    instance.process_id = target.process_id
    held.run(go_over)
    return found[0]


def _require_tasks(session: Session, tasks_now: list[opened.OpenTask]) -> list[Remark]:
    drafts = opened.drafts_of(session, (task.row for task in tasks_now))
    remarks = opened.remarks(session, tasks_now, drafts)
    hindering = [found for found in remarks if found.weight is not Weight.NOTE]
    if hindering:
        raise MigrationRefusedError(hindering)
    return remarks


def _remember(
    session: Session,
    actor: Actor,
    instance: Running,
    item: InstanceMigration,
    done: Migrated,
    notes: tuple[Remark, ...],
) -> None:
    """Keep what undoing needs; what has moved on at once cannot be undone."""
    item.state = BatchItemState.COMPLETED
    item.remarks = rows.as_json(notes)
    item.processed_at, item.processed_by = cache.now(session), actor.username
    item.revision_after = None if done.step.events else instance.revision
    session.add(item)
    session.flush()


def _record(
    session: Session,
    actor: Actor,
    instance: Running,
    target: ProcessDefinition,
    mapping: Mapped,
    reason: str,
) -> None:
    old = definitions.get(session, instance.definition_key)
    details: dict[str, Any] = {
        "from": {"process": old.process_id, "version": old.version},
        "to": {"process": target.process_id, "version": target.version},
        "mapping": dict(mapping),
        "reason": reason,
    }
    journal.record(
        session,
        actor,
        Event.INSTANCE_MIGRATED,
        instance=instance.key,
        details=details,
    )
