"""A server whose disk is really full: a file system of a few megabytes."""

import os
import shlex
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.api.driver import PASSWORD, Company, RefusedError, pdf

ROOT = Path(__file__).resolve().parents[2]


def _free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def mounted(place, size, command):
    """Return a command that runs where ``place`` is a file system of that size.

    It is mounted for that command alone and goes with it.
    """
    who = ["--mount"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--mount"]
    mount = f"mount -t tmpfs -o size={size} tmpfs {shlex.quote(str(place))}"
    return ["unshare", *who, "sh", "-c", f"{mount} && exec {shlex.join(command)}"]


@pytest.fixture
def place(tmp_path):
    """A folder on which such a file system can be mounted."""
    try:
        tried = subprocess.run(
            mounted(tmp_path, "1m", ["true"]), check=False, capture_output=True
        )
    except FileNotFoundError:
        pytest.skip("this machine has no unshare (Debian package: util-linux)")
    if tried.returncode:
        pytest.skip("this machine lets nobody mount a file system of his own")
    return tmp_path


def serve(place, size, port):
    command = [sys.executable, "-m", "api.cli", "serve", "--sample", "--data",
               str(place), "--port", str(port)]  # fmt: skip
    inherited = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251 - for the server
        if not name.startswith("FUWU_")
    }
    environment = {
        **inherited, "PYTHONPATH": str(ROOT), "FUWU_SAMPLE_PASSWORD": PASSWORD,
        "FUWU_PASSWORD_MEMORY_KIB": "1024", "FUWU_PASSWORD_ROUNDS": "1",
    }  # fmt: skip
    return subprocess.Popen(
        mounted(place, size, command), env=environment, stderr=subprocess.PIPE
    )


@contextmanager
def filled(folder):
    """Leave no byte free in a folder's file system for a while."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    try:
        yield
    finally:
        filler.unlink()


@pytest.fixture
def served(place):
    """A company on a disk of 24 MB, and the disk as the server sees it."""
    port = _free_port()
    server = serve(place, "24m", port)
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
        for _ in range(300):
            assert server.poll() is None
            try:
                if http.get("/v2/status").status_code == 204:
                    break
            except httpx2.ConnectError:
                time.sleep(0.1)
        yield Company(http), Path(f"/proc/{server.pid}/root{place}")
    server.terminate()
    server.communicate(timeout=30)


def problem(answer):
    return answer.status_code, answer.json()["code"], "retry-after" in answer.headers


def refusal_of_a_project(company):
    """Open projects until one is refused: a small change may fit into the last page."""
    try:
        for _ in range(50):
            company.open_project("C-002")
    except RefusedError as error:
        return error
    return pytest.fail("There is room for fifty projects")


def test_a_full_disk_loses_nothing(served):
    company, disk = served
    case = company.open_project("C-001")
    key = company.zhao.task("UT_register_contract")["userTaskKey"]
    timeline = f"/v2/projects/{case.project_no}/timeline"
    before = company.hou.ask("GET", timeline)["items"]
    draft = {"variables": {"promise_note": "长" * 200_000}}
    paper = {"file": ("a.pdf", pdf("a") + b"%" * 100_000, "application/pdf")}

    with filled(disk):
        upload = company.zhao.call("POST", "/v2/documents", files=paper)
        saved = company.zhao.call("PUT", f"/v2/user-tasks/{key}/draft", json=draft)
        opened = refusal_of_a_project(company)
        read = company.hou.ask("GET", timeline)["items"]

    assert problem(upload) == (503, "document-store-full", True)
    assert problem(saved) == (503, "disk-full", True)
    assert (opened.status, opened.body["code"]) == (503, "disk-full")
    assert read == before
    assert not [each for each in (disk / "documents").rglob("*") if each.is_file()]
    case.register_contract()
    assert case.holds(company.zhao, "UT_register_contract") == 0


def test_a_server_does_not_start_on_a_full_disk(place):
    server = serve(place, "300k", _free_port())

    _, told = server.communicate(timeout=60)

    assert server.returncode == 1
    assert told.decode().startswith("database-unavailable: ")
    assert "disk is full" in told.decode()
    assert "磁盘未满" in told.decode()
