"""What a person can do about a job that failed, besides letting it try again."""

from typing import Any

from sqlalchemy.orm import Session

from engine import incidents, jobs, journal, steps
from engine.actors import Actor
from engine.authorization import Permission, require
from engine.errors import Text
from engine.events import Event
from engine.lifecycles import JOB, JobState
from engine.schema import Job

STOPPED = "job-stopped"


def skip(session: Session, actor: Actor, key: int, value: Any) -> None:
    """Go on as if the call had returned ``value``; its incident is resolved.

    Raises:
        JobNotFoundError: There is none.
        IllegalMoveError: It has not failed, or its instance is over or suspended.
    """
    job = _locked(session, actor, key)
    JOB.check(job.state, JobState.COMPLETED)
    jobs.complete(session, job, {"skipped": True})
    if job.instance_key is None:
        return
    instance = steps.lock(session, job.instance_key)
    steps.require_going(instance)
    with steps.holding(session, actor, instance) as held:
        journal.record(
            session,
            actor,
            Event.JOB_SKIPPED,
            instance=instance.key,
            element_id=job.element_id,
            details={"job": str(job.key), "operation": job.operation},
        )
        held.resolve(job.ref)
        held.run(lambda live, around: live.complete_call(job.ref, value, around))


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
