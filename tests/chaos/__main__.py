"""``python -m tests.chaos``: the long form of the chaos test; see README.md."""

import argparse
import json
import random
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from tests.chaos.cluster import cluster, is_possible
from tests.chaos.running import Run, run

DATABASES = ("sqlite", "postgresql")


def main() -> int:
    """Run; return 0 where nothing was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--kills", type=int, default=200, help="on all databases")
    parser.add_argument("--databases", default=",".join(DATABASES))
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311 - no secret
    chosen = parser.parse_args()
    named = chosen.databases.split(",")
    if "postgresql" in named and not is_possible():
        parser.error("no PostgreSQL server on this machine")
    lost = False
    for number, name in enumerate(named):
        share = chosen.kills // len(named) + (chosen.kills % len(named) > number)
        done = _run(name, share, chosen.seed)
        print(json.dumps(_figures(name, chosen.seed, done)), flush=True)  # noqa: T201 - a command
        lost = lost or bool(done.verdict.losses)
    return int(lost)


def _run(name: str, kills: int, seed: int) -> Run:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        postgresql = stack.enter_context(cluster()) if name == "postgresql" else None
        return run(Path(folder), kills, seed, postgresql)


def _figures(name: str, seed: int, done: Run) -> dict[str, object]:
    return {
        "database": name,
        "seed": seed,
        "kills": dict(done.kills),
        "seconds": round(done.seconds),
        "answers": done.answers,
        **asdict(done.verdict),
    }


if __name__ == "__main__":
    sys.exit(main())
