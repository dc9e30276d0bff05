"""Working one job: claim it, call outside any transaction, bring the result back."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine import incidents, jobs, notifications, steps
from engine.actors import SYSTEM
from engine.connectors import ConnectorPendingError, SmtpMail
from engine.database import CollisionError, Database
from engine.errors import EngineError, Text
from engine.operations import BpmnError, Note, Operations, RemoteContext, RemoteResult
from engine.schema import Job, ProcessInstance, Resource
from engine.worker import outgoing

_BRING_TRIES = 3
_PAUSE_SECONDS = 30.0
_CROWDED_SECONDS = 5.0
_lock = threading.Lock()
"""Guards the keys of the jobs that this process works on."""

_log = structlog.get_logger()


def run_job(database: Database, key: int, worker: str) -> tuple[int, ...]:
    """Work a job as far as it gets now; return the jobs that its result caused.

    Nothing happens where it is over, not due, or somebody else's. A failure is
    written down with the job and never raised; where not even that is possible, it
    stays claimed and is worked again when this worker looks at what is due.
    """
    working: dict[int, str] = database.info.setdefault("working", {})
    with _lock:
        if key in working:
            return ()
        working[key] = ""
    try:
        return _worked(database, key, worker)
    except Exception:  # noqa: BLE001 - the thread goes on with other jobs
        _log.exception("job lost its worker", job_key=key)
        return ()
    finally:
        with _lock:
            del working[key]


def _worked(database: Database, key: int, worker: str) -> tuple[int, ...]:
    with database.transaction() as session:
        job = jobs.claim(session, key, worker)
        if job is not None and _is_suspended(session, job):
            jobs.postpone(session, job)
            job = None
        elif job is not None and _is_crowded(database, job):
            jobs.postpone(session, job, _CROWDED_SECONDS)
            job = None
    if job is None:
        return ()
    try:
        return _bring(database, key, worker, _call(database, job))
    except (steps.SuspendedError, steps.LostRaceError, CollisionError):
        return _put_back(database, key, worker)
    except ConnectorPendingError as pending:
        return _put_back(database, key, worker, pending.seconds)
    except Exception as error:  # noqa: BLE001 - whatever it was, it is written down
        return _failed(database, key, worker, error)


def _is_crowded(database: Database, job: Job) -> bool:
    """Tell whether jobs of this operation have all threads but one already.

    So a system that answers slowly leaves room for all the others, while the papers
    of one case are still printed together.
    """
    threads: int = database.info["settings"].job_threads
    most = max(1, threads - 1)
    working: dict[int, str] = database.info["working"]
    with _lock:
        working[job.key] = job.operation
        others = sum(name == job.operation for name in working.values()) - 1
        if others >= most:
            working[job.key] = ""
    return others >= most


def _is_suspended(session: Session, job: Job) -> bool:
    suspended = select(ProcessInstance.suspended).where(
        ProcessInstance.key == job.instance_key
    )
    return job.instance_key is not None and bool(session.scalar(suspended))


Bring = Callable[[Session, Job], None]


def _call(database: Database, job: Job) -> Bring:
    """Do the remote part; return what brings its outcome into the database."""
    if job.kind == "notice":
        return _send_mail(database, job)
    if job.kind in outgoing.KINDS:
        return outgoing.call(database, job)
    operations: Operations = database.info["operations"]
    operation = operations.get(job.operation)
    if operation is None:
        raise UnknownOperationError(job.operation)
    context = context_for(database, job.key)
    try:
        result = operation.call_remote(context, job.payload["parameters"])
    except BpmnError as error:
        return _throw(error)
    return _finish(result, operation.note)


def context_for(database: Database, key: int) -> RemoteContext:
    """Return what a remote operation gets instead of a session."""
    return RemoteContext(
        settings=database.info["settings"],
        key=key,
        documents=database.info.get("documents"),
        resource=lambda digest: _resource(database, digest),
        connectors=database.info.get("connectors", {}),
    )


class UnknownOperationError(EngineError):
    """A job names an operation that this application no longer offers."""

    code = "unknown-operation"

    def __init__(self, operation: str) -> None:
        super().__init__(
            f"There is no operation {operation} here; start a server that offers it, "
            "then retry",
            f"本系统没有名为{operation}的操作;请启用提供该操作的服务后重试",
        )


def _resource(database: Database, digest: str) -> bytes:
    with database.reading() as session:
        content = select(Resource.content).where(Resource.digest == digest)
        return session.scalars(content).one()


def _send_mail(database: Database, job: Job) -> Bring:
    port = database.info.get("mail") or SmtpMail(database.info["settings"].smtp)
    proof = notifications.send_mail(port, job.payload)

    def bring(session: Session, job: Job) -> None:
        notifications.mailed(session, job.payload, proof)
        jobs.complete(session, job)

    return bring


def _finish(result: RemoteResult, note: Note | None) -> Bring:
    def bring(session: Session, job: Job) -> None:
        if job.instance_key is not None:
            jobs.complete(session, job, _summary(result.details))
            steps.finish_call(session, SYSTEM, job.instance_key, job.ref, result)
            return
        again = None if note is None else note(session, result)
        if again is None:
            jobs.complete(session, job, _summary(result.details))
        else:
            job.attempts = 0
            jobs.postpone(session, job, again)

    return bring


def _throw(error: BpmnError) -> Bring:
    def bring(session: Session, job: Job) -> None:
        jobs.complete(session, job, {"error": error.error_code})
        if job.instance_key is not None:
            steps.throw_error(
                session,
                SYSTEM,
                job.instance_key,
                job.ref,
                error.error_code,
                error.text.en,
            )

    return bring


def _summary(details: Mapping[str, Any]) -> dict[str, Any] | None:
    return dict(details) or None


def _bring(database: Database, key: int, worker: str, bring: Bring) -> tuple[int, ...]:
    """Apply an outcome; somebody faster or a deadlock is a reason to do it again."""
    for remaining in reversed(range(_BRING_TRIES)):
        try:
            with database.transaction() as session:
                job = _locked(session, key)
                if jobs.holds(job, worker):
                    bring(session, job)
            return jobs.enqueued(session)
        except (steps.LostRaceError, CollisionError, DBAPIError):
            if not remaining:
                raise
    return ()


def _locked(session: Session, key: int) -> Job:
    """Lock the instance, then its job: the order in which commands take them."""
    job = jobs.get(session, key)
    instance_key = job.instance_key or jobs.caused_by(job)
    if instance_key is not None:
        steps.lock(session, instance_key)
    return jobs.get(session, key, lock=True)


def _put_back(
    database: Database, key: int, worker: str, seconds: float = _PAUSE_SECONDS
) -> tuple[int, ...]:
    with database.transaction() as session:
        job = _locked(session, key)
        if jobs.holds(job, worker):
            jobs.postpone(session, job, seconds)
    return ()


def _failed(
    database: Database, key: int, worker: str, error: Exception
) -> tuple[int, ...]:
    with database.transaction() as session:
        job = _locked(session, key)
        if not jobs.holds(job, worker):
            return ()
        used_up = jobs.fail(session, job, error)
        outgoing.failed(session, job, error, for_good=used_up)
        if used_up:
            _ask_somebody(session, job, error)
        report = _log.error if used_up else _log.warning
        report(
            "job failed",
            job_key=key,
            operation=job.operation,
            attempts=job.attempts,
            error=job.error,
            exc_info=None if isinstance(error, EngineError) else error,
        )
    return ()


def _ask_somebody(session: Session, job: Job, error: Exception) -> None:
    """Open an incident, at the instance that waits or that the job came from."""
    waiting = job.instance_key
    instance_key = waiting or jobs.caused_by(job)
    if instance_key is None:
        return
    incidents.open_incident(
        session,
        SYSTEM,
        instance_key=instance_key,
        ref=job.ref if waiting else incidents.ref_of_job(job.key),
        element_id=job.element_id,
        code=error.code if isinstance(error, EngineError) else "job-failed",
        text=error.text if isinstance(error, EngineError) else _crashed(job, error),
        job_key=job.key,
    )


def _crashed(job: Job, error: Exception) -> Text:
    kind = type(error).__name__
    return Text(
        f"{job.operation} failed {job.attempts} times, last with {kind}; look into "
        "the log, then retry, or go on with a value of your own",
        f"{job.operation}已失败{job.attempts}次,最近一次错误为{kind};"
        "请查看日志后重试,或填写结果后继续",
    )
