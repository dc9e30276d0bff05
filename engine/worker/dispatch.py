"""DBOS Transact behind our jobs: durable dispatch, back-off, recovery.

What is enqueued here commits with the caller's transaction. Usually the process that
enqueued a job has worked it before DBOS gets to it, half a minute later; what DBOS
adds is that the job is worked when that process dies, when it is to be tried again,
and on as many machines as there are. A run that finds the job done does nothing.

DBOS is one per process and costs about a second to load and a few milliseconds every
second while it runs. It is loaded when there is the first job, runs while there are
unfinished jobs and rests otherwise.
"""

import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine import clock, jobs
from engine.database import Database
from engine.schema import Job, next_key

QUEUE = "fuwu_jobs"
WORKFLOW = "fuwu_job"
_APPLICATION = "fuwu"
VERSION = "1"
"""Constant: DBOS gives jobs only to workers of the version that enqueued them."""

_POLL_SECONDS = 1.0
_LAST_SECONDS = 20
_ADOPTED = 1000
_KEPT_DAYS = 1
_PURGED_AT_ONCE = 500
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_log = structlog.get_logger()

_ownership = threading.Lock()
"""Held by the one dispatcher of this process that DBOS works for."""

_registered: list[Any] = []


class DbosDispatch:
    """Dispatches the jobs of one database by DBOS.

    ``work`` is called with a job's key, in a thread of DBOS.
    """

    def __init__(
        self, database: Database, worker: str, work: Callable[[int], object]
    ) -> None:
        self.work = work
        self._database = database
        self._worker = worker
        self._client: Any = None
        self._engine: Engine | None = None
        self._running = False
        self._silent: set[str] = set()

    @property
    def is_running(self) -> bool:
        """Tell whether DBOS is taking jobs in this process."""
        return self._running

    def start(self) -> bool:
        """Let DBOS take jobs; False where it works for another database already."""
        if self._running:
            return True
        if not _ownership.acquire(blocking=False):
            return False
        try:
            self._launch()
        except BaseException:
            _ownership.release()
            raise
        self._running = True
        self.recover(())
        self._adopt()
        return True

    def rest(self) -> None:
        """Stop taking jobs; what is enqueued from now on waits for the next start."""
        if not self._running:
            return
        from dbos import DBOS  # noqa: PLC0415 - costs a second; see above

        self._running = False
        DBOS.destroy(workflow_completion_timeout_sec=_LAST_SECONDS)
        _current.clear()
        _ownership.release()

    def close(self) -> None:
        """Stop for good and give the connections back."""
        self.rest()
        self._database.info.pop("dispatch", None)
        if self._client is not None:
            self._client.destroy()
        if self._engine is not None:
            self._engine.dispose()

    def enqueue(self, session: Session, job: Job, delay: float) -> None:
        """Take a job over inside the caller's transaction."""
        self._client.enqueue_in_transaction(
            session,
            {
                "workflow_name": WORKFLOW,
                "queue_name": QUEUE,
                "workflow_id": f"{job.key}.{next_key()}",
                "app_version": VERSION,
                **({"delay_seconds": delay} if delay else {}),
            },
            str(job.key),
        )

    def recover(self, silent: Iterable[str]) -> None:
        """Hand on what workers that fell silent had taken, now or at the next start."""
        self._silent.update(silent)
        if self._running and self._silent:
            from dbos import DBOS  # noqa: PLC0415 - costs a second; see above

            DBOS._recover_pending_workflows(sorted(self._silent))  # noqa: SLF001 - no public name
            self._silent.clear()

    def purge(self) -> int:
        """Remove DBOS's records of what ended more than a day ago."""
        if not self._running:
            return 0
        before = clock.system_now() - timedelta(days=_KEPT_DAYS)
        removed = 0
        while found := self._client.list_workflows(
            status=_ENDED,
            end_time=before.isoformat(),
            limit=_PURGED_AT_ONCE,
            load_input=False,
            load_output=False,
        ):
            self._client.delete_workflows([each.workflow_id for each in found])
            removed += len(found)
        return removed

    def _adopt(self) -> None:
        """Take over the open jobs that were enqueued while this was not there.

        Which ones those are nobody has written down; to be dispatched twice does a
        job no harm.
        """
        with self._database.transaction() as session:
            for job in jobs.unfinished(session, _ADOPTED):
                jobs.dispatch(session, job)

    def _launch(self) -> None:
        from dbos import DBOS, DBOSClient  # noqa: PLC0415 - costs a second; see above

        if self._engine is None:
            self._engine = self._database.for_dispatch()
        _register(DBOS)
        DBOS(
            config={
                "name": _APPLICATION,
                "application_version": VERSION,
                "executor_id": self._worker,
                "system_database_url": self._database.url.render_as_string(
                    hide_password=False
                ),
                "system_database_engine": self._engine,
                "max_executor_threads": self._database.info["settings"].job_threads,
                "log_level": "ERROR",
                "use_listen_notify": False,
                "notification_listener_polling_interval_sec": 0.2,
            }
        )
        DBOS.listen_queues([QUEUE])
        _current.append(self)
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=2 * self._database.info["settings"].job_threads,
            polling_interval_sec=_POLL_SECONDS,
            on_conflict="always_update",
        )
        if self._client is None:
            self._client = DBOSClient(
                system_database_engine=self._engine,
                application_name=_APPLICATION,
                lazy=True,
            )
        self._database.info["dispatch"] = self


_current: list[DbosDispatch] = []
"""The dispatcher that DBOS works for; DBOS knows functions, not objects."""


def _register(dbos: Any) -> None:
    if not _registered:
        _registered.append(dbos.workflow(name=WORKFLOW)(_run))


def _run(key: str) -> None:
    """Work a job; without a dispatcher (it is just stopping) it is left for others."""
    for dispatch in _current[:1]:
        dispatch.work(int(key))
