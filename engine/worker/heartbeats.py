"""Signs of life of the processes that work jobs, and who has fallen silent."""

import os
import secrets
import socket
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine import clock
from engine.schema import WorkerHeartbeat

SILENT_AFTER = timedelta(seconds=45)


def new_name() -> str:
    """Return a name for the worker of this process: host, process, chance."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def beat(session: Session, worker: str) -> None:
    """Show that a worker lives."""
    session.merge(WorkerHeartbeat(worker=worker, seen_at=clock.system_now()))
    session.flush()


def living(session: Session) -> tuple[str, ...]:
    """Return the workers whose sign of life is fresh."""
    fresh = WorkerHeartbeat.seen_at >= clock.system_now() - SILENT_AFTER
    return tuple(session.scalars(select(WorkerHeartbeat.worker).where(fresh)))


def silent(session: Session) -> tuple[str, ...]:
    """Return the workers that have given no sign of life for too long."""
    stale = WorkerHeartbeat.seen_at < clock.system_now() - SILENT_AFTER
    return tuple(session.scalars(select(WorkerHeartbeat.worker).where(stale)))


def dead_here(session: Session, me: str) -> tuple[str, ...]:
    """Return the workers of this machine whose process is gone.

    After a crash nobody has to wait until they count as silent.
    """
    names = session.scalars(select(WorkerHeartbeat.worker))
    return tuple(name for name in names if name != me and _is_dead_here(name))


def forget(session: Session, workers: Iterable[str]) -> None:
    """Remove the signs of life of workers."""
    gone = WorkerHeartbeat.worker.in_(tuple(workers))
    session.execute(delete(WorkerHeartbeat).where(gone))


def _is_dead_here(name: str) -> bool:
    host, _, rest = name.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname() or not rest.isdigit():
        return False
    # A restarted container gives the new process the number of the old one.
    return int(rest) == os.getpid() or not _exists(int(rest))


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
