"""Stopping a job that would try on: a person decides about its incident."""

from sqlalchemy.orm import Session

from engine import incidents, jobs, steps
from engine.actors import Actor
from engine.authorization import Permission, require
from engine.errors import Text
from engine.lifecycles import JOB, JobState
from engine.schema import Job

STOPPED = "job-stopped"


def stop(session: Session, actor: Actor, key: int) -> None:
    """Let a job try no more: what waits for it gets an incident instead.

    Raises:
        JobNotFoundError: There is none.
        IllegalMoveError: It is over, or has failed already.
    """
    job = _locked(session, actor, key)
    if job.instance_key is None:
        jobs.cancel(session, job)
        return
    JOB.check(job.state, JobState.FAILED)
    job.state, job.worker, job.deadline = JobState.FAILED, None, None
    session.flush()
    incidents.open_incident(
        session,
        actor,
        instance_key=job.instance_key,
        ref=job.ref,
        element_id=job.element_id,
        code=STOPPED,
        text=Text(
            f"{actor.display_name} stopped {job.operation}; retry it, or go on with a "
            "value of your own",
            f"{actor.display_name}已停止{job.operation};可重试,或填写结果后继续",
        ),
        job_key=job.key,
    )


def _locked(session: Session, actor: Actor, key: int) -> Job:
    require(actor, Permission.RESOLVE_INCIDENTS)
    job = jobs.get(session, key)
    if job.instance_key is not None:
        steps.lock(session, job.instance_key)
    return jobs.get(session, key, lock=True)
