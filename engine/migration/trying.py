"""What would become of each live instance, were it to go over; nothing changes.

However many there are, none is locked and no transaction is long: they are looked at
page by page, each page in one that only reads. An instance that moves on meanwhile is
judged by where it stood.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, instances, steps
from engine.authorization import Actor, Permission, require
from engine.database import Database
from engine.lifecycles import InstanceState
from engine.migration import opened
from engine.migration.opened import Drafts
from engine.runtime import MigrationRefusedError, Remark, StateError, Weight
from engine.schema import UserTask
from engine.search import MAX_LIMIT, read_query
from engine.steps import Running, running

SAFE, NEEDS_MAPPING, UNSAFE = "safe", "needs-mapping", "unsafe"
CURRENT = "current"
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Trial:
    """What would become of an instance.

    ``verdict`` is safe, needs-mapping or unsafe, or current where it runs on that
    version already; ``remarks`` give the reasons, and what to know where it is safe.
    """

    instance_key: int
    verdict: str
    remarks: tuple[Remark, ...] = ()


def dry_run(
    database: Database,
    actor: Actor,
    wanted: Mapping[str, Any],
    target_key: int,
    mapping: Mapping[str, str],
) -> list[Trial]:
    """Return what would become of each running instance that a filter finds.

    Args:
        database: Where they are; not a session, for it takes many.
        actor: Who asks.
        wanted: A filter as `instances.search` knows it.
        target_key: The key of the process definition.
        mapping: Ids of elements, old to new; all others keep theirs.

    Raises:
        BadQueryError: The filter is not of the grammar.
        DefinitionNotFoundError: There is no such version.
    """
    require(actor, Permission.MANAGE_INSTANCES)
    tried: list[Trial] = []
    after: str | None = None
    while True:
        with database.reading() as session:
            keys, after = _page(session, actor, wanted, after, _AT_ONCE)
            tried += _Trying(session, target_key, mapping, keys).all()
        if len(keys) < _AT_ONCE:
            return tried


def keys_of(session: Session, actor: Actor, wanted: Mapping[str, Any]) -> Iterator[int]:
    """Yield the keys of all running instances that a filter finds.

    Raises:
        BadQueryError: The filter is not of the grammar.
    """
    after: str | None = None
    while True:
        keys, after = _page(session, actor, wanted, after, MAX_LIMIT)
        yield from keys
        if len(keys) < MAX_LIMIT:
            return


def _page(
    session: Session,
    actor: Actor,
    wanted: Mapping[str, Any],
    after: str | None,
    limit: int,
) -> tuple[list[int], str | None]:
    """Return some of these keys, and after which cursor the others come."""
    page = {"limit": limit, **({"after": after} if after else {})}
    query = read_query({"filter": {**wanted, "state": "ACTIVE"}, "page": page})
    found = instances.search(session, actor, query)
    return [row.key for row in found.items], found.end_cursor


def verdict_of(remarks: Iterable[Remark]) -> str:
    """Return how an instance is sorted that these remarks are about."""
    weights = {remark.weight for remark in remarks}
    if Weight.UNSAFE in weights:
        return UNSAFE
    return NEEDS_MAPPING if Weight.NEEDS_MAPPING in weights else SAFE


class _Trying:
    """One page of instances, tried with what is read for all of them at once."""

    def __init__(
        self,
        session: Session,
        target_key: int,
        mapping: Mapping[str, str],
        keys: Sequence[int],
    ) -> None:
        self._session, self._mapping, self._keys = session, mapping, keys
        target = definitions.get(session, target_key)
        composition = definitions.composed(session, target)
        self._members = composition.members
        self._model = definitions.compiled(session, composition)
        self._model_key = definitions.pinned(session, composition)
        self._tasks = opened.rows_of(session, keys)
        rows = (row for own in self._tasks.values() for row in own)
        self._drafts: Drafts = opened.drafts_of(session, rows)

    def all(self) -> list[Trial]:
        """Return the trial of each instance of the page."""
        return [self._try(instance) for instance in self._running()]

    def _running(self) -> list[Running]:
        table = running.TABLE
        query = select(*running.COLUMNS).where(
            table.c.key.in_(self._keys), table.c.state == InstanceState.ACTIVE
        )
        rows = self._session.connection().execute(query.order_by(table.c.key))
        return [running.from_row(row) for row in rows]

    def _try(self, instance: Running) -> Trial:
        if instance.model_key == self._model_key:
            return Trial(instance.key, CURRENT)
        try:
            remarks = self._remarks(instance)
        except MigrationRefusedError as refused:
            remarks = refused.remarks
        except StateError as broken:
            remarks = (Remark(code=broken.code, element_id="", text=broken.text),)
        return Trial(instance.key, verdict_of(remarks), remarks)

    def _remarks(self, instance: Running) -> tuple[Remark, ...]:
        session = self._session
        around = steps.surroundings(session, instance.scope_key)
        with steps.copied(session, instance) as copy:
            done = copy.migrate(self._model, self._mapping, around)
        rows: list[UserTask] = self._tasks.get(instance.key, [])
        tasks_now = opened.open_tasks(session, rows, self._members, copy.waits)
        return (*done.notes, *opened.remarks(session, tasks_now, self._drafts))
