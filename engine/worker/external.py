"""Jobs that somebody else's worker does: taken, completed, failed over the API.

A service task whose operation this application does not know makes such a job. A
worker takes it for a while; when it falls silent, the job is there for others again.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import clock, incidents, jobs, steps
from engine.actors import Actor
from engine.authorization import Permission, require
from engine.database import Database
from engine.errors import ConflictError, Text
from engine.lifecycles import IllegalMoveError, InstanceState, JobState
from engine.runtime import LiveInstance, Step, Surroundings
from engine.schema import Job, ProcessInstance

_POLL_SECONDS = 0.5
_USED_UP = "job-no-retries"


class NotExternalError(ConflictError):
    """The job is worked by this application itself."""

    code = "job-not-external"

    def __init__(self) -> None:
        super().__init__(
            "The server works this job itself; only its incident can be resolved",
            "该后台任务由系统自行处理,只能通过异常记录处理",
        )


def activate(
    session: Session,
    actor: Actor,
    operation: str,
    *,
    worker: str,
    lasting: timedelta,
    limit: int,
) -> Sequence[Job]:
    """Take up to ``limit`` jobs of an operation for ``lasting``.

    Two workers never get the same one: who comes second finds the rows locked and
    takes others.
    """
    require(actor, Permission.WORK_JOBS)
    now = clock.system_now()
    waiting = (
        select(Job)
        .join(ProcessInstance, ProcessInstance.key == Job.instance_key)
        .where(
            Job.operation == operation,
            Job.state == JobState.CREATED,
            Job.kind == jobs.EXTERNAL,
            or_(Job.deadline.is_(None), Job.deadline <= now),
            ProcessInstance.state == InstanceState.ACTIVE,
            ProcessInstance.suspended.is_(False),
        )
        .order_by(Job.key)
        .limit(limit)
        .with_for_update(of=Job, skip_locked=True)
    )
    taken = session.scalars(waiting).all()
    for job in taken:
        job.worker, job.deadline = worker, now + lasting
    session.flush()
    return taken


def await_jobs(
    database: Database,
    actor: Actor,
    operation: str,
    *,
    worker: str,
    lasting: timedelta,
    limit: int,
    patience: timedelta,
) -> Sequence[Job]:
    """Take jobs as `activate` does, waiting for the first one for ``patience``.

    No transaction is open while it waits.
    """
    until = time.monotonic() + patience.total_seconds()
    while True:
        with database.transaction() as session:
            taken = activate(
                session,
                actor,
                operation,
                worker=worker,
                lasting=lasting,
                limit=limit,
            )
        if taken or time.monotonic() + _POLL_SECONDS > until:
            return taken
        time.sleep(_POLL_SECONDS)


def complete(
    session: Session, actor: Actor, key: int, variables: Mapping[str, Any]
) -> None:
    """Bring a result: under the task's result variable, else flat into its data.

    Raises:
        JobNotFoundError: There is none.
        IllegalMoveError: It is over, or has an incident.
    """
    job = _locked(session, actor, key)
    _require_open(job)
    instance = steps.lock(session, _instance_key(job))
    jobs.complete(session, job, dict(variables))

    def bring(live: LiveInstance, around: Surroundings) -> Step:
        wait = live.waits.get(job.ref)
        if wait is not None and not wait.result:
            live.set_variables(variables, job.ref)
        return live.complete_call(job.ref, dict(variables), around)

    steps.advance(session, actor, instance, bring)


def fail(
    session: Session,
    actor: Actor,
    key: int,
    *,
    retries: int,
    message: str,
    back_off: timedelta = timedelta(0),
) -> None:
    """Report a failed try; without ``retries`` left a person has to look at it."""
    job = _locked(session, actor, key)
    _require_open(job)
    job.attempts += 1
    job.max_attempts = job.attempts + max(retries, 0)
    job.error, job.worker = message[:2000], None
    job.deadline = clock.system_now() + back_off if back_off else None
    if retries <= 0:
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
    session.flush()


def throw_error(
    session: Session, actor: Actor, key: int, error_code: str, message: str
) -> None:
    """End a job with a business error that the diagram may catch."""
    job = _locked(session, actor, key)
    _require_open(job)
    jobs.complete(session, job, {"error": error_code})
    steps.throw_error(session, actor, _instance_key(job), job.ref, error_code, message)


def update(
    session: Session,
    actor: Actor,
    key: int,
    *,
    retries: int | None = None,
    lasting: timedelta | None = None,
) -> None:
    """Change how often a job may still be tried, or how long it is taken for."""
    job = _locked(session, actor, key)
    if retries is not None:
        job.max_attempts = job.attempts + retries
    if lasting is not None:
        _require_open(job)
        job.deadline = clock.system_now() + lasting
    session.flush()


def _locked(session: Session, actor: Actor, key: int) -> Job:
    """Lock the instance, then the job: the order in which commands take them."""
    require(actor, Permission.WORK_JOBS)
    job = jobs.get(session, key)
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
