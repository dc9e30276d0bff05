"""What work costs that no request does: jobs and timers."""

import statistics
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.measuring import Counted, part_of
from benchmarks.people import CLAIMING, FIRST, Person
from benchmarks.scenarios import Bench

_WITH, _WITHOUT, _DUE = "benchmark_job", "benchmark_nothing", "benchmark_due"
_CALLERS = 4
_TRIED = 20
_PATIENCE_SECONDS = 120
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class JobCost:
    """What a job adds to a case, and how many cases with one a second brings.

    ``besides`` are the statements of DBOS, per job.
    """

    server_ms: float
    database_ms: float
    counted: Counted
    besides: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Lateness:
    """Milliseconds from due to fired."""

    p50_ms: float
    p95_ms: float
    most_ms: float


def cost(bench: Bench) -> JobCost:
    """Compare cases with one remote operation, which does nothing, to cases without.

    Needs the server that counts: it is the one that offers the operation.
    """
    count = bench.size.jobs
    bench.deploy("jobs_package")
    _run(bench, _WITH, _CALLERS * 5)
    without, with_job = _Mark(bench), _Mark(bench)
    seconds = {}
    for process, mark in ((_WITHOUT, without), (_WITH, with_job)):
        mark.begin()
        begun = time.perf_counter()
        _run(bench, process, count)
        seconds[process] = time.perf_counter() - begun
        mark.end()
    added = [
        (more - less) / count
        for more, less in zip(with_job.used, without.used, strict=True)
    ]
    server, database, statements, commits, besides = added
    return JobCost(
        1000 * server,
        1000 * database,
        Counted(statements, commits),
        besides,
        count / seconds[_WITH],
    )


def lateness(bench: Bench) -> Lateness:
    """Let many timers fall due within one second; tell how late each fired."""
    count = bench.size.due
    bench.deploy("jobs_package")
    begins = _when_created(bench, count)
    moments = [begins + timedelta(milliseconds=1000 * i // count) for i in range(count)]
    due = {
        bench.hou.create(_DUE, {"at": moment.isoformat()}): moment for moment in moments
    }
    ended = _ended(bench, due)
    late = [1000 * (ended[key] - due[key]).total_seconds() for key in due]
    return Lateness(statistics.median(late), part_of(late, 95), max(late))


def _when_created(bench: Bench, count: int) -> datetime:
    """Return a moment at which so many cases are there, even if it goes slowly."""
    begun = time.perf_counter()
    for _ in range(_TRIED):
        bench.hou.create(_WITHOUT, {})
    each = (time.perf_counter() - begun) / _TRIED
    now = datetime.now(UTC)  # noqa: TID251 - the real time
    return (now + timedelta(seconds=10 + 3 * each * count)).replace(microsecond=0)


def _ended(bench: Bench, due: Collection[str]) -> dict[str, datetime]:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    ended: dict[str, datetime] = {}
    while time.monotonic() < deadline:
        time.sleep(3)
        body = {
            "filter": {"processDefinitionId": _DUE, "state": "COMPLETED"},
            "page": {"limit": _PAGE},
        }
        found = bench.admin.call("POST", "/v2/process-instances/search", body)["items"]
        ended = {
            each["processInstanceKey"]: datetime.fromisoformat(each["endDate"])
            for each in found
        }
        if ended.keys() >= set(due):
            return ended
    raise TimeoutError(f"{len(ended)} of {len(due)} timers fired")


class _Mark:
    """What was used between two moments: CPU of both sides, and what was counted."""

    def __init__(self, bench: Bench) -> None:
        self._served = bench.served
        self._before: list[float] = []
        self.used: list[float] = []

    def begin(self) -> None:
        self._before = self._now()

    def end(self) -> None:
        ended = zip(self._now(), self._before, strict=True)
        self.used = [now - before for now, before in ended]

    def _now(self) -> list[float]:
        counters = self._served.counted()
        names = ("statements", "commits", "besides")
        return [*self._served.cpu_seconds(), *(counters.get(each, 0) for each in names)]


def _run(bench: Bench, process: str, count: int) -> None:
    """Let several people start cases at once; each answer comes when its case ended."""
    people = [
        Person(bench.served.port, name) for name in (FIRST, CLAIMING) * (_CALLERS // 2)
    ]

    def start(person: Person) -> None:
        for _ in range(count // _CALLERS):
            person.create(process, {})

    threads = [threading.Thread(target=start, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
