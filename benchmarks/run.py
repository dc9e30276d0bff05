"""The command: serve, measure, print beside the peers' figures."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from benchmarks import bulk, commands, jobs, naive, polls, results
from benchmarks.databases import Place, SqliteFile, on_server
from benchmarks.measuring import Counted, Sample
from benchmarks.scenarios import FULL, QUICK, WAITING, Bench, Size
from benchmarks.served import Served

_STARTS = 3

Fresh = Callable[[Path], AbstractContextManager[Place]]


def main(arguments: list[str] | None = None) -> int:
    """Measure on SQLite, and on PostgreSQL where a URL is given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--database-url", help="postgresql://… of a server to use")
    parser.add_argument("--quick", action="store_true", help="fewer, a few minutes")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md")
    chosen = parser.parse_args(arguments)
    size = QUICK if chosen.quick else FULL
    found = {"machine": results.machine(size, quick=chosen.quick)}
    found["SQLite"] = _all_figures(_file, size)
    if chosen.database_url:
        found["PostgreSQL"] = _all_figures(
            lambda _: on_server(chosen.database_url), size
        )
    shown = json.dumps(found, indent=1, ensure_ascii=False)
    print(shown if chosen.json else results.table(found))
    if chosen.write:
        command = "python -m benchmarks --write"
        command += " --quick" if chosen.quick else ""
        results.PAGE.write_text(results.page(found, command), "utf-8")
    return 0


def _all_figures(fresh: Fresh, size: Size) -> dict[str, Any]:
    """Take every figure on one kind of database; ``fresh`` makes an empty one."""
    found: dict[str, Any] = {}
    with _counting(fresh) as served:
        found |= {"version": served.place.version()}
        found |= _counted_figures(Bench(served, size))
    with _folder() as folder, fresh(folder) as place:
        with _served(folder, place) as served:
            _tell(place, "requests")
            bench = Bench(served, size)
            found |= _request_figures(bench, folder)
            _tell(place, "waiting")
            found |= _waiting_figures(bench)
        _tell(place, "starts")
        found |= _starts(folder, place, size)
        _tell(place, "timers")
        found |= _poll_figures(fresh, place, folder, size)
    return found


def _counted_figures(bench: Bench) -> dict[str, Any]:
    _tell(bench.served.place, "statements, jobs, timers")
    statements = bench.statements()
    job, late = jobs.cost(bench), jobs.lateness(bench)
    return {
        **{f"{name}_statements": _counts(each) for name, each in statements.items()},
        "job": _both(job.server_ms, job.database_ms),
        "job_statements": f"{_counts(job.counted)}; {job.besides:.1f}",
        "job_rate": f"{job.per_second:.0f} a second",
        "late": f"{late.p50_ms:.0f}, {late.p95_ms:.0f}, {late.most_ms:.0f} ms",
    }


def _request_figures(bench: Bench, folder: Path) -> dict[str, Any]:
    size = bench.size
    create, complete = bench.creation(), bench.completion()
    case, growth = bench.three_task_case(), bench.growth()
    together = bench.together()
    bench.fill_list()
    listing = bench.listing(bench.hou)
    fifth, late = bench.loop()
    alone = commands.loop_ms(bench, folder)
    plain = naive.measure(folder, size.loop[0])
    return {
        "create": _ms(create),
        "complete": _ms(complete),
        "case": _ms(case),
        "list": _ms(listing),
        "growth": f"{growth:.1f} KB",
        "together": f"{together.p95_ms:.0f} ms ({together.p50_ms:.0f}); "
        f"{together.lost} of {together.count}",
        "loop": f"{late / fifth:.2f}",
        "loop_long": f"{alone[2] / alone[0]:.2f}",
        "our_loop": ", ".join(f"{each:.2f}" for each in alone) + " ms",
        "naive_loop": f"{plain.fifth_ms:.1f}, {plain.late_ms:.1f} ms",
        "naive_size": f"{plain.late_kb:.0f} KB",
        "naive": f"{plain.complete_ms:.2f} ms",
        "command": f"{commands.completion_ms(bench, folder):.2f} ms",
    }


def _waiting_figures(bench: Bench) -> dict[str, Any]:
    place, (some, many) = bench.served.place, bench.size.waiting
    original = bench.pan.create(WAITING, {})
    for _ in range(some):
        bench.pan.create(WAITING, {})
    waiting = bench.waiting()
    bulk.copy_case(place, original, many)
    bench.pan.tasks(limit=100)
    listing = bench.listing(bench.pan)
    return {
        "waiting": f"{waiting:.2f} s",
        "waiting_many": f"{bench.waiting():.2f} s",
        "list_many": _ms(listing),
    }


def _starts(folder: Path, place: Place, size: Size) -> dict[str, Any]:
    """Start a few times on the database as it is by now; the quickest counts.

    The memory is that of a server that had nothing to install and has done some work.
    """
    started, memory = [], []
    for _ in range(_STARTS):
        with _served(folder, place) as served:
            started.append((served.started_in, served.cpu_seconds()[0]))
            bench = Bench(served, size)
            bench.listing(bench.hou)
            memory.append(bench.memory())
    wall, cpu = min(started)
    return {"cold": f"{wall:.1f} s ({cpu:.1f} s)", "memory": f"{max(memory):.0f} MB"}


def _poll_figures(
    fresh: Fresh, many: Place, folder: Path, size: Size
) -> dict[str, Any]:
    with _folder() as other, fresh(other) as few:
        with _served(other, few) as served:
            bench = Bench(served, size)
            for _ in range(10):
                bench.pan.create(WAITING, {})
        bulk.add_timers(many, size.waiting[1], size.timers)
        found = polls.compare(few, many, folder, size.polls)
    return {"polls": f"{found.many_ms:.2f} / {found.few_ms:.2f} ms = {found.ratio:.2f}"}


@contextmanager
def _file(folder: Path) -> Iterator[Place]:
    yield SqliteFile(folder)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fuwu-benchmark-") as folder:
        yield Path(folder)


@contextmanager
def _counting(fresh: Fresh) -> Iterator[Served]:
    with (
        _folder() as folder,
        fresh(folder) as place,
        _served(folder, place, counting=True) as served,
    ):
        yield served


@contextmanager
def _served(folder: Path, place: Place, *, counting: bool = False) -> Iterator[Served]:
    variables = dict(os.environ)  # noqa: TID251 - of the process to be started
    served = Served(folder, place, variables, counting=counting)
    served.start()
    try:
        yield served
    finally:
        served.stop()


def _tell(place: Place, what: str) -> None:
    print(f"{place.name}: {what} …", file=sys.stderr, flush=True)


def _ms(sample: Sample) -> str:
    return _both(sample.server_ms, sample.database_ms)


def _both(server: float, database: float) -> str:
    return f"{server:.2f} + {database:.2f} ms" if database else f"{server:.2f} ms"


def _counts(counted: Counted) -> str:
    return f"{counted.statements:.0f}, {counted.commits:.0f}"


if __name__ == "__main__":
    sys.exit(main())
