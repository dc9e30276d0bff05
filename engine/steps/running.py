"""An instance under its lock: read, saved and guarded by its revision."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session, aliased

from engine.errors import ConflictError, NotFoundError
from engine.lifecycles import InstanceState
from engine.schema import ProcessInstance

TABLE: Table = ProcessInstance.metadata.tables["process_instance"]
ROOT = aliased(TABLE, name="root")
_KEPT = (
    "key",
    "model_key",
    "definition_key",
    "process_id",
    "business_id",
    "scope_key",
    "parent_key",
    "root_key",
    "state",
    "suspended",
    "incidents",
    "revision",
    "state_blob",
    "journal_digest",
    "tags",
    "started_at",
    "started_by",
)
COLUMNS = [TABLE.c[name] for name in _KEPT]
"""The columns of `Running`, in its order, for joins with other tables."""

_CHANGING = (
    "state",
    "suspended",
    "incidents",
    "state_blob",
    "journal_digest",
    "ended_at",
    "outcome",
    "end_reason",
)
_INSERT = insert(TABLE)
_SAVE = (
    update(TABLE)
    .where(TABLE.c.key == bindparam("key_"), TABLE.c.revision == bindparam("revision_"))
    .values(
        revision=TABLE.c.revision + 1, **{name: bindparam(name) for name in _CHANGING}
    )
)
_SAVE_DIGEST = (
    update(TABLE)
    .where(TABLE.c.key == bindparam("key_"))
    .values(journal_digest=bindparam("journal_digest"))
)


class InstanceNotFoundError(NotFoundError):
    """There is no such instance, or not for this actor."""

    code = "instance-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such process instance", "没有该流程实例")


class LostRaceError(ConflictError):
    """Somebody else changed the instance at the same time and was faster."""

    code = "lost-race"
    is_passing = True

    def __init__(self) -> None:
        super().__init__(
            "Somebody else changed this case at the same moment; reload and try again",
            "他人同时修改了该流程,请刷新后重试",
        )


@dataclass(slots=True)
class Running:
    """An instance that this transaction holds locked.

    ``stored`` is false while a new instance has no row yet. ``state_blob`` is the
    runtime's state as `engine.steps.states` stores it.
    """

    key: int
    model_key: int
    definition_key: int
    process_id: str
    business_id: str | None
    scope_key: int | None
    parent_key: int | None
    root_key: int
    state: InstanceState
    suspended: bool
    incidents: int
    revision: int
    state_blob: bytes
    journal_digest: bytes
    tags: list[str]
    started_at: datetime
    started_by: str
    ended_at: datetime | None = None
    outcome: str | None = None
    end_reason: str | None = None
    stored: bool = field(default=True)

    @property
    def is_active(self) -> bool:
        """Tell whether anything can still happen to it."""
        return self.state is InstanceState.ACTIVE


def locking(*columns: Any) -> Select[Any]:
    """Return a SELECT of ``columns`` and `COLUMNS`, of instances with their roots.

    The caller adds joins and conditions and finishes with `lock_rows`.
    """
    return select(*COLUMNS, *columns).join(ROOT, ROOT.c.key == TABLE.c.root_key)


def lock_rows(statement: Select[Any], *others: Any) -> Select[Any]:
    """Lock the root first, then the instance, then ``others``: always in this order.

    PostgreSQL reads locked rows again once it has waited for them; a joined row
    that is not locked would stay as it was before.
    """
    return statement.with_for_update(of=[ROOT, TABLE, *others])


_READ = select(*COLUMNS).where(TABLE.c.key == bindparam("key_"))
_LOCK = lock_rows(
    select(*COLUMNS)
    .join(ROOT, ROOT.c.key == TABLE.c.root_key)
    .where(TABLE.c.key == bindparam("key_"))
)


def from_row(row: Row[Any]) -> Running:
    """Return the instance of a row that begins with `COLUMNS`."""
    return Running(*row[: len(_KEPT)])


def lock(session: Session, key: int) -> Running:
    """Lock an instance (and its root before it) and return it.

    Raises:
        InstanceNotFoundError: There is none.
    """
    row = session.connection().execute(_LOCK, {"key_": key}).first()
    if row is None:
        raise InstanceNotFoundError
    return from_row(row)


def read(session: Session, key: int) -> Running:
    """Return an instance for looking at; it is not locked.

    Raises:
        InstanceNotFoundError: There is none.
    """
    row = session.connection().execute(_READ, {"key_": key}).first()
    if row is None:
        raise InstanceNotFoundError
    return from_row(row)


def save(session: Session, instance: Running) -> None:
    """Write a new state under the next revision.

    Raises:
        LostRaceError: The row is no longer at the revision that was read.
    """
    values = _changing(instance)
    if not instance.stored:
        _insert(session, instance, values)
        return
    keys = {"key_": instance.key, "revision_": instance.revision}
    result = session.connection().execute(_SAVE, {**values, **keys})
    if result.rowcount != 1:
        raise LostRaceError
    instance.revision += 1


def save_digest(session: Session, instance: Running) -> None:
    """Write only the end of the journal's chain: the state has not changed."""
    session.connection().execute(
        _SAVE_DIGEST,
        {"key_": instance.key, "journal_digest": instance.journal_digest},
    )


def _changing(instance: Running) -> Mapping[str, Any]:
    return {name: getattr(instance, name) for name in _CHANGING}


def _insert(session: Session, instance: Running, values: Mapping[str, Any]) -> None:
    kept = {name: getattr(instance, name) for name in _KEPT}
    session.connection().execute(_INSERT, [{**kept, **values, "revision": 1}])
    instance.revision, instance.stored = 1, True
