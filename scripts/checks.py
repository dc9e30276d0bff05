"""Run every check of the project and say what came of each."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import environment
import islands
import node
import rendering
import suites
from suites import LeftOutError

PROCESSES = environment.ROOT / "processes"


def _tool(*command: str) -> Callable[[], bool]:
    return lambda: environment.succeeds([environment.program(command[0]), *command[1:]])


def _types() -> bool:
    scripts = [
        str(path) for path in sorted((environment.ROOT / "scripts").glob("*.py"))
    ]
    searched = {**os.environ, "MYPYPATH": str(environment.ROOT / "scripts")}
    mypy = environment.program("mypy")
    product = environment.succeeds([mypy])
    return (
        environment.succeeds([mypy, "hatch_build.py", *scripts], searched) and product
    )


def _diagrams() -> bool:
    node.install(PROCESSES)
    return environment.succeeds(
        node.npm(PROCESSES, "run", "lint", "--silent"), node.surroundings()
    )


def _islands() -> bool:
    node.install(islands.WEB)
    return environment.succeeds(
        node.npm(islands.WEB, "run", "check", "--silent"), node.surroundings()
    )


CHECKS: dict[str, Callable[[], bool]] = {
    "format": _tool("ruff", "format", "--check"),
    "ruff": _tool("ruff", "check"),
    "mypy": _types,
    "imports": _tool("lint-imports"),
    "diagrams": _diagrams,
    "islands": _islands,
    "sqlite": suites.on_sqlite,
    "postgresql": suites.on_postgresql,
    "pages": suites.in_browser,
    "coverage": suites.coverage,
    "trace": suites.trace,
}


@dataclass(frozen=True)
class Outcome:
    """What came of one check."""

    name: str
    verdict: str
    seconds: float = 0.0
    reason: str = ""


def main(arguments: list[str]) -> int:
    """Run the named checks, or all; return the exit code."""
    if "--list" in arguments:
        print("\n".join(CHECKS))
        return 0
    unknown = set(arguments) - set(CHECKS)
    if unknown:
        sys.exit(
            f"No such check: {', '.join(sorted(unknown))}; --list tells their names"
        )
    environment.end_cleanly()
    environment.prepare(environment.DEVELOPMENT)
    islands.prepare()
    rendering.prepare()
    suites.forget()
    outcomes = [_outcome(name) for name in arguments or CHECKS]
    for reason, count in suites.skipped().items():
        outcomes.append(Outcome(f"{count} tests", "left out", reason=reason))
    _report(outcomes)
    return _exit_code(outcomes)


def _outcome(name: str) -> Outcome:
    environment.say(f"checking {name}")
    began = time.monotonic()
    try:
        verdict, reason = ("passed" if CHECKS[name]() else "FAILED"), ""
    except LeftOutError as error:
        verdict, reason = "left out", str(error)
    return Outcome(name, verdict, time.monotonic() - began, reason)


def _report(outcomes: list[Outcome]) -> None:
    print("\n--- checks ---")
    for done in outcomes:
        note = done.reason or f"{done.seconds:.1f} s"
        print(f"{done.verdict:<9} {done.name:<11} {note}", flush=True)


def _exit_code(outcomes: list[Outcome]) -> int:
    refused = {"FAILED"}
    if os.environ.get("CI") == "true":
        refused.add("left out")
    return int(any(done.verdict in refused for done in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
