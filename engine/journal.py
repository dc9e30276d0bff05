"""The journal: who did what, when, and what changed; append-only and chained.

Entries of one instance form a chain: each digest covers the one before, and the
last one stands in ``process_instance.journal_digest``. While a command holds an
instance, its chain is open in the session and is written with the instance's own
row, so that the chain costs no statement of its own.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from engine import cache, clock, outbox
from engine.authorization import Actor
from engine.errors import NotFoundError
from engine.events import Event
from engine.schema import JournalEntry, ProcessInstance, next_key, to_json

_ENTRIES: Table = JournalEntry.metadata.tables["journal_entry"]
_INSERT = insert(_ENTRIES)
_LOCK_DIGEST = (
    select(ProcessInstance.journal_digest)
    .where(ProcessInstance.key == bindparam("instance"))
    .with_for_update()
)
_SAVE_DIGEST = (
    update(ProcessInstance.metadata.tables["process_instance"])
    .where(ProcessInstance.key == bindparam("instance"))
    .values(journal_digest=bindparam("digest"))
)
_BY_KEYS = select(_ENTRIES.c.key, _ENTRIES.c.details).where(
    _ENTRIES.c.key.in_(bindparam("keys", expanding=True))
)
_BY_TASKS = select(_ENTRIES.c.key, _ENTRIES.c.task_key).where(
    _ENTRIES.c.task_key.in_(bindparam("tasks", expanding=True)),
    _ENTRIES.c.event == Event.TASK_COMPLETED.value,
)
_COVERED = (
    "key",
    "at",
    "recorded_at",
    "actor",
    "event",
    "scope_key",
    "instance_key",
    "task_key",
    "element_id",
    "details",
)

Entry = dict[str, Any]


@dataclass(slots=True)
class Chain:
    """The open end of one instance's chain, and the entries not yet written."""

    instance_key: int
    scope_key: int | None
    digest: bytes
    entries: list[Entry] = field(default_factory=list)

    def append(self, entry: Entry) -> None:
        """Put an entry at the end."""
        self.digest = entry["digest"] = digest_of(self.digest, entry)
        self.entries.append(entry)

    def mark(self) -> tuple[int, bytes]:
        """Return where the chain stands, for `reset`."""
        return len(self.entries), self.digest

    def reset(self, mark: tuple[int, bytes]) -> None:
        """Forget what was appended after ``mark``."""
        del self.entries[mark[0] :]
        self.digest = mark[1]


def open_chain(
    session: Session, instance_key: int, scope_key: int | None, digest: bytes
) -> Chain:
    """Collect the entries of an instance that the caller holds locked.

    Until `close_chain`, `record` for this instance appends to the chain; the caller
    saves ``chain.digest`` with the instance's row.
    """
    chain = Chain(instance_key, scope_key, digest)
    _chains(session)[instance_key] = chain
    return chain


def close_chain(session: Session, chain: Chain) -> None:
    """Stop collecting; entries not written by now are lost with the command."""
    _chains(session).pop(chain.instance_key, None)


def write(session: Session, chain: Chain) -> None:
    """Insert the collected entries with one statement."""
    if chain.entries:
        session.connection().execute(_INSERT, chain.entries)
        written, chain.entries = chain.entries, []
        outbox.hand_on(session, written)


def record(
    session: Session,
    actor: Actor,
    event: str,
    *,
    scope_key: int | None = None,
    instance: int | None = None,
    task_key: int | None = None,
    element_id: str = "",
    details: Mapping[str, Any] | None = None,
) -> int:
    """Write down that ``event`` happened; return the entry's key.

    ``instance`` is the key of the instance it belongs to. ``details`` must have a
    form in JSON and hold nothing secret: the journal is never changed afterwards.
    """
    chain = _chains(session).get(instance) if instance is not None else None
    if scope_key is None and chain is not None:
        scope_key = chain.scope_key
    entry: Entry = {
        "key": next_key(),
        "at": cache.now(session),
        "recorded_at": clock.system_now(),
        "actor": actor.username,
        "event": str(event),
        "scope_key": scope_key,
        "instance_key": instance,
        "task_key": task_key,
        "element_id": element_id,
        "details": dict(details or {}),
    }
    if chain is not None:
        chain.append(entry)
    else:
        _insert_alone(session, entry)
    return cast("int", entry["key"])


def _insert_alone(session: Session, entry: Entry) -> None:
    connection, instance_key = session.connection(), entry["instance_key"]
    previous = b""
    if instance_key is not None:
        found = connection.execute(_LOCK_DIGEST, {"instance": instance_key})
        previous = found.scalar_one()
    entry["digest"] = digest_of(previous, entry)
    connection.execute(_INSERT, [entry])
    if instance_key is not None:
        values = {"instance": instance_key, "digest": entry["digest"]}
        connection.execute(_SAVE_DIGEST, values)
    outbox.hand_on(session, [entry])


def digest_of(previous: bytes, entry: Mapping[str, Any]) -> bytes:
    """Return SHA-256 over the previous digest and all that the entry says."""
    content = to_json([entry[name] for name in _COVERED], sort=True)
    return hashlib.sha256(previous + content.encode()).digest()


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a chain holds; ``broken_at`` is the first entry that does not fit.

    Where all entries fit but the last one is not the one that the instance knows
    (entries were cut off at the end), ``broken_at`` is None.
    """

    entries: int
    intact: bool
    broken_at: int | None = None


def verify(session: Session, instance_key: int) -> Verification:
    """Check the chain of one instance against what is stored.

    Raises:
        NotFoundError: There is no such instance.
    """
    held = session.scalar(
        select(ProcessInstance.journal_digest).where(
            ProcessInstance.key == instance_key
        )
    )
    if held is None:
        raise NotFoundError("There is no such instance", "没有该流程实例")
    entries = (
        select(_ENTRIES)
        .where(_ENTRIES.c.instance_key == instance_key)
        .order_by(_ENTRIES.c.key)
        .execution_options(yield_per=1000)
    )
    with session.execute(entries) as rows:
        return _check(rows, held)


def _check(rows: Iterable[Row[Any]], held: bytes) -> Verification:
    previous, count = b"", 0
    for row in rows:
        entry = row._asdict()
        count += 1
        if digest_of(previous, entry) != entry["digest"]:
            return Verification(count, intact=False, broken_at=entry["key"])
        previous = entry["digest"]
    return Verification(count, intact=previous == held)


def entries_of(
    session: Session, *, instance_key: int | None = None, task_key: int | None = None
) -> Sequence[JournalEntry]:
    """Return the entries of an instance or of a task, the first first."""
    query = select(JournalEntry).order_by(JournalEntry.key)
    if instance_key is not None:
        query = query.where(JournalEntry.instance_key == instance_key)
    if task_key is not None:
        query = query.where(JournalEntry.task_key == task_key)
    return session.scalars(query).all()


def answers(session: Session, keys: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """Return the answers that entries of completed tasks hold."""
    found = session.connection().execute(_BY_KEYS, {"keys": list(keys)})
    return {key: details["values"] for key, details in found}


def answered_in(session: Session, task_keys: Iterable[int]) -> Mapping[int, int]:
    """Return the key of the entry that holds the answers of each completed task."""
    found = session.connection().execute(_BY_TASKS, {"tasks": list(task_keys)})
    return {task_key: key for key, task_key in found}


def _chains(session: Session) -> dict[int, Chain]:
    chains: dict[int, Chain] = session.info.setdefault("chains", {})
    return chains
