"""The command: serve, measure, print beside the peers' figures."""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.databases import Place, SqliteFile, on_server
from benchmarks.scenarios import FULL, QUICK, Bench, Size
from benchmarks.served import Served

# What the nearest peer needs, and what is ours to reach.
_ROWS = {
    "complete": ("complete one task, 5 KB", "49 ms", "<= 3 ms"),
    "statements": ("... statements", "about 100", "<= 15"),
    "commits": ("... commits", "5", "1"),
    "create": ("create and run an instance", "45 ms", "<= 4 ms"),
    "case": ("three-task case (7 calls)", "180 ms", "<= 18 ms"),
    "list": ("list my tasks, page of 100", "13 ms", "<= 5 ms"),
    "loop": ("200th task of a loop / 5th", "5", "<= 1.2"),
    "waiting": ("waiting cases, CPU per 240 s", "26 s", "< 1 s"),
    "together": ("three at once, p95", "6.2 s", "< 0.3 s"),
    "cold": ("cold start", "4-9 s", "< 2 s"),
    "memory": ("memory of the server", "182 MB", "< 150 MB"),
    "growth": ("database growth per case", "32-34 KB", "<= 20 KB"),
}


def main(arguments: list[str] | None = None) -> int:
    """Measure on SQLite, and on PostgreSQL where a URL is given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--database-url", help="postgresql://… of a server to use")
    parser.add_argument("--quick", action="store_true", help="few repetitions")
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen = parser.parse_args(arguments)
    size = QUICK if chosen.quick else FULL
    found = {"machine": _machine(), "SQLite": _on_sqlite(size)}
    if chosen.database_url:
        with on_server(chosen.database_url) as place:
            found["PostgreSQL"] = _all_figures(place, size)
    print(json.dumps(found, indent=1) if chosen.json else _table(found))
    return 0


def _on_sqlite(size: Size) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return _all_figures(SqliteFile(Path(folder)), size, Path(folder))


def _all_figures(
    place: Place, size: Size, folder: Path | None = None
) -> dict[str, Any]:
    with _folder(folder) as used:
        with _served(used, place, counting=True) as served:
            counts = Bench(served, size).completion_counted()
        with _served(used, place) as served:
            found = _figures(Bench(served, size), served)
    return {
        "version": place.version(),
        **found,
        "statements": counts.statements,
        "commits": counts.commits,
    }


def _figures(bench: Bench, served: Served) -> dict[str, Any]:
    create, complete = bench.creation(), bench.completion()
    case, growth = bench.three_task_case(), bench.growth()
    together, listing = bench.together(), bench.listing()
    early, late = bench.loop()
    return {
        "create": _ms(create.server_ms, create.database_ms),
        "complete": _ms(complete.server_ms, complete.database_ms),
        "case": _ms(case.server_ms, case.database_ms),
        "list": _ms(listing.server_ms, listing.database_ms),
        "loop": round(late / early, 2),
        "together": f"{together.p95_ms:.0f} ms (p50 {together.p50_ms:.0f})",
        "growth": f"{growth:.1f} KB",
        "memory": f"{bench.memory():.0f} MB",
        "waiting": f"{bench.waiting():.2f} s",
        "cold": f"{served.started_in:.1f} s",
    }


def _ms(server: float, database: float) -> str:
    beside = f" + {database:.1f} ms database" if database else ""
    return f"{server:.1f} ms{beside}"


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@contextmanager
def _served(folder: Path, place: Place, *, counting: bool = False) -> Iterator[Served]:
    variables = dict(os.environ)  # noqa: TID251 - of the process to be started
    served = Served(folder, place, variables, counting=counting)
    served.start()
    if not counting:
        # The second start is the one that counts: nothing is left to be made.
        served.stop()
        served.start()
    try:
        yield served
    finally:
        served.stop()


def _machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "python": platform.python_version()}


def _table(found: Mapping[str, Any]) -> str:
    databases = [name for name in ("SQLite", "PostgreSQL") if name in found]
    lines = [f"{found['machine']['cores']} cores, Python {found['machine']['python']}"]
    heads = "".join(f"{name:<26}" for name in databases)
    lines.append(f"{'':<30}{'peer':<12}{'aim':<10}{heads}")
    for key, (title, peer, aim) in _ROWS.items():
        values = "".join(f"{found[name][key]!s:<26}" for name in databases)
        lines.append(f"{title:<30}{peer:<12}{aim:<10}{values}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
