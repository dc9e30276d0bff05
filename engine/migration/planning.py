"""What a migration would do: element by element, and instance by instance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, steps
from engine.authorization import Actor, Permission, require
from engine.lifecycles import InstanceState
from engine.migration import opened
from engine.runtime import (
    LiveInstance,
    MigrationRefusedError,
    Model,
    Remark,
    Weight,
    compare,
)
from engine.steps import Running, running

SAFE, NEEDS_MAPPING, UNSAFE = "safe", "needs-mapping", "unsafe"
CURRENT = "current"


@dataclass(frozen=True, slots=True)
class PlannedElement:
    """An element and what takes its place; ``how`` is id, explicit or none."""

    source_id: str
    source_type: str
    target_id: str | None
    how: str
    remark: Remark | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What takes the place of each element; ``remarks`` are about the mapping."""

    elements: tuple[PlannedElement, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What would become of an instance.

    ``verdict`` is safe, needs-mapping or unsafe, or current where it runs on that
    version already; ``remarks`` give the reasons, and what to know where it is safe.
    """

    instance_key: int
    verdict: str
    remarks: tuple[Remark, ...] = ()


def plan(
    session: Session,
    actor: Actor,
    source_key: int,
    target_key: int,
    mapping: Mapping[str, str],
) -> Plan:
    """Return what takes the place of each element, by id or as ``mapping`` says.

    Raises:
        DefinitionNotFoundError: There is no such version.
    """
    require(actor, Permission.READ_DEFINITIONS)
    source, target = (_model(session, key) for key in (source_key, target_key))
    pairs, remarks = compare(source, target, mapping)
    elements = (
        PlannedElement(
            source_id=pair.source.id,
            source_type=pair.source.type,
            target_id=pair.target.id if pair.target else None,
            how=_how(explicit=pair.explicit, found=pair.target is not None),
            remark=pair.remark,
        )
        for pair in pairs
    )
    return Plan(tuple(elements), tuple(remarks))


def dry_run(
    session: Session,
    actor: Actor,
    keys: Sequence[int],
    target_key: int,
    mapping: Mapping[str, str],
) -> list[Trial]:
    """Return what would become of each of the running instances; nothing changes.

    Raises:
        DefinitionNotFoundError: There is no such version.
    """
    require(actor, Permission.MANAGE_INSTANCES)
    target = definitions.get(session, target_key)
    model_key = definitions.pin(session, target)
    model = definitions.model_of(session, model_key)
    return [
        _tried(session, instance, model_key, model, mapping)
        for instance in _running(session, keys)
    ]


def verdict_of(remarks: Iterable[Remark]) -> str:
    """Return how an instance is sorted that these remarks are about."""
    weights = {remark.weight for remark in remarks}
    if Weight.UNSAFE in weights:
        return UNSAFE
    return NEEDS_MAPPING if Weight.NEEDS_MAPPING in weights else SAFE


def _running(session: Session, keys: Sequence[int]) -> Iterable[Running]:
    table = running.TABLE
    for key in keys:
        query = select(*running.COLUMNS).where(
            table.c.key == key, table.c.state == InstanceState.ACTIVE
        )
        row = session.connection().execute(query).first()
        if row is not None:
            yield running.from_row(row)


def _tried(
    session: Session,
    instance: Running,
    model_key: int,
    model: Model,
    mapping: Mapping[str, str],
) -> Trial:
    if instance.model_key == model_key:
        return Trial(instance.key, CURRENT)
    with steps.borrowed(session, instance) as live:
        copy = LiveInstance.load(live.model, live.dump())
    around = steps.surroundings(session, instance.scope_key)
    try:
        done = copy.migrate(model, mapping, around)
    except MigrationRefusedError as refused:
        remarks = refused.remarks
        return Trial(instance.key, verdict_of(remarks), remarks)
    tasks_now = opened.open_tasks(session, instance, model_key, copy.waits)
    remarks = (*done.notes, *opened.remarks(session, tasks_now))
    return Trial(instance.key, verdict_of(remarks), remarks)


def _model(session: Session, definition_key: int) -> Model:
    definition = definitions.get(session, definition_key)
    return definitions.model_of(session, definitions.pin(session, definition))


def _how(*, explicit: bool, found: bool) -> str:
    if not found:
        return "none"
    return "explicit" if explicit else "id"
