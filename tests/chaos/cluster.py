"""A PostgreSQL server that can be killed like a machine that loses its power."""

import contextlib
import importlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
_PATIENCE = 240


class Cluster:
    """One server on files of its own; what was committed survives a kill.

    Nothing is forced to the disk: the files are those of a process that dies, not of
    a machine. A commit waits until its log record is written all the same.
    """

    name = "postgresql"

    def __init__(self, folder: Path, scripts: Any, programs: Path) -> None:
        self.port: int = scripts._free_port()
        self.url = f"postgresql://fuwu@127.0.0.1:{self.port}/postgres"
        self.kills = 0
        self._folder, self._data = folder, folder / "data"
        owner = scripts._owner()
        if owner:
            shutil.chown(folder, owner, owner)
        self._as_owner: dict[str, Any] = {
            "user": owner,
            "group": owner,
            "extra_groups": [] if owner else None,
            "cwd": "/",
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._programs = programs
        self._run(
            "initdb",
            "--username=fuwu",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        )

    def start(self) -> None:
        """Start it, and wait until it has recovered from the last kill."""
        places = ["-D", str(self._data), "-k", str(self._folder)]
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-F"]
        # Our own child, so that a dead one does not linger as a zombie and count as
        # the one that holds the files.
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), *places, *address],
                **self._as_owner,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _PATIENCE
        while not self._is_ready():
            if time.monotonic() > deadline:
                raise RuntimeError((self._folder / "log").read_text()[-2000:])
            if self._process.poll() is not None:
                time.sleep(0.2)  # its predecessor is not quite gone
                self.start()
                return
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill all its processes at once."""
        if self._process is None:
            return
        for process in (self._process.pid, *_children(self._process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._process.wait()
        self._process = None
        self.kills += 1

    def stop(self) -> None:
        """Stop it for good."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()

    @property
    def lives(self) -> bool:
        """Tell whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def _is_ready(self) -> bool:
        asked = [str(self._programs / "pg_isready"), "-q", "-d", self.url]
        return subprocess.run(asked, check=False).returncode == 0

    def drop_connections(self) -> None:
        """End every connection, as a network that breaks would."""
        command = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        psql = [str(self._programs / "psql"), self.url, "--quiet", "--command", command]
        subprocess.run(psql, check=True, stdout=subprocess.DEVNULL)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), "--pgdata", str(self._data), *arguments],
            **self._as_owner,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def is_possible() -> bool:
    """Tell whether this machine has a PostgreSQL server to kill."""
    return _scripts().programs() is not None


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Give a running server of our own."""
    scripts = _scripts()
    folder = Path(tempfile.mkdtemp(prefix="fuwu-chaos-"))
    made = Cluster(folder, scripts, scripts.programs())
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


def _scripts() -> Any:
    if str(SCRIPTS) not in sys.path:
        sys.path.append(str(SCRIPTS))
    return importlib.import_module("postgres")


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = status.read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent:
                found.append(int(status.parent.name))
    return found
