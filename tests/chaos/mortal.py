"""Processes that are killed and come again, and a client that does not notice."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import select
from typing_extensions import override

from engine import journal
from engine.cache import Caches
from engine.database import Database
from engine.schema import ProcessInstance
from tests.api.driver import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
_READY = 240


class Mortal:
    """A program as a process of its own, started anew with the same command."""

    def __init__(self, name: str, command: list[str], log: Path, **more: str) -> None:
        self.name = name
        self.kills = 0
        self._log = log
        self._command = [sys.executable, "-m", *command]
        self._environment = {
            **os.environ,  # noqa: TID251 - of the process to be started
            "PYTHONPATH": str(ROOT),
            "FUWU_SAMPLE_PASSWORD": PASSWORD,
            "FUWU_ADMIN_PASSWORD": PASSWORD,
            "FUWU_PASSWORD_MEMORY_KIB": "64",
            "FUWU_PASSWORD_ROUNDS": "1",
            "PYTHONFAULTHANDLER": "1",
            **more,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is ready."""
        self.launch()
        deadline = time.monotonic() + _READY
        while time.monotonic() < deadline:
            if self.is_ready():
                return
            time.sleep(0.02)
        self.kill()
        raise RuntimeError(self._log.read_text(encoding="utf-8")[-2000:])

    def launch(self) -> None:
        """Start it without waiting."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdout=log, stderr=log
            )

    def is_ready(self) -> bool:
        """Tell whether it can be worked with."""
        return True

    @property
    def lives(self) -> bool:
        """Tell whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def tell(self) -> None:
        """Let it write into its log what all its threads are doing, and end."""
        if self._process is not None:
            self._process.send_signal(signal.SIGABRT)
            self._process.wait()

    def kill(self) -> None:
        """Kill it as a power failure would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
            self.kills += 1


class Server(Mortal):
    """``fuwu serve``, always on the same data and port."""

    def __init__(self, folder: Path, database_url: str = "", **more: str) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        place = ["--data", str(folder / "data")]
        if database_url:
            place += ["--database-url", database_url]
        command = ["api.cli", "serve", *place, "--sample", "--test-clock"]
        command += ["--port", str(self.port)]
        super().__init__("server", command, folder / "server.log", **more)

    @override
    def is_ready(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/v2/status").status_code == 204
        except httpx2.TransportError:
            return False


class Undaunted:
    """An HTTP client whose server dies after every answer and comes again."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.mortal = True
        self.calls = 0

    def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Send one request; the server is killed and started anew afterwards."""
        with httpx2.Client(base_url=self._server.url, timeout=60) as http:
            answer = http.request(method, path, **options)
        if self.mortal:
            self.calls += 1
            self._server.kill()
            self._server.start()
        return answer


def chains_are_intact(database_url: str) -> bool:
    """Tell whether the journal of every instance is whole."""
    opened = Database(database_url)
    opened.info["caches"] = Caches()
    try:
        with opened.reading() as session:
            keys = session.scalars(select(ProcessInstance.key)).all()
            return all(journal.verify(session, key).intact for key in keys)
    finally:
        opened.close()
