"""The test suites: which tests run where, and which of them were skipped."""

import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter

import environment
import postgres

RESULTS = environment.ROOT / "build" / "tests"
PROOFS = environment.ROOT / ".test-cache" / "rules.json"
PAGES = ["tests/pages"]
# Of the processes those tests that lean on the database: whole cases, what is counted,
# what runs by the clock, other systems. Rules are the same wherever their rows lie.
WITH_DATABASE = [
    "tests/processes/test_*_scenarios.py",
    "tests/processes/test_*reports.py",
    "tests/processes/test_calendar.py",
    "tests/processes/test_clocks.py",
    "tests/processes/test_connected_systems.py",
    "tests/processes/test_issue_tracking.py",
    "tests/processes/test_new_versions.py",
    "tests/processes/test_reminders.py",
    "tests/processes/test_reopening.py",
    "tests/processes/test_signatures.py",
    "tests/processes/test_standards.py",
    "tests/processes/test_told_outside.py",
    "tests/chaos/test_kill_during_migration.py",
    "tests/chaos/test_many_processes.py",
    "tests/consistency",
    "tests/api",
    "tests/company",
    "tests/test_migrations.py",
    "tests/engine",
]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class LeftOutError(Exception):
    """This machine lacks what a check needs; the message says what."""


def on_sqlite() -> bool:
    """Run every test but those of the pages, on the embedded database."""
    PROOFS.unlink(missing_ok=True)  # of tests that may be gone
    return _pytest("sqlite", ["tests", *(f"--ignore={path}" for path in PAGES)])


def on_postgresql() -> bool:
    """Run the tests that use a database again, on the production database."""
    given = os.environ.get("FUWU_TEST_DATABASE_URL")
    if given:
        return _pytest("postgresql", _existing(WITH_DATABASE), given)
    programs = postgres.programs()
    if programs is None:
        raise LeftOutError(postgres.REMEDY)
    with postgres.server(programs) as url:
        return _pytest("postgresql", _existing(WITH_DATABASE), url)


def in_browser() -> bool:
    """Run the tests of the pages in a headless browser."""
    if not any(map(shutil.which, BROWSERS)):
        raise LeftOutError(
            "no browser; on Debian: apt-get install chromium libatomic1 fonts-noto-cjk"
        )
    return _pytest("pages", _existing(PAGES))


def skipped() -> Counter[str]:
    """Return why tests were skipped that no suite ran, and how many each time."""
    ran: set[str] = set()
    reasons: dict[str, str] = {}
    for file in RESULTS.glob("*.xml"):
        for case in ET.parse(file).iter("testcase"):
            name = f"{case.get('classname')}.{case.get('name')}"
            reason = case.find("skipped")
            if reason is None:
                ran.add(name)
            else:
                reasons[name] = reason.get("message", "no reason given")
    return Counter(why for name, why in reasons.items() if name not in ran)


def forget() -> None:
    """Drop results and coverage of earlier runs, which would be counted in."""
    shutil.rmtree(RESULTS, ignore_errors=True)
    for file in environment.ROOT.glob(".coverage*"):
        file.unlink()


def _existing(paths: list[str]) -> list[str]:
    root = environment.ROOT
    existing = [
        str(found.relative_to(root))
        for path in paths
        for found in sorted(root.glob(path))
    ]
    if not existing:
        raise LeftOutError(f"no tests in {', '.join(paths)}")
    return existing


def _pytest(suite: str, arguments: list[str], database_url: str = "") -> bool:
    # Each suite covers a part only, so the limit is for all of them together.
    options = ["--cov", "--cov-report=", "--cov-fail-under=0", "--quiet"]
    options += [f"--junitxml={RESULTS / suite}.xml", "--continue-on-collection-errors"]
    # Files stay whole, because their tests share what one of them has set up; the
    # small ones come last, so that all cores have something to do to the end.
    options += ["--numprocesses=auto", "--dist=loadfile", "--no-loadscope-reorder"]
    variables = {"COVERAGE_FILE": str(environment.ROOT / f".coverage.{suite}")}
    if database_url:
        variables["FUWU_TEST_DATABASE_URL"] = database_url
    return _run(["pytest", *options, *arguments], variables)


def _run(command: list[str], variables: dict[str, str]) -> bool:
    program = [environment.program(command[0]), *command[1:]]
    return environment.succeeds(program, {**os.environ, **variables})


def coverage() -> bool:
    """Judge the coverage of all suites together."""
    parts = sorted(environment.ROOT.glob(".coverage.*"))
    if not parts:
        raise LeftOutError("no test suite ran")
    combined = _run(["coverage", "combine", "--quiet", *map(str, parts)], {})
    return combined and _run(["coverage", "report"], {})


def trace() -> bool:
    """Find the rules of the procedure that lack an element, or a test that passed."""
    if not PROOFS.is_file():
        raise LeftOutError("no test that proves a rule ran")
    fuwu = environment.program("fuwu")
    finished = subprocess.run(
        [fuwu, "trace", "--proven"],
        cwd=environment.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        print(finished.stdout, finished.stderr)
    return finished.returncode == 0
