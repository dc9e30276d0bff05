"""What a process keeps in memory beside its database, and when that is stale.

Rows of the table ``revision`` count the changes of things that are read often and
changed rarely (duties, calendar, definitions). A command's first statement reads
all of them and the business clock at once; what was kept under an older number is
loaded again. Models, forms and texts of a deployment never change and need no
number. Everything hangs on ``Database.info["caches"]``.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Integer, String, literal, select
from sqlalchemy.orm import Session

from engine import clock
from engine.database import insert_or_update
from engine.schema import BusinessClock, Revision

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_CLOCK_ID = 1
_frozen = BusinessClock.__table__.c.frozen_at
_REVISIONS_AND_CLOCK = select(
    Revision.name, Revision.number, literal(None, _frozen.type).label("frozen_at")
).union_all(
    select(literal("", String), literal(0, Integer), BusinessClock.frozen_at).where(
        BusinessClock.id == _CLOCK_ID
    )
)


class Lru(Generic[K, V]):
    """A bounded dictionary for several threads; what was used last stays."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._items: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        """Return the value under ``key``, or None."""
        with self._lock:
            if key not in self._items:
                return None
            self._items.move_to_end(key)
            return self._items[key]

    def put(self, key: K, value: V) -> None:
        """Keep ``value``; the one unused for longest goes when it gets too many."""
        with self._lock:
            self._items[key] = value
            self._items.move_to_end(key)
            while len(self._items) > self._capacity:
                self._items.popitem(last=False)

    def pop(self, key: K) -> V | None:
        """Take the value under ``key`` out, or return None."""
        with self._lock:
            return self._items.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._items.clear()

    def __len__(self) -> int:
        return len(self._items)


class HotInstances(Generic[V]):
    """Running instances in memory, each usable only at the revision it was saved at.

    An instance is taken out while somebody works with it, so that an exception
    leaves nothing half-changed behind, and put back after the commit.
    """

    def __init__(self, capacity: int) -> None:
        self._kept: Lru[int, tuple[int, V]] = Lru(capacity)

    def take(self, key: int, revision: int) -> V | None:
        """Take the instance out if it is the one stored under ``revision``."""
        kept = self._kept.pop(key)
        return kept[1] if kept and kept[0] == revision else None

    def put(self, key: int, revision: int, live: V) -> None:
        """Keep an instance whose state was committed under ``revision``.

        An older state never takes the place of a newer one.
        """
        kept = self._kept.get(key)
        if kept is None or kept[0] <= revision:
            self._kept.put(key, (revision, live))

    def evict(self, key: int) -> None:
        """Forget the instance."""
        self._kept.pop(key)

    @contextmanager
    def borrowed(self, key: int, revision: int, load: Callable[[], V]) -> Generator[V]:
        """Give the instance for reading only and put it back afterwards."""
        live = self.take(key, revision) or load()
        yield live
        self.put(key, revision, live)

    def clear(self) -> None:
        """Forget all instances."""
        self._kept.clear()


class Caches:
    """All that one process keeps of one database.

    ``models`` by model key, ``forms`` by deployment key and name, ``texts`` for
    anything else that is immutable, by a tuple that begins with a name.
    """

    def __init__(self, hot_instances: int = 1000) -> None:
        self.hot: HotInstances[Any] = HotInstances(hot_instances)
        self.models: Lru[int, Any] = Lru(200)
        self.forms: Lru[tuple[int, str], Any] = Lru(2000)
        self.texts: Lru[tuple[Any, ...], Any] = Lru(5000)
        self._revised: Lru[tuple[str, Hashable], tuple[int, Any]] = Lru(20_000)

    def refresh(self, session: Session) -> None:
        """Read all revision numbers and the business clock: one SELECT.

        The session's business time stands still from here on.
        """
        frozen: datetime | None = None
        numbers: dict[str, int] = {}
        for name, number, moment in session.connection().execute(_REVISIONS_AND_CLOCK):
            if name:
                numbers[name] = number
            else:
                frozen = moment
        session.info["revisions"] = numbers
        session.info["now"] = frozen or clock.system_now()

    def revised(
        self,
        session: Session,
        name: str,
        load: Callable[[], V],
        key: Hashable = None,
    ) -> V:
        """Return what ``load`` gave under the current revision of ``name``.

        ``key`` tells several things under one revision apart (one scope's members).
        A transaction that has itself changed the thing (`bump`) keeps what it loads
        to itself until it is committed.
        """
        if is_bumped(session, name):
            return load()
        number = revision(session, name)
        kept = self._revised.get((name, key))
        if kept is None or kept[0] != number:
            kept = (number, load())
            self._revised.put((name, key), kept)
        return cast("V", kept[1])

    def clear(self) -> None:
        """Forget everything, as if the process had just started."""
        self.hot.clear()
        for kept in (self.models, self.forms, self.texts, self._revised):
            kept.clear()


def caches(session: Session) -> Caches:
    """Return the caches of the session's database."""
    return cast("Caches", session.info["caches"])


def refreshed(session: Session) -> Caches:
    """Return the caches, having read the revisions once in this transaction."""
    kept = caches(session)
    if "revisions" not in session.info:
        kept.refresh(session)
    return kept


def revision(session: Session, name: str) -> int:
    """Return how often ``name`` has changed, as this transaction saw it first."""
    refreshed(session)
    numbers: dict[str, int] = session.info["revisions"]
    return numbers.get(name, 0)


def now(session: Session) -> datetime:
    """Return the business time; it stands still during one transaction."""
    refreshed(session)
    moment: datetime = session.info["now"]
    return moment


def bump(session: Session, name: str) -> None:
    """Count a change of ``name``; every process loads it again after the commit."""
    refreshed(session)
    session.info.setdefault("bumped", set()).add(name)
    more = {"number": Revision.number + 1}
    insert_or_update(session, Revision, {"name": name, "number": 1}, more)


def is_bumped(session: Session, name: str) -> bool:
    """Tell whether this transaction itself has changed ``name``."""
    return name in session.info.get("bumped", ())


def set_clock(session: Session, moment: datetime | None) -> None:
    """Freeze the business clock at ``moment``, or let it run again with None."""
    caches(session)
    row = {"id": _CLOCK_ID, "frozen_at": moment}
    insert_or_update(session, BusinessClock, row, {"frozen_at": moment})
    session.info["now"] = moment or clock.system_now()
