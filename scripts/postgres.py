"""A PostgreSQL server of our own: made for a test run, gone afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REMEDY = "no PostgreSQL server on this machine; on Debian: apt-get install postgresql"


def programs() -> Path | None:
    """Return the folder with ``initdb`` and ``pg_ctl``; Debian hides it from PATH."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return installed[-1].parent if installed else None


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """Run a fresh server on a free port of 127.0.0.1; yield its database URL.

    Durability is switched off: nothing in it outlives the run.
    """
    folder = Path(tempfile.mkdtemp(prefix="fuwu-postgresql-"))
    owner = _owner()
    if owner:
        shutil.chown(folder, owner, owner)
    data, port = folder / "data", _free_port()
    options = f"-h 127.0.0.1 -p {port} -k {folder} -F -c synchronous_commit=off"
    control = [str(programs / "pg_ctl"), "--pgdata", str(data)]
    superuser = [
        "--username=fuwu",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]
    try:
        _as(owner, [str(programs / "initdb"), "--pgdata", str(data), *superuser])
        log = ["--log", str(folder / "log"), "--options", options]
        _as(owner, [*control, *log, "--wait", "start"])
        try:
            yield f"postgresql://fuwu@127.0.0.1:{port}/postgres"
        finally:
            _as(owner, [*control, "--mode=immediate", "stop"])
    finally:
        shutil.rmtree(folder)


def _owner() -> str | None:
    # The server refuses to run as root; Debian's package brings this account.
    return None if os.geteuid() else "postgres"


def _as(owner: str | None, command: list[str]) -> None:
    subprocess.run(
        command,
        user=owner,
        group=owner,
        extra_groups=[] if owner else None,
        cwd="/",
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
