"""What is measured: the rows of the comparison, each as a few lines."""

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import processes
from benchmarks.answers import flat, report
from benchmarks.measuring import Counted, Sample, best_of, counted, in_rounds, measured
from benchmarks.people import CLAIMING, FIRST, SECOND, THIRD, Person
from benchmarks.served import Served

_PACKAGE = Path(__file__).parent / "package"
_THREE, _LOOP, _PARALLEL, _WAITING = (
    "benchmark_three_tasks",
    "benchmark_loop",
    "benchmark_parallel",
    "benchmark_waiting",
)
_seeds = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done; ``quick`` is for trying the command out."""

    cases: int
    listed: int
    waiting: int
    idle_seconds: float


FULL = Size(cases=60, listed=1000, waiting=1120, idle_seconds=30)
QUICK = Size(cases=9, listed=100, waiting=100, idle_seconds=5)


class Bench:
    """The people in front of one server, with the package deployed."""

    def __init__(self, served: Served, size: Size) -> None:
        self.served = served
        self.size = size
        self.hou, self.wang, self.jin, self.pan, self.admin = (
            Person(served.port, name)
            for name in (FIRST, SECOND, THIRD, CLAIMING, "admin")
        )
        files = {f.name: f.read_bytes() for f in sorted(_PACKAGE.iterdir())}
        self.admin.deploy("benchmarks", files)

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

    def completion_counted(self) -> Counted:
        """Count the statements and commits of one completion."""
        tasks = [self.first_task(self.create(), self.hou) for _ in range(10)]
        return counted(
            self.served, [self._completing(self.hou, task) for task in tasks]
        )

    def three_task_case(self) -> Sample:
        """A case from start to end."""
        return self._best([self.whole_case for _ in range(self.size.cases)])

    def listing(self) -> Sample:
        """List one's tasks: a page of 100 with many open."""
        missing = self.size.listed - sum(1 for _ in self.hou.all_tasks())
        for _ in range(missing):
            self.create()
        asked = [lambda: self.hou.tasks(limit=100) for _ in range(self.size.cases)]
        return self._best(asked)

    def loop(self) -> tuple[float, float]:
        """Return the CPU of the 5th and of the 200th task of a looping instance."""
        early, late = [], []
        for _ in range(3):
            instance = self.hou.create(_LOOP, {})
            for number in range(1, 206):
                task = self.first_task(instance, self.wang)
                sample = measured(self.served, [self._again(task)])
                if 3 <= number <= 8:  # noqa: PLR2004 - around the 5th
                    early.append(sample.p50_ms)
                if number > 199:  # noqa: PLR2004 - around the 200th
                    late.append(sample.p50_ms)
        return sorted(early)[len(early) // 2], sorted(late)[len(late) // 2]

    def waiting(self) -> float:
        """Return the CPU seconds per 240 s that many waiting cases cost."""
        for _ in range(self.size.waiting):
            self.pan.create(_WAITING, {})
        before = self.served.cpu_seconds()
        time.sleep(self.size.idle_seconds)
        after = self.served.cpu_seconds()
        return (sum(after) - sum(before)) * 240 / self.size.idle_seconds

    def together(self) -> Sample:
        """Three people complete the parallel tasks of one case at once."""
        samples = []
        for _ in range(max(3, self.size.cases // 3)):
            instance = self.hou.create(_PARALLEL, {})
            jobs = [
                self._completing(person, self.first_task(instance, person))
                for person in (self.hou, self.wang, self.jin)
            ]
            samples += _at_once(jobs)
        ordered = sorted(samples)
        p95 = ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]
        return Sample(len(samples), 0, 0, ordered[len(ordered) // 2], p95)

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

    def _completing(self, person: Person, task: str) -> Callable[[], None]:
        answers = report(next(_seeds))
        return lambda: person.complete(task, answers)

    def _again(self, task: str) -> Callable[[], None]:
        answers = flat(next(_seeds))
        return lambda: self.wang.complete(task, answers)


def _at_once(jobs: Sequence[Callable[[], None]]) -> list[float]:
    """Run the jobs in threads that begin together; return the ms of each."""
    took: list[float] = []
    ready = threading.Barrier(len(jobs))

    def run(job: Callable[[], None]) -> None:
        ready.wait()
        begun = time.perf_counter()
        job()
        took.append(1000 * (time.perf_counter() - begun))

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took
