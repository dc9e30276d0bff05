"""What one transaction has in hand: instances in progress, states not yet committed."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy.orm import Session

from engine import cache, journal
from engine.database import after_commit
from engine.steps.states import Loaded

Action = Callable[[], object]

_LISTS = ("after_commit", "enqueued_jobs")
"""Lists in a session's ``info`` that grow with what is done."""

_MEMORIES = ("duties", "scope_roles")
"""What a session's ``info`` remembers of rows that may have been undone."""


@dataclass(slots=True)
class Work:
    """The work of one transaction.

    ``active`` holds, for each instance whose step is being taken right now, what
    waits until its rows are written. ``live`` holds states that were saved but not
    committed, by instance key, with their revision. ``queue`` holds what follows
    (messages to deliver), each with the number of hops that led to it; ``hops`` is
    that of the action running now.
    """

    active: dict[int, list[Action]] = field(default_factory=dict)
    live: dict[int, tuple[int, Loaded]] = field(default_factory=dict)
    queue: deque[tuple[int, Action]] = field(default_factory=deque)
    hops: int = 0
    draining: bool = False

    def take(self, key: int, revision: int) -> Loaded | None:
        """Take out the state that this transaction saved under ``revision``."""
        held = self.live.pop(key, None)
        return held[1] if held and held[0] == revision else None

    def follow(self, actions: Iterable[Action]) -> None:
        """Queue what follows from the action running now."""
        self.queue.extend((self.hops + 1, action) for action in actions)

    def drain(self) -> None:
        """Do all that follows, in order; whoever drains already goes on doing so."""
        if self.draining:
            return
        self.draining = True
        try:
            while self.queue:
                self.hops, action = self.queue.popleft()
                action()
        finally:
            self.queue.clear()
            self.hops, self.draining = 0, False


def work_of(session: Session) -> Work:
    """Return the work of the session's transaction."""
    work = session.info.get("work")
    if work is None:
        work = session.info["work"] = Work()
        after_commit(session, lambda: _keep_hot(session, work))
    return cast("Work", work)


def is_active(session: Session, instance_key: int) -> bool:
    """Tell whether a step of the instance is being taken right now."""
    return instance_key in work_of(session).active


def postpone(session: Session, instance_key: int, action: Action) -> None:
    """Run ``action`` once the step of the instance in progress has been written."""
    work_of(session).active[instance_key].append(action)


@contextmanager
def attempt(session: Session) -> Generator[None]:
    """Undo everything in the block if it raises: rows, chains and states alike."""
    work, before = work_of(session), _Mark.of(session)
    try:
        with session.begin_nested():
            yield
    except BaseException:
        before.restore(session, work)
        raise


@dataclass(frozen=True, slots=True)
class _Mark:
    chains: dict[int, tuple[int, bytes]]
    postponed: dict[int, int]
    lists: dict[str, int]
    queued: int

    @classmethod
    def of(cls, session: Session) -> "_Mark":
        work = work_of(session)
        chains: dict[int, journal.Chain] = session.info.get("chains", {})
        return cls(
            {key: chain.mark() for key, chain in chains.items()},
            {key: len(waiting) for key, waiting in work.active.items()},
            {name: len(session.info.get(name, ())) for name in _LISTS},
            len(work.queue),
        )

    def restore(self, session: Session, work: Work) -> None:
        for key, mark in self.chains.items():
            session.info["chains"][key].reset(mark)
        for key, count in self.postponed.items():
            del work.active[key][count:]
        for name, count in self.lists.items():
            del session.info.get(name, [])[count:]
        while len(work.queue) > self.queued:
            work.queue.pop()
        work.live.clear()
        for name in _MEMORIES:
            session.info.pop(name, None)


def _keep_hot(session: Session, work: Work) -> None:
    hot = cache.caches(session).hot
    for key, (revision, loaded) in work.live.items():
        hot.put(key, revision, loaded)
    work.live.clear()
