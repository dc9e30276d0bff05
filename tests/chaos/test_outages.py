"""A disk that is full, a database that goes and comes: reported, and nothing lost."""

import os
import shutil
import subprocess
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest
from typing_extensions import override

from api.platform import open_platform
from engine.operations import RemoteResult
from engine.settings import RemoteSettings
from tests.api.driver import Company
from tests.api.models import begin, deploy, noting
from tests.api.serving import House, prepare_bare, served, settings_for
from tests.builders import diagram, end, line, service, start
from tests.chaos.cluster import Cluster, cluster, is_possible
from tests.chaos.mortal import Server, chains_are_intact

GOOD = {"variables": {"text": "gut", "approved": True}}
_MIB = 1024 * 1024


@pytest.fixture
def small_disk(tmp_path, template):
    """An installation on a file system of its own that has little room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, check=False).returncode:
        pytest.skip("only root mounts a small disk")
    try:
        with template.copied(folder / "data") as url:
            if url:
                pytest.skip("the database is elsewhere")
            yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk) -> None:
    """Write until there is no room left."""
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        for size in (_MIB, 4096, 1):
            try:
                while True:
                    ballast.write(b"x" * size)
            except OSError:
                assert shutil.disk_usage(disk).free < size


def test_a_full_disk_is_reported_and_work_goes_on_when_there_is_room(small_disk):
    server = Server(small_disk)
    server.start()
    try:
        with httpx2.Client(base_url=server.url, timeout=60) as http:
            company = Company(http)
            key = noting(company)
            path = f"/v2/user-tasks/{key}/completion"
            fill(small_disk)

            refused = [company.wang.call("POST", path, json=GOOD)]
            paper = {"file": ("big.pdf", b"%PDF-1.4" + b"x" * _MIB, "application/pdf")}
            refused.append(company.wang.call("POST", "/v2/documents", files=paper))
            read = company.wang.call("POST", "/v2/user-tasks/search", json={})
            (small_disk / "ballast").unlink()
            done = company.wang.call("POST", path, json=GOOD)
            uploaded = company.wang.upload("paper.pdf")

        assert [(a.status_code, a.json()["code"]) for a in refused] == [
            (503, "disk-full"),
            (503, "document-store-full"),
        ]
        assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
        assert (read.status_code, done.status_code) == (200, 204)
        assert read.json()["items"][0]["userTaskKey"] == key
        assert uploaded["documentId"]
    finally:
        server.kill()
    assert chains_are_intact(f"sqlite:///{small_disk}/data/fuwu.db")


@pytest.fixture
def postgresql():
    if not is_possible():
        pytest.skip("no PostgreSQL server on this machine")
    with cluster() as started:
        yield started


@pytest.fixture
def house(postgresql, tmp_path):
    """A server in this process on a PostgreSQL server that can be killed."""
    settings = settings_for(tmp_path, postgresql.url)
    platform = open_platform(settings, works=False)
    prepare_bare(platform)
    platform.stop()
    opened = House(settings)
    opened.open()
    yield opened
    opened.close()


def is_away(answer) -> bool:
    code = answer.json()["code"]
    return (answer.status_code, code) == (503, "database-unavailable")


def test_a_server_goes_on_when_its_database_server_comes_again(
    company: Company, postgresql: Cluster
):
    path = f"/v2/user-tasks/{noting(company)}/completion"

    postgresql.kill()
    away = company.wang.call("POST", path, json=GOOD)
    unread = company.wang.call("POST", "/v2/user-tasks/search", json={})
    postgresql.start()
    answers = [company.wang.call("POST", path, json=GOOD) for _ in range(2)]

    assert is_away(away)
    assert is_away(unread)
    assert [answer.status_code for answer in answers] == [204, 409]


def test_connections_that_break_are_made_anew(company: Company, postgresql: Cluster):
    path = f"/v2/user-tasks/{noting(company)}/completion"

    postgresql.drop_connections()
    answers = [company.wang.call("POST", path, json=GOOD) for _ in range(2)]

    assert min(answer.status_code for answer in answers) == 204
    assert all(
        answer.status_code in {204, 409} or is_away(answer) for answer in answers
    )
    assert begin(company.admin, "noting")


class SlowSystem:
    """A system that takes a minute for every answer, until it is told to hurry."""

    def __init__(self) -> None:
        self.hurry = threading.Event()
        hurry = self.hurry

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                hurry.wait(60)
                with suppress(ConnectionError):
                    self.send_response(204)
                    self.end_headers()

            @override
            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Let everybody go."""
        self.hurry.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def slow_system():
    system = SlowSystem()
    yield system
    system.stop()


def all_done(company: Company, process_id: str) -> bool:
    """Wait until no case of a process is open."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        open_ones = company.admin.search(
            "process-instances", processDefinitionId=process_id, state="ACTIVE"
        )
        if not open_ones:
            return True
        time.sleep(0.2)
    return False


def test_a_system_that_takes_a_minute_holds_up_nobody_else(
    slow_system, bare_template, tmp_path
):
    pm = RemoteSettings(url=slow_system.url, timeout_seconds=2)
    options = {"pm": pm, "answer_wait_seconds": 0}
    line_of = {"project_no": '"x"', "kind": '"record"', "line": "{}"}
    slow = diagram(
        "slow", line(start(), service("ST_slow", "pm.record", **line_of), end())
    )
    quick = diagram("quick", line(start(), service("ST_quick", "test.quick"), end()))
    with served(bare_template, tmp_path, **options) as house:
        known = house.platform.database.info["operations"]
        known.register("test.quick", lambda *_: RemoteResult(), remote=True)
        company = Company(house.client)
        deploy(company.admin, slow, quick)
        for _ in range(6):
            begin(company.admin, "slow")

        begin(company.admin, "quick")
        path = f"/v2/user-tasks/{noting(company)}/completion"
        done = company.wang.call("POST", path, json=GOOD)
        others = all_done(company, "quick")
        waiting = company.admin.search(
            "process-instances", processDefinitionId="slow", state="ACTIVE"
        )
        slow_system.hurry.set()

        assert done.status_code == 204
        assert others
        assert len(waiting) == 6
        assert all_done(company, "slow")
        assert company.admin.search("incidents") == []
