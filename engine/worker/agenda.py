"""What falls due by the business clock, besides people's own work.

Each `Source` says when it is due next, as a query, and does what is due. The worker
asks all of them with one SELECT; setting the clock visits their moments in order.
Parts above the engine append their own to ``Database.info["agenda"]``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import structlog
from sqlalchemy import Select, func, literal_column, select
from sqlalchemy.orm import Session

from engine import cache, definitions, messages, migration, steps
from engine.actors import SYSTEM
from engine.database import Database, database_of
from engine.schema import Message, ProcessDefinition, StartSubscription
from engine.worker import absences, digests, reminders, timers

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of work that falls due.

    ``earliest`` returns a query for one moment (or none); ``run`` does what is due
    by the business clock as it stands and returns how much it did. What it cannot
    do it leaves, and says so in the log.
    """

    name: str
    earliest: Callable[[Database], Select[datetime]]
    run: Callable[[Database], int]


def sources(database: Database) -> tuple[Source, ...]:
    """Return all sources, in the order in which they go at one moment."""
    added: list[Source] = database.info.setdefault("agenda", [])
    return (*_BUILT_IN, *added)


def earliest(session: Session, known: Sequence[Source]) -> tuple[datetime | None, ...]:
    """Return when each source is due next: one SELECT for all of them."""
    database = database_of(session)
    moments = (source.earliest(database).scalar_subquery() for source in known)
    return tuple(session.execute(select(*moments)).one())


def run(database: Database, source: Source) -> int:
    """Let a source do what is due; one that breaks off does not stop the others."""
    try:
        return source.run(database)
    except Exception:  # noqa: BLE001 - the others are due all the same
        _log.exception("periodic work broke off", source=source.name)
        return 0


def start_processes(database: Database) -> int:
    """Start the processes whose timer start event is due, each in a transaction."""
    started = 0
    for definition_key, element_id in _due_starts(database):
        with database.transaction() as session:
            started += _start(session, definition_key, element_id)
    return started


def expire_messages(database: Database) -> int:
    """Give up messages that waited in vain for as long as they were to."""
    with database.transaction() as session:
        return messages.expire(session)


def _next_start(_database: Database) -> Select[datetime]:
    due = select(StartSubscription.due_at).where(StartSubscription.due_at.is_not(None))
    return cast("Select[datetime]", due.order_by(StartSubscription.due_at).limit(1))


def _next_expiry(_database: Database) -> Select[datetime]:
    # The literal lets the index on the state serve: few messages wait at a time.
    waiting = literal_column("message.state") == literal_column("'BUFFERED'")
    return cast("Select[datetime]", select(func.min(Message.expires_at)).where(waiting))


def _due_starts(database: Database) -> list[tuple[int, str]]:
    with database.reading() as session:
        due = select(StartSubscription.definition_key, StartSubscription.element_id)
        due = due.where(StartSubscription.due_at <= cache.now(session))
        rows = session.execute(due.order_by(StartSubscription.due_at))
        return [(key, element_id) for key, element_id in rows]


def _start(session: Session, definition_key: int, element_id: str) -> bool:
    found = session.get(
        StartSubscription, (definition_key, element_id), with_for_update=True
    )
    if found is None or found.due_at is None or found.due_at > cache.now(session):
        return False
    around = steps.surroundings(session, None)
    following = definitions.next_due(found.timer, found.due_at, around)
    found.timer, found.due_at = following or (found.timer, None)
    session.flush()
    definition = session.get_one(ProcessDefinition, definition_key)
    beginning = steps.Beginning(definition=definition, start_element=element_id)
    steps.begin(session, SYSTEM, beginning)
    return True


_BUILT_IN = (
    Source("absences", absences.earliest, absences.follow),
    Source("timers", timers.earliest, timers.fire_due_timers),
    Source("starts", _next_start, start_processes),
    Source("expiry", _next_expiry, expire_messages),
    Source("reminders", reminders.earliest, reminders.remind),
    Source(
        "planned reminders", reminders.earliest_planned, reminders.remind_as_planned
    ),
    Source("digest", digests.earliest, digests.send),
    Source("migrations", migration.earliest, migration.work),
)
