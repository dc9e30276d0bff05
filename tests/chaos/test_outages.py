"""A disk that is full, a database that goes and comes: reported, and nothing lost."""

import os
import shutil
import subprocess

import httpx2
import pytest

from api.platform import open_platform
from tests.api.driver import Company
from tests.api.models import begin, noting
from tests.api.serving import House, prepare_bare, settings_for
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
