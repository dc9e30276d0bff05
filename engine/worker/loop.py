"""The worker of one process: looks at what is due, and keeps jobs from being lost."""

import threading
import time
from datetime import datetime, timedelta
from typing import Any, Literal, cast

import structlog
from sqlalchemy import Select, select
from sqlalchemy.exc import DBAPIError

from engine import clock, jobs, messages
from engine.database import CollisionError, Database
from engine.schema import BusinessClock
from engine.worker import agenda, external, heartbeats, tidying, timers
from engine.worker.dispatch import DbosDispatch
from engine.worker.pool import Pool
from engine.worker.running import run_job

_POLL_SECONDS = 1.0
_SOON_SECONDS = 0.02
_BEAT_SECONDS = 10.0
_HOUR = 3600.0
_REST_AFTER_SECONDS = 60.0
_OVERDUE = timedelta(seconds=60)
_TRY_AGAIN_SECONDS = 60.0
_log = structlog.get_logger()

Dispatching = Literal["when-needed", "always", "never"]


class Worker:
    """Works everything that no request waits for, in threads of this process.

    ``dispatching`` says when DBOS runs: a server loads it with its first job, a pure
    worker at once. Any number of workers may share a PostgreSQL database.
    """

    def __init__(
        self, database: Database, dispatching: Dispatching = "when-needed"
    ) -> None:
        self.name = heartbeats.new_name()
        self._database = database
        self._dispatching = dispatching
        threads: int = database.info["settings"].job_threads
        self._pool = Pool(database, self.name, threads)
        self._dispatch = DbosDispatch(
            database, self.name, lambda key: run_job(database, key, self.name)
        )
        self._stopping = threading.Event()
        self._loading: threading.Thread | None = None
        self._loop_thread = threading.Thread(
            target=self._loop, name="fuwu-worker", daemon=True
        )
        self._known = agenda.sources(database)
        self._look_query = _look_query(database, self._known)
        self._turns = (
            (Turn(_BEAT_SECONDS), self._beat),
            (Turn(_HOUR, first=_HOUR), self._tidy),
        )
        self._unfinished_at = 0.0
        self._load_again_at = 0.0

    def start(self) -> None:
        """Begin to work; returns at once."""
        self._hand_on_after_crash()
        self._database.info["runner"] = self._pool
        if self._dispatching == "always":
            self._load_dispatch()
        self._loop_thread.start()

    def stop(self) -> None:
        """Let running jobs end, then all threads."""
        self._stopping.set()
        self._loop_thread.join()
        if self._loading is not None:
            self._loading.join()
        self._database.info.pop("runner", None)
        self._dispatch.close()
        self._pool.close()
        with self._database.transaction() as session:
            heartbeats.forget(session, [self.name])
            jobs.release(session, heartbeats.living(session))

    def _hand_on_after_crash(self) -> None:
        with self._database.transaction() as session:
            heartbeats.beat(session, self.name)
            dead = heartbeats.dead_here(session, self.name)
            heartbeats.forget(session, dead)
            jobs.release(session, heartbeats.living(session))
        self._dispatch.recover(dead)

    def _loop(self) -> None:
        pause = _POLL_SECONDS
        while not self._stopping.wait(pause):
            pause = _POLL_SECONDS
            try:
                pause = self._look()
                for turn, task in self._turns:
                    if turn.has_come():
                        task()
            except (CollisionError, DBAPIError) as error:
                # The database is away or busy: the next look will do.
                reason = str(getattr(error, "orig", error))
                _log.warning("worker waits for the database", error=reason)
            except Exception:  # noqa: BLE001 - the loop outlives any one thing
                _log.exception("worker stumbled")

    def _look(self) -> float:
        """See with one SELECT what is due, and have it done.

        Returns:
            The seconds until the next look: sooner than usual where something falls
            due before it, and where there was something to do, for more may follow.
        """
        with self._database.reading() as session:
            row = session.connection().execute(self._look_query).one()
        frozen, job_due, *moments = row
        now = frozen or clock.system_now()
        done = 0
        for source, moment in zip(self._known, moments, strict=True):
            if moment is not None and moment <= now:
                done += agenda.run(self._database, source)
        self._see_to_jobs(job_due)
        external.call_workers(self._database)
        if done:
            return _SOON_SECONDS
        ahead = [
            (m - now).total_seconds() for m in moments if m is not None and m > now
        ]
        return _POLL_SECONDS if frozen else min([_POLL_SECONDS, *ahead])

    def _see_to_jobs(self, due_at: datetime | None) -> None:
        """Run DBOS while there are unfinished jobs; without it do its work here."""
        if due_at is None:
            quiet = time.monotonic() - self._unfinished_at > _REST_AFTER_SECONDS
            if quiet and self._dispatching == "when-needed":
                self._dispatch.rest()
            return
        self._unfinished_at = time.monotonic()
        if not self._dispatch.is_running:
            self._load_dispatch()
        patience = _OVERDUE if self._dispatch.is_running else timedelta(0)
        if due_at <= clock.system_now() - patience:
            self._submit_due()

    def _load_dispatch(self) -> None:
        """Start DBOS beside the loop, because loading it takes a second."""
        loading = self._loading is not None and self._loading.is_alive()
        too_early = time.monotonic() < self._load_again_at
        if self._dispatching != "never" and not loading and not too_early:
            self._load_again_at = time.monotonic() + _TRY_AGAIN_SECONDS
            self._loading = threading.Thread(
                target=self._start_dispatch, name="fuwu-dispatch", daemon=True
            )
            self._loading.start()

    def _start_dispatch(self) -> None:
        try:
            if self._dispatch.start():
                self._load_again_at = 0.0
            else:
                _log.info("dispatch works for another database of this process")
        except Exception:  # noqa: BLE001 - jobs are worked all the same
            _log.exception("dispatch does not start; jobs are worked without it")

    def _submit_due(self) -> None:
        with self._database.reading() as session:
            keys = jobs.due(session, self.name)
        self._pool.submit(keys)

    def _beat(self) -> None:
        """Show that this worker lives, and hand on the jobs of those that do not."""
        timers.forget_broken(self._database)
        with self._database.transaction() as session:
            heartbeats.beat(session, self.name)
            silent = heartbeats.silent(session)
            heartbeats.forget(session, silent)
            lost = 0
            if silent:
                lost = jobs.release(session, heartbeats.living(session))
            messages.deliver_waiting(session)
        if silent:
            _log.warning("workers fell silent", workers=silent, jobs=lost)
            self._dispatch.recover(silent)
            self._submit_due()

    def _tidy(self) -> None:
        tidying.tidy(self._database)
        self._dispatch.purge()


class Turn:
    """Tells when something that recurs has its turn."""

    def __init__(self, every: float, first: float = 0.0) -> None:
        self._every = every
        self._next = time.monotonic() + first

    def has_come(self) -> bool:
        """Tell whether it is time; if so, the next time is reckoned from now."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._every
        return True


def _look_query(database: Database, known: tuple[agenda.Source, ...]) -> Select[Any]:
    frozen = select(BusinessClock.frozen_at).limit(1)
    asked = [frozen, jobs.earliest(), *(source.earliest(database) for source in known)]
    return cast("Select[Any]", select(*(each.scalar_subquery() for each in asked)))
