"""What requests cost: each row of the comparison as a few lines."""

import itertools
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import processes
from benchmarks.answers import flat, report
from benchmarks.measuring import (
    Counted,
    Sample,
    best_of,
    counted,
    in_rounds,
    measured,
    part_of,
)
from benchmarks.people import CLAIMING, FIRST, SECOND, THIRD, Person, RefusedError
from benchmarks.served import Served

_HERE = Path(__file__).parent
_THREE, LOOP, _PARALLEL, WAITING = (
    "benchmark_three_tasks",
    "benchmark_loop",
    "benchmark_parallel",
    "benchmark_waiting",
)
_WARMING = 10
_WINDOW = 20
_seeds = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done; ``QUICK`` is for trying the command out.

    ``waiting`` and ``loop`` hold the smaller and the larger number.
    """

    cases: int
    listed: int
    waiting: tuple[int, int]
    loop: tuple[int, int]
    idle_seconds: float
    jobs: int
    due: int
    timers: int
    polls: int


FULL = Size(100, 1000, (1120, 100_000), (200, 10_000), 30, 400, 1000, 10_000_000, 1000)
QUICK = Size(40, 1000, (1120, 20_000), (200, 600), 10, 100, 200, 100_000, 1000)


@dataclass(frozen=True, slots=True)
class Together:
    """Parallel tasks of one case, completed at once: how long, how many refused."""

    p50_ms: float
    p95_ms: float
    count: int
    lost: int


class Bench:
    """The people in front of one server, with the package deployed."""

    def __init__(self, served: Served, size: Size) -> None:
        self.served = served
        self.size = size
        self.hou, self.wang, self.jin, self.pan, self.admin = (
            Person(served.port, name)
            for name in (FIRST, SECOND, THIRD, CLAIMING, "admin")
        )
        self.deploy("package")
        for _ in range(_WARMING):
            self.whole_case()

    def deploy(self, folder: str) -> None:
        """Deploy one of the packages that lie beside this file."""
        files = sorted((_HERE / folder).iterdir())
        self.admin.deploy(folder, {file.name: file.read_bytes() for file in files})

    def create(self) -> str:
        """Start a case of three tasks."""
        return self.hou.create(_THREE, {"subject": "测量"})

    def first_task(self, instance: str, person: Person) -> str:
        """Return the open task of an instance that a person may do."""
        (task,) = person.tasks(processInstanceKey=instance)
        return str(task["userTaskKey"])

    def whole_case(self) -> None:
        """Start a case and complete its three tasks: 4 changes, 3 look-ups."""
        instance = self.create()
        for person in (self.hou, self.wang, self.jin):
            task = self.first_task(instance, person)
            person.complete(task, report(next(_seeds)))

    def creation(self) -> Sample:
        """Create and run an instance to its first task."""
        return self._best([self.create for _ in range(self.size.cases)])

    def completion(self) -> Sample:
        """Complete one task with 5 KB of answers, task to task."""
        tasks = [
            self.first_task(self.create(), self.hou) for _ in range(self.size.cases)
        ]
        return self._best([self._completing(self.hou, task) for task in tasks])

    def three_task_case(self) -> Sample:
        """A case from start to end."""
        return self._best([self.whole_case for _ in range(self.size.cases)])

    def fill_list(self) -> None:
        """Let the first person have as many open tasks as are to be listed."""
        for _ in range(self.size.listed - sum(1 for _ in self.hou.all_tasks())):
            self.create()

    def listing(self, person: Person) -> Sample:
        """List one's tasks: a page of 100 with many open."""
        return self._best([lambda: person.tasks(limit=100)] * self.size.cases)

    def statements(self) -> dict[str, Counted]:
        """Count the statements and commits of each operation."""
        instances = [self.create() for _ in range(_WARMING)]
        tasks = [self.first_task(instance, self.hou) for instance in instances]
        waiting = [self.pan.create(WAITING, {}) for _ in range(_WARMING)]
        claims = [self.first_task(instance, self.pan) for instance in waiting]
        operations: dict[str, list[Callable[[], object]]] = {
            "create": [self.create] * _WARMING,
            "find": [lambda: self.first_task(instances[0], self.hou)] * _WARMING,
            "complete": [self._completing(self.hou, task) for task in tasks],
            "claim": [self._claiming(task) for task in claims],
            "list": [lambda: self.hou.tasks(limit=100)] * _WARMING,
        }
        return {name: counted(self.served, each) for name, each in operations.items()}

    def loop(self) -> tuple[float, float]:
        """Return the CPU, in ms, of the 5th and of the 200th task of a loop.

        Medians over a window around each, in three cases.
        """
        some = self.size.loop[0]
        costs = [self._rounds(some) for _ in range(3)]
        early = [cost for each in costs for cost in each[3:8]]
        late = [cost for each in costs for cost in each[some - _WINDOW // 2 :]]
        return statistics.median(early), statistics.median(late)

    def waiting(self) -> float:
        """Return the CPU seconds per 240 s of a server that nobody asks anything."""
        time.sleep(2)
        before = self.served.cpu_seconds()
        time.sleep(self.size.idle_seconds)
        after = self.served.cpu_seconds()
        return (sum(after) - sum(before)) * 240 / self.size.idle_seconds

    def together(self) -> Together:
        """Three people complete the parallel tasks of one case at once."""
        took: list[float] = []
        lost = 0
        for _ in range(max(5, self.size.cases // 3)):
            instance = self.hou.create(_PARALLEL, {})
            jobs = [
                self._completing(person, self.first_task(instance, person))
                for person in (self.hou, self.wang, self.jin)
            ]
            done = at_once(jobs)
            took += done
            lost += len(jobs) - len(done)
            state = self.hou.call("GET", f"/v2/process-instances/{instance}")["state"]
            lost += state != "COMPLETED"
        return Together(part_of(took, 50), part_of(took, 95), len(took), lost)

    def growth(self) -> float:
        """Return the KB by which the database grows with a finished case."""
        before = self.served.place.size()
        for _ in range(self.size.cases):
            self.whole_case()
        return (self.served.place.size() - before) / 1024 / self.size.cases

    def memory(self) -> float:
        """Return the resident memory of the server in MB."""
        return processes.resident_mb(self.served.pid)

    def _best(self, operations: Sequence[Callable[[], object]]) -> Sample:
        return best_of([measured(self.served, part) for part in in_rounds(operations)])

    def _rounds(self, count: int) -> list[float]:
        """Return the CPU of each completion, in ms, of a case that loops so often."""
        instance = self.wang.create(LOOP, {})
        costs = []
        for _ in range(count + _WINDOW // 2):
            task = self.first_task(instance, self.wang)
            answers = flat(next(_seeds))
            before = sum(self.served.cpu_seconds())
            self.wang.complete(task, answers)
            costs.append(1000 * (sum(self.served.cpu_seconds()) - before))
        return costs

    def _completing(self, person: Person, task: str) -> Callable[[], None]:
        answers = report(next(_seeds))
        return lambda: person.complete(task, answers)

    def _claiming(self, task: str) -> Callable[[], None]:
        return lambda: self.pan.claim(task)


def at_once(jobs: Sequence[Callable[[], object]]) -> list[float]:
    """Run the jobs in threads that begin together; return the ms of each.

    Those that were refused are missing.
    """
    took: list[float] = []
    ready = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        ready.wait()
        begun = time.perf_counter()
        try:
            job()
        except RefusedError:
            return
        took.append(1000 * (time.perf_counter() - begun))

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took
