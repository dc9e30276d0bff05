"""What a migration would do, element by element."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine import definitions
from engine.authorization import Actor, Permission, require
from engine.runtime import Model, Remark, compare


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


def _model(session: Session, definition_key: int) -> Model:
    definition = definitions.get(session, definition_key)
    return definitions.compiled(session, definitions.composed(session, definition))


def _how(*, explicit: bool, found: bool) -> str:
    if not found:
        return "none"
    return "explicit" if explicit else "id"
