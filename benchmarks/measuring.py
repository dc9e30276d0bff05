"""How an operation is measured: CPU of the processes, and the time a caller waits."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from benchmarks.served import Served

T = TypeVar("T")

_ROUND = 10
"""Operations of a round: long against the clock, short against disturbances."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one operation cost, in milliseconds; the CPU is a mean over ``count``."""

    count: int
    server_ms: float
    database_ms: float
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Counted:
    """How many statements and commits one operation took, on average."""

    statements: float
    commits: float


def measured(served: Served, operations: Iterable[Callable[[], object]]) -> Sample:
    """Run the operations one after the other and return what one of them cost."""
    waited: list[float] = []
    before = served.cpu_seconds()
    for operation in operations:
        begun = time.perf_counter()
        operation()
        waited.append(time.perf_counter() - begun)
    after = served.cpu_seconds()
    return sample(waited, before, after)


def sample(
    waited: Sequence[float], before: tuple[float, float], after: tuple[float, float]
) -> Sample:
    """Return the cost of one of the operations that took ``waited`` seconds each."""
    server, database = (
        1000 * (end - begin) / len(waited)
        for begin, end in zip(before, after, strict=True)
    )
    return Sample(
        len(waited),
        server,
        database,
        1000 * part_of(waited, 50),
        1000 * part_of(waited, 95),
    )


def best_of(samples: Sequence[Sample]) -> Sample:
    """Return the figures that other work on the machine has disturbed least."""
    return Sample(
        sum(each.count for each in samples),
        min(each.server_ms for each in samples),
        min(each.database_ms for each in samples),
        statistics.median(each.p50_ms for each in samples),
        statistics.median(each.p95_ms for each in samples),
    )


def in_rounds(items: Sequence[T]) -> Iterable[Sequence[T]]:
    """Split what there is to do into short rounds, of which the best counts."""
    return [items[at : at + _ROUND] for at in range(0, len(items), _ROUND)]


def counted(served: Served, operations: Sequence[Callable[[], object]]) -> Counted:
    """Return the statements and commits of one operation."""
    before = served.counted()
    for operation in operations:
        operation()
    after = served.counted()
    statements, commits = (
        (after.get(name, 0) - before.get(name, 0)) / len(operations)
        for name in ("statements", "commits")
    )
    return Counted(statements, commits)


def part_of(values: Sequence[float], percent: int) -> float:
    """Return the value below which so many percent lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
