"""Working jobs in this process, in a few threads, as soon as they exist."""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from engine.database import Database
from engine.worker.heartbeats import new_name
from engine.worker.running import run_job

_REMEMBERED = 2000

Outcome = Future[tuple[int, ...]]


class Pool:
    """Works jobs at once and knows when those of one command are through.

    A job is worked by one thread at a time; handed in again while it is worked, it
    is the same work.
    """

    def __init__(self, database: Database, worker: str, threads: int) -> None:
        self._database = database
        self._worker = worker
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="fuwu-job")
        self._lock = threading.Lock()
        self._known: OrderedDict[int, Outcome] = OrderedDict()
        self._closed = False

    def submit(self, keys: Iterable[int]) -> None:
        """Work these jobs."""
        for key in keys:
            self._outcome(key, anew=True)

    def wait(self, keys: Iterable[int], seconds: float) -> bool:
        """Wait until these jobs, and those that they cause, have been worked.

        Returns False when time is over before. A job that failed and is to be tried
        again later counts as worked: it would hold up the answer for nothing.
        """
        deadline = time.monotonic() + seconds
        pending = {self._outcome(key) for key in keys}
        while pending:
            left = deadline - time.monotonic()
            done, pending = wait(pending, max(0.0, left), FIRST_COMPLETED)
            if not done:
                return False
            for outcome in done:
                pending |= {self._outcome(key) for key in _caused(outcome)}
        return True

    def wait_all(self, seconds: float) -> bool:
        """Wait until nothing is being worked; False when time is over before."""
        with self._lock:
            keys = [key for key, known in self._known.items() if not known.done()]
        return self.wait(keys, seconds)

    def close(self) -> None:
        """Let running jobs end; those not begun stay for another process."""
        with self._lock:
            self._closed = True
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _outcome(self, key: int, *, anew: bool = False) -> Outcome:
        with self._lock:
            known = self._known.get(key)
            if known is not None and not (anew and known.done()):
                return known
            self._known[key] = outcome = self._begin(key)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
            return outcome

    def _begin(self, key: int) -> Outcome:
        if not self._closed:
            return self._threads.submit(run_job, self._database, key, self._worker)
        nothing: Outcome = Future()
        nothing.set_result(())
        return nothing


def _caused(outcome: Outcome) -> tuple[int, ...]:
    return () if outcome.cancelled() else outcome.result()


def pool_of(database: Database) -> Pool:
    """Return the pool of this process, made when it is first asked for."""
    pool: Pool | None = database.info.get("runner")
    if pool is None:
        threads: int = database.info["settings"].job_threads
        pool = Pool(database, new_name(), threads)
        pool = database.info.setdefault("runner", pool)
    return pool


def wait_for_jobs(
    database: Database, keys: Iterable[int], seconds: float = 5.0
) -> bool:
    """Wait for the remote work that a command caused, so that its answer shows it.

    ``keys`` are `jobs.enqueued` of the command's session, after its commit. Returns
    False when time is over before; the work goes on all the same.
    """
    wanted = tuple(keys)
    return not wanted or pool_of(database).wait(wanted, seconds)
