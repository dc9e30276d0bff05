"""Remote work as rows: who waits for it, how often it was tried, what came of it.

The row is the truth. Who dispatches it (`engine.worker`) may lose it, see it twice
or die half-way: a job is worked by whoever claims its row, and its result counts
only while the row still waits for it. What is done outside carries the job's key.
"""

import random
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, cast

from sqlalchemy import ColumnElement, CursorResult, Select, Table, or_, select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.database import Database, after_commit, database_of
from engine.errors import EngineError, NotFoundError, UnavailableError
from engine.lifecycles import JOB, JobState
from engine.operations import registry
from engine.schema import Job

TABLE: Table = Job.metadata.tables["job"]
EXTERNAL = "external"
"""The kind of a job that waits for somebody else's worker."""

WORKER_TRIES = 3
"""How often somebody else's worker may try where the diagram does not say."""

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_CLAIM = timedelta(minutes=15)
_LONGEST_WAIT = 3600.0
_FACTOR = 4.0
_JITTER = 0.25
_LONGEST_ERROR = 2000
_GRACE_SECONDS = 30.0


class JobNotFoundError(NotFoundError):
    """There is no such job."""

    code = "job-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such job", "没有该后台任务")


class Dispatch(Protocol):
    """Whoever makes sure that a job is worked even if this process dies."""

    def enqueue(self, session: Session, job: Job, delay: float) -> None:
        """Take the job over, in the session's own transaction."""


class Runner(Protocol):
    """Whoever works jobs in this process, at once."""

    def submit(self, keys: Iterable[int]) -> None:
        """Work these jobs; those that others have claimed are left alone."""


class Lobby(Protocol):
    """Where other people's workers wait for jobs, in this process."""

    def ring(self, operation: str) -> None:
        """Tell the one who has waited longest that there is something to do."""


def enqueue(
    session: Session,
    *,
    kind: str,
    operation: str,
    payload: dict[str, Any],
    instance_key: int | None = None,
    ref: str = "",
    element_id: str = "",
    scope_key: int | None = None,
    due_at: datetime | None = None,
    max_attempts: int | None = None,
    waited_for: bool = True,
) -> Job:
    """Record remote work; it begins once the transaction has been committed.

    A service task whose operation this application does not know waits for somebody
    else's worker. ``due_at`` is system time. `enqueued` tells the caller of the
    command what to wait for: not what is not ``waited_for``. What no instance waits
    for may say in ``payload["caused_by"]`` from which one it comes: there a failure
    is told.
    """
    now = clock.system_now()
    job = Job(
        kind=_kind(session, kind, operation),
        operation=operation,
        payload=payload,
        instance_key=instance_key,
        ref=ref,
        element_id=element_id,
        scope_key=scope_key,
        due_at=due_at or now,
        created_at=now,
        max_attempts=max_attempts or _attempts(session, operation),
    )
    if job.kind == EXTERNAL:
        # Nobody of ours is to look at it, so it is not among what is due.
        job.due_at = _NEVER
        job.max_attempts = max_attempts or WORKER_TRIES
    session.add(job)
    session.flush()
    if job.kind == EXTERNAL:
        announce(session, job)
    else:
        _hand_over(session, job, waited_for=waited_for)
    return job


def announce(session: Session, job: Job) -> None:
    """Tell workers who wait for it that the job is there, once it really is."""
    lobby: Lobby | None = database_of(session).info.get("lobby")
    if lobby is not None:
        operation = job.operation
        after_commit(session, lambda: lobby.ring(operation))


def enqueued(session: Session) -> tuple[int, ...]:
    """Return the keys of the jobs that this transaction enqueued."""
    return tuple(session.info.get("enqueued_jobs", ()))


def get(session: Session, key: int, *, lock: bool = False) -> Job:
    """Return a job.

    Raises:
        JobNotFoundError: There is none.
    """
    job = session.get(Job, key, with_for_update=lock, populate_existing=True)
    if job is None:
        raise JobNotFoundError
    return job


def caused_by(job: Job) -> int | None:
    """Return the instance from which a job came that no instance waits for."""
    found = job.payload.get("caused_by")
    return None if found is None else int(found)


def claim(session: Session, key: int, worker: str) -> Job | None:
    """Take a job that is due for ``worker``; None where there is nothing to do.

    A claim ends when the job ends, after a quarter of an hour, or when its worker
    has fallen silent (`release`). Who has it already may take it again: the answer to
    his first claim was lost on its way, or he could not write down what came of it.
    """
    now = clock.system_now()
    taken = update(TABLE).where(TABLE.c.key == key, *_claimable(now, worker))
    taken = taken.values(worker=worker, deadline=now + _CLAIM)
    result = cast("CursorResult[Any]", session.connection().execute(taken))
    return get(session, key) if result.rowcount else None


def due(session: Session, worker: str | None = None, limit: int = 100) -> list[int]:
    """Return jobs that are due and nobody's, the one waiting longest first.

    Those that ``worker`` has claimed are among them, whether he works on them or not.
    """
    waiting = select(TABLE.c.key).where(*_claimable(clock.system_now(), worker))
    return list(session.scalars(waiting.order_by(TABLE.c.due_at).limit(limit)))


def unfinished(session: Session, limit: int) -> list[Job]:
    """Return open jobs of ours, whoever has them, in the order of their due times."""
    open_jobs = select(Job).where(Job.state == JobState.CREATED, Job.due_at < _NEVER)
    return list(session.scalars(open_jobs.order_by(Job.due_at).limit(limit)))


def earliest() -> Select[datetime]:
    """Return the query for when the next unfinished job of ours is due."""
    open_jobs = select(Job.due_at).where(
        Job.state == JobState.CREATED, Job.due_at < _NEVER
    )
    return open_jobs.order_by(Job.due_at).limit(1)


def holds(job: Job, worker: str) -> bool:
    """Tell whether ``worker`` still has the job and its result still counts."""
    return job.state is JobState.CREATED and job.worker == worker


def complete(session: Session, job: Job, result: dict[str, Any] | None = None) -> None:
    """End a job with its result.

    Raises:
        IllegalMoveError: It is over already.
    """
    _end(job, JobState.COMPLETED)
    job.result = result
    session.flush()


def fail(session: Session, job: Job, error: Exception) -> bool:
    """Count a failed try; return True when a person has to look at the job.

    Until the attempts are used up the job is due again later: after 1, 4, 16 …
    seconds, at most an hour, give or take a quarter, and not before the other side
    wants to be asked again. What repeating cannot mend needs a person at once.
    """
    job.attempts += 1
    job.error = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
    job.worker = job.deadline = None
    if job.attempts >= job.max_attempts or not worth_repeating(error):
        JOB.check(job.state, JobState.FAILED)
        job.state = JobState.FAILED
        session.flush()
        return True
    wait = max(back_off(job.attempts), getattr(error, "pause", None) or 0.0)
    job.due_at = clock.system_now() + timedelta(seconds=wait)
    session.flush()
    dispatch(session, job)
    return False


def postpone(session: Session, job: Job, seconds: float = 30) -> None:
    """Put a claimed job back for a while without counting a try."""
    job.worker = job.deadline = None
    job.due_at = clock.system_now() + timedelta(seconds=seconds)
    session.flush()
    dispatch(session, job)


def retry(session: Session, job: Job) -> None:
    """Let a job that failed begin anew, with all its attempts.

    Somebody else's worker has those that he was given meanwhile, if he was given any.

    Raises:
        IllegalMoveError: It has not failed.
    """
    JOB.check(job.state, JobState.CREATED)
    job.state = JobState.CREATED
    if job.kind == EXTERNAL:
        if job.max_attempts <= job.attempts:
            job.max_attempts = job.attempts + job.payload.get("retries", WORKER_TRIES)
        session.flush()
        announce(session, job)
        return
    job.attempts, job.due_at = 0, clock.system_now()
    session.flush()
    _hand_over(session, job)


def cancel_for(
    session: Session, instance_key: int, refs: Collection[str] | None = None
) -> int:
    """Cancel what an instance waits for, with the elements that made it.

    ``refs`` restricts it to some elements. A worker that is at it finds out when it
    brings its result. Returns how many jobs were canceled.
    """
    open_jobs = update(TABLE).where(
        TABLE.c.instance_key == instance_key,
        TABLE.c.state.in_((JobState.CREATED, JobState.FAILED)),
    )
    if refs is not None:
        open_jobs = open_jobs.where(TABLE.c.ref.in_(tuple(refs)))
    ended = open_jobs.values(
        state=JobState.CANCELED, ended_at=clock.system_now(), worker=None, deadline=None
    )
    return cast("CursorResult[Any]", session.connection().execute(ended)).rowcount


def cancel(session: Session, job: Job) -> None:
    """Cancel one job.

    Raises:
        IllegalMoveError: It is over already.
    """
    _end(job, JobState.CANCELED)
    session.flush()


def release(session: Session, living: Iterable[str]) -> int:
    """Take back the claims of workers that have fallen silent; return how many."""
    lost = (
        update(TABLE)
        .where(
            TABLE.c.state == JobState.CREATED,
            TABLE.c.kind != EXTERNAL,
            TABLE.c.worker.is_not(None),
            TABLE.c.worker.not_in(tuple(living)),
        )
        .values(worker=None, deadline=None)
    )
    return cast("CursorResult[Any]", session.connection().execute(lost)).rowcount


def worth_repeating(error: Exception) -> bool:
    """Tell whether the same call may succeed later.

    Another system that does not answer may; so may what nobody foresaw. An error
    of ours that names its cause stays the same until somebody removes the cause.
    """
    return not isinstance(error, EngineError) or isinstance(error, UnavailableError)


def back_off(attempts: int) -> float:
    """Return the seconds to wait after the ``attempts``-th failed try."""
    wait = min(_LONGEST_WAIT, _FACTOR ** (attempts - 1))
    return wait * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - no secret


def _kind(session: Session, kind: str, operation: str) -> str:
    if kind != "operation":
        return kind
    known = registry(session).get(operation)
    return kind if known is not None and known.remote else EXTERNAL


def _attempts(session: Session, operation: str) -> int:
    known = registry(session).get(operation)
    if known is not None and known.attempts is not None:
        return known.attempts
    return cast("int", session.info["settings"].job_attempts)


def _claimable(now: datetime, worker: str | None) -> tuple[ColumnElement[bool], ...]:
    return (
        TABLE.c.state == JobState.CREATED,
        TABLE.c.due_at <= now,
        or_(
            TABLE.c.deadline.is_(None),
            TABLE.c.deadline <= now,
            TABLE.c.worker == worker,
        ),
    )


def _end(job: Job, state: JobState) -> None:
    JOB.check(job.state, state)
    job.state, job.ended_at = state, clock.system_now()
    job.worker = job.deadline = None


def _hand_over(session: Session, job: Job, *, waited_for: bool = True) -> None:
    """Have the job dispatched for certain, and worked here as soon as it exists."""
    key, database = job.key, database_of(session)
    if waited_for:
        session.info.setdefault("enqueued_jobs", []).append(key)
    dispatch(session, job, _GRACE_SECONDS if "runner" in database.info else 0.0)
    after_commit(session, lambda: _submit(database, key))


def _submit(database: Database, key: int) -> None:
    runner: Runner | None = database.info.get("runner")
    if runner is not None:
        runner.submit([key])


def dispatch(session: Session, job: Job, grace: float = 0.0) -> None:
    """Have the job worked for certain, whatever becomes of this process.

    ``grace`` are the seconds in which it will probably be worked here anyway.
    """
    dispatcher: Dispatch | None = database_of(session).info.get("dispatch")
    if dispatcher is not None:
        wait = (job.due_at - clock.system_now()).total_seconds()
        dispatcher.enqueue(session, job, max(0.0, wait) + grace)
