"""Several servers and workers on one PostgreSQL: no job lost, none done twice."""

import os
import subprocess
import sys
import time
from collections import Counter

import httpx2
import pytest

from tests.api.driver import PASSWORD, Company
from tests.api.models import begin, deploy
from tests.builders import catch, diagram, end, line, service, start, timer
from tests.chaos.mortal import ROOT, Server
from tests.unit.connectors.conversation import talking

CASES = 40
PASSING = diagram(
    "passing",
    line(
        start(),
        catch("CE_soon", timer("Duration", "PT1S")),
        service("ST_one", "pm.record", project_no='"P"', kind='"one"', line="{n: n}"),
        service("ST_two", "pm.record", project_no='"P"', kind='"two"', line="{n: n}"),
        end(),
    ),
)
"""A timer, then two lines that another system is told."""


@pytest.fixture
def other_system(monkeypatch):
    """The other system, which keeps what it was told."""
    with talking((200, {})) as said:
        monkeypatch.setenv("FUWU_PM__URL", said.url)
        yield said


def worker(folder, database_url):
    """Start ``fuwu worker`` beside the servers."""
    place = ["--data", str(folder / "data"), "--database-url", database_url]
    with (folder / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "api.cli", "worker", *place],
            env={**os.environ, "PYTHONPATH": str(ROOT)},  # noqa: TID251 - a process
            stdout=log,
            stderr=log,
        )


@pytest.fixture
def companies(tmp_path, database_url, other_system):
    """Two servers and two workers; callers speak to either server."""
    if not database_url.startswith("postgresql"):
        pytest.skip("several processes need PostgreSQL")
    del other_system
    servers = [Server(tmp_path, database_url) for _ in range(2)]
    for server in servers:
        server.start()
    workers = [worker(tmp_path, database_url) for _ in range(2)]
    clients = [httpx2.Client(base_url=server.url, timeout=60) for server in servers]
    yield [Company(client) for client in clients]
    for client in clients:
        client.close()
    for process in workers:
        process.terminate()
        process.wait()
    for server in servers:
        server.kill()


def done(company):
    """Count the finished cases."""
    found = company.admin.search(
        "process-instances", processDefinitionId="passing", state="COMPLETED"
    )
    return len(found)


def test_no_job_is_lost_and_none_is_done_twice(companies, other_system):
    assert companies[0].admin.password == PASSWORD
    deploy(companies[0].admin, PASSING)

    for n in range(CASES):
        begin(companies[n % 2].admin, "passing", n=n)
    deadline = time.monotonic() + 120
    while done(companies[1]) < CASES and time.monotonic() < deadline:
        time.sleep(0.5)

    assert done(companies[0]) == CASES
    told = Counter(
        (each["body"]["kind"], each["body"]["line"]["n"]) for each in other_system.asked
    )
    assert set(told) == {(kind, n) for kind in ("one", "two") for n in range(CASES)}
    assert set(told.values()) == {1}
    assert companies[0].admin.search("incidents") == []
