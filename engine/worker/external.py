"""Jobs that somebody else's worker does: taken, completed, failed over the API.

A service task that is drawn for workers (or whose operation this application does not
know) makes such a job. A worker takes it for a while; when it falls silent, the job is
there for others again. With a lease, only who took it last may report on it.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from engine import clock, incidents, jobs, journal, steps
from engine.actors import Actor
from engine.authorization import Permission, require, require_job_type
from engine.database import Database
from engine.errors import ConflictError, Text
from engine.events import Event
from engine.lifecycles import IllegalMoveError, InstanceState, JobState
from engine.runtime import LiveInstance, StateError, Step, Surroundings
from engine.schema import Job, ProcessInstance
from engine.worker.assignments import Assignment, describe
from engine.worker.lobby import lobby_of

_USED_UP = "job-no-retries"
_MOST_AT_ONCE = 200


class NotExternalError(ConflictError):
    """The job is worked by this application itself."""

    code = "job-not-external"

    def __init__(self) -> None:
        super().__init__(
            "The server works this job itself; only its incident can be resolved",
            "该后台任务由系统自行处理,只能通过异常记录处理",
        )


class LeaseLostError(ConflictError):
    """Somebody else has taken the job since, or the proof of having it is missing."""

    code = "job-lease-lost"

    def __init__(self) -> None:
        super().__init__(
            "The lease token is not that of the job's last activation; somebody else "
            "works on it now, so drop your result",
            "租约令牌与最近一次领取不符,该作业已由其他程序处理;请放弃本次结果",
        )


def is_waiting(session: Session, operation: str) -> bool:
    """Tell whether a worker would get a job now; nothing is locked."""
    found = select(Job.key).select_from(Job)
    found = _takeable(found, [operation], clock.system_now())
    return session.scalar(found.limit(1)) is not None


def activate(
    session: Session,
    actor: Actor,
    operation: str,
    *,
    worker: str,
    lasting: timedelta,
    limit: int,
    leased: bool = False,
    names: Collection[str] = (),
) -> Sequence[Assignment]:
    """Take up to ``limit`` jobs of an operation for ``lasting``, urgent ones first.

    Two workers never get the same one: who comes second finds the rows locked and
    takes others. ``names`` restricts the variables that come along.

    Raises:
        JobTypeError: The API token is for other operations.
    """
    require_job_type(actor, operation)
    now = clock.system_now()
    waiting = _takeable(select(Job), [operation], now)
    waiting = waiting.order_by(Job.rank, Job.key).limit(min(limit, _MOST_AT_ONCE))
    taken = session.scalars(waiting.with_for_update(of=Job, skip_locked=True)).all()
    for job in taken:
        job.worker, job.deadline = worker, now + lasting
        job.lease = secrets.token_urlsafe(16) if leased else None
    session.flush()
    return _described(session, actor, taken, names)


def _described(
    session: Session, actor: Actor, taken: Sequence[Job], names: Collection[str]
) -> Sequence[Assignment]:
    found = []
    for job in taken:
        try:
            found.append(describe(session, actor, job, names))
        except StateError:
            job.worker = None  # it comes back; meanwhile an incident tells a person
    session.flush()
    return found


def call_workers(database: Database) -> None:
    """Ring for those who wait in this process and for whom there is a job by now."""
    lobby = lobby_of(database)
    if awaited := lobby.awaited:
        found = _takeable(select(Job.operation), awaited, clock.system_now())
        with database.reading() as session:
            operations = session.scalars(found.distinct()).all()
        for operation in operations:
            lobby.ring(operation)


def complete(
    session: Session,
    actor: Actor,
    key: int,
    variables: Mapping[str, Any],
    *,
    lease: str | None = None,
) -> None:
    """Bring a result: through the task's outputs, else flat into its data.

    Raises:
        JobNotFoundError: There is none.
        IllegalMoveError: It is over, or has an incident.
        LeaseLostError: Somebody else has taken it since.
    """
    job = _reported(session, actor, key, lease)
    instance = steps.lock(session, _instance_key(job))
    steps.require_going(instance)
    worker = job.worker
    jobs.complete(session, job, dict(variables))

    def bring(live: LiveInstance, around: Surroundings) -> Step:
        wait = live.waits.get(job.ref)
        is_ours = wait is not None and not wait.result
        if is_ours and not live.is_for_workers(job.ref):
            live.set_variables(variables, job.ref)
        return live.complete_call(job.ref, dict(variables), around)

    with steps.holding(session, actor, instance) as held:
        _record(session, actor, Event.JOB_COMPLETED, job, worker)
        held.run(bring)


def fail(
    session: Session,
    actor: Actor,
    key: int,
    *,
    retries: int,
    message: str,
    back_off: timedelta = timedelta(0),
    variables: Mapping[str, Any] | None = None,
    lease: str | None = None,
) -> None:
    """Report a failed try; without ``retries`` left a person has to look at it.

    ``variables`` are for whoever tries next; they are not process data.
    """
    job = _reported(session, actor, key, lease)
    job.attempts += 1
    job.max_attempts = job.attempts + max(retries, 0)
    job.error, job.worker, job.lease = message[:2000], None, None
    if variables:
        parameters = {**job.payload["parameters"], **variables}
        job.payload = {**job.payload, "parameters": parameters}
    job.deadline = clock.system_now() + back_off if back_off else None
    if retries <= 0:
        _give_up(session, actor, job, message)
    elif not back_off:
        jobs.announce(session, job)
    session.flush()


def _give_up(session: Session, actor: Actor, job: Job, message: str) -> None:
    job.state, job.deadline = JobState.FAILED, None
    text = Text(
        f"{job.operation}: {message or 'the worker gave up'}; put it right, then "
        "resolve the incident",
        f"{job.operation}:{message or '外部处理程序报告失败'};请处理后重试",
    )
    incidents.open_incident(
        session,
        actor,
        instance_key=_instance_key(job),
        ref=job.ref,
        element_id=job.element_id,
        code=_USED_UP,
        text=text,
        job_key=job.key,
    )


def throw_error(
    session: Session,
    actor: Actor,
    key: int,
    error_code: str,
    message: str,
    *,
    variables: Mapping[str, Any] | None = None,
    lease: str | None = None,
) -> None:
    """End a job with a business error that the diagram may catch.

    ``variables`` become process data where it is caught.
    """
    job = _reported(session, actor, key, lease)
    instance = steps.lock(session, _instance_key(job))
    steps.require_going(instance)
    worker = job.worker
    job.error_code, job.error = error_code, message[:2000] or None
    jobs.complete(session, job, {"error": error_code})

    def throw(live: LiveInstance, around: Surroundings) -> Step:
        if variables:
            live.set_variables(variables, job.ref)
        return live.throw_error(job.ref, error_code, message, around)

    with steps.holding(session, actor, instance) as held:
        _record(session, actor, Event.JOB_ERROR_THROWN, job, worker)
        held.run(throw)


def update(
    session: Session,
    actor: Actor,
    key: int,
    *,
    retries: int | None = None,
    lasting: timedelta | None = None,
    priority: int | None = None,
    lease: str | None = None,
) -> None:
    """Change how often a job may still be tried, its time-out, or its urgency.

    A lease is checked where one is shown; operators need none. A failed job goes on
    with its new tries once its incident is resolved.
    """
    job = _locked(session, actor, key)
    if job.state not in {JobState.CREATED, JobState.FAILED}:
        raise IllegalMoveError(job.state, JobState.CREATED)
    if lease is not None and lease != job.lease:
        raise LeaseLostError
    if retries is not None:
        job.max_attempts = job.attempts + retries
    if priority is not None:
        job.rank = -priority
    if lasting is not None:
        _require_open(job)
        job.deadline = clock.system_now() + lasting
    session.flush()


def hand_back(
    session: Session, actor: Actor, key: int, *, lease: str | None = None
) -> None:
    """Give a job back untouched: it is there for others at once, no try is counted."""
    job = _reported(session, actor, key, lease)
    job.worker = job.deadline = job.lease = None
    session.flush()
    jobs.announce(session, job)


def _takeable(
    jobs_: Select[Any], operations: Collection[str], now: datetime
) -> Select[Any]:
    joined = jobs_.join(ProcessInstance, ProcessInstance.key == Job.instance_key)
    return joined.where(
        Job.operation.in_(operations),
        Job.state == JobState.CREATED,
        Job.kind == jobs.EXTERNAL,
        or_(Job.deadline.is_(None), Job.deadline <= now),
        ProcessInstance.state == InstanceState.ACTIVE,
        ProcessInstance.suspended.is_(False),
    )


def _record(
    session: Session, actor: Actor, event: Event, job: Job, worker: str | None
) -> None:
    journal.record(
        session,
        actor,
        event,
        instance=_instance_key(job),
        element_id=job.element_id,
        details={
            "job": str(job.key),
            "operation": job.operation,
            "worker": worker or "",
            **({"code": job.error_code} if job.error_code else {}),
        },
    )


def _reported(session: Session, actor: Actor, key: int, lease: str | None) -> Job:
    """Lock a job that its worker may report on."""
    job = _locked(session, actor, key)
    _require_open(job)
    if job.lease != lease:
        raise LeaseLostError
    return job


def _locked(session: Session, actor: Actor, key: int) -> Job:
    """Lock the instance, then the job: the order in which commands take them."""
    require(actor, Permission.WORK_JOBS)
    job = jobs.get(session, key)
    require_job_type(actor, job.operation)
    if job.kind != jobs.EXTERNAL:
        raise NotExternalError
    steps.lock(session, _instance_key(job))
    return jobs.get(session, key, lock=True)


def _require_open(job: Job) -> None:
    """Raise unless a worker may report on the job.

    One with an incident waits for a person, not for a worker.
    """
    if job.state is not JobState.CREATED:
        raise IllegalMoveError(job.state, JobState.COMPLETED)


def _instance_key(job: Job) -> int:
    if job.instance_key is None:
        raise NotExternalError
    return job.instance_key
