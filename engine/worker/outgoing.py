"""Working what goes out beside service tasks: events to webhooks, words of robots."""

from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from engine import jobs, outbox, robots, webhooks
from engine.database import Database
from engine.schema import Job

Bring = Callable[[Session, Job], None]
KINDS = frozenset({outbox.KIND, robots.KIND})


def call(database: Database, job: Job) -> Bring:
    """Do what a job of these kinds asks for; return what writes its outcome down.

    Raises:
        ConnectorUnavailableError: Trying later may help.
        EngineError: It will not.
    """
    if job.kind == outbox.KIND:
        return _tell(database, int(job.payload["delivery"]))
    return _speak(database, int(job.payload["robot"]), job.payload["text"])


def failed(session: Session, job: Job, error: Exception, *, for_good: bool) -> None:
    """Write down with what went out that it did not get through."""
    if job.kind == outbox.KIND:
        key = int(job.payload["delivery"])
        webhooks.failed(session, key, error, for_good=for_good)
    elif job.kind == robots.KIND:
        robots.failed(session, int(job.payload["robot"]), error)


def _tell(database: Database, key: int) -> Bring:
    with database.reading() as session:
        outgoing = webhooks.prepare(session, key)
    status = None
    if outgoing is not None:
        status = webhooks.transmit(database.info["settings"], outgoing)
    return partial(_end, lambda session: webhooks.delivered(session, key, status))


def _speak(database: Database, key: int, text: str) -> Bring:
    with database.reading() as session:
        robot = robots.prepare(session, key)
    if robot is not None:
        robots.transmit(database.info["settings"], robot, text)
    return partial(_end, lambda session: robots.said(session, key))


def _end(note: Callable[[Session], None], session: Session, job: Job) -> None:
    note(session)
    jobs.complete(session, job)
