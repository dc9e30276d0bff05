"""The figures as people read them: a table, beside the peers and the aims."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parent / "RESULTS.md"
_SHOWN = ("fuwu", "SpiffWorkflow", "fastapi", "SQLAlchemy", "dbos", "psycopg")

# What the nearest peer needs, and what is ours to reach.
ROWS: Sequence[tuple[str, str, str, str]] = (
    ("complete", "complete one task, 5 KB", "49 + 13 ms", "≤ 3 + 1.5 ms"),
    ("complete_statements", "… statements, commits", "about 100, 5", "≤ 15, 1"),
    ("create", "create and run an instance", "45 ms", "≤ 4 ms"),
    ("create_statements", "… statements, commits", "", ""),
    ("case", "three-task case: 4 changes, 3 look-ups", "180 ms", "≤ 18 ms (6 calls)"),
    ("find_statements", "look up the task of a case: statements, commits", "", ""),
    ("claim_statements", "claim: statements, commits", "", ""),
    ("list", "list my tasks, page of 100, 1,000 open", "13 ms", "≤ 5 ms"),
    ("list_many", "… with {many} open", "", "the same"),
    ("list_statements", "… statements, commits", "", ""),
    ("loop", "{some}th task of a loop / 5th", "5", "≤ 1.2"),
    ("loop_long", "{last}th / 5th, no HTTP", "", "≤ 1.5"),
    ("waiting", "{waiting} waiting cases, CPU per 240 s", "26 s", "< 1 s"),
    ("waiting_many", "{many} waiting cases, CPU per 240 s", "", "< 1 s"),
    (
        "together",
        "three at once, p95 (p50); lost",
        "6.2 s (2.1 s)",
        "< 0.3 s; 0",
    ),
    ("cold", "cold start (CPU)", "4–9 s", "< 2 s"),
    ("memory", "memory of the server", "182 MB", "< 150 MB"),
    ("growth", "database growth per finished case", "32–34 KB", "≤ 20 KB"),
    ("job", "a job more, beside DBOS alone", "0.62 + 0.45 ms", ""),
    ("job_statements", "… statements, commits; of DBOS besides", "3", ""),
    ("job_rate", "cases with a service task, end to end", "", ""),
    ("late", "{due} timers due in a second: p50, p95, last", "", ""),
    ("polls", "look for due work, {timers} timers / ten, p95", "", "≤ 1.5"),
    ("naive", "naive way: complete, no HTTP", "", ""),
    ("command", "our way: complete, no HTTP", "", ""),
    ("naive_loop", "naive way: 5th, {some}th of a loop", "", ""),
    ("our_loop", "our way, no HTTP: 5th, {some}th, {last}th", "", ""),
    ("naive_size", "naive way: stored at the {some}th", "", ""),
)


def machine(size: Any, *, quick: bool) -> dict[str, Any]:
    """Return where, when and with what the figures were taken."""
    now = datetime.now(UTC)  # noqa: TID251 - the real time
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return {
        "date": now.isoformat(timespec="minutes"),
        "form": "quick" if quick else "long",
        "cores": os.cpu_count(),
        "processor": _processor(),
        "load at the start": load,
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in _SHOWN},
        "names": {
            "some": f"{size.loop[0]:,}",
            "last": f"{size.loop[1]:,}",
            "waiting": f"{size.waiting[0]:,}",
            "many": f"{size.waiting[1]:,}",
            "due": f"{size.due:,}",
            "timers": f"{size.timers:,}",
        },
    }


def table(found: Mapping[str, Any]) -> str:
    """Return the figures as a table in Markdown."""
    names = found["machine"]["names"]
    kinds = [each for each in ("SQLite", "PostgreSQL") if each in found]
    lines = [
        _line("", "nearest peer", "aim", *kinds),
        _line(*["---"] * (3 + len(kinds))),
    ]
    for key, title, peer, aim in ROWS:
        values = [str(found[kind].get(key, "–")) for kind in kinds]
        lines.append(_line(title.format(**names), peer, aim, *values))
    return "\n".join(lines)


def page(found: Mapping[str, Any], command: str) -> str:
    """Return the page of results."""
    facts = {k: v for k, v in found["machine"].items() if k != "names"}
    kinds = [each for each in ("SQLite", "PostgreSQL") if each in found]
    facts |= {"databases": ", ".join(found[kind]["version"] for kind in kinds)}
    return "\n".join(
        [
            "# Results",
            "",
            f"Written by `{command}`; [README.md](README.md) says what the rows are.",
            "Milliseconds are CPU of the server + CPU of the database, unless said",
            "otherwise. They are what was measured, whether it reaches the aim or not;",
            "other work on the machine makes them larger, never smaller.",
            "",
            *(f"- {name}: {value}" for name, value in facts.items()),
            "",
            table(found),
            "",
        ]
    )


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
