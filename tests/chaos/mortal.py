"""A server that is killed after every call, and a client that does not notice."""

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

from engine import journal
from engine.cache import Caches
from engine.database import Database
from engine.schema import ProcessInstance
from tests.api.driver import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
_READY = 60


class Server:
    """``fuwu serve`` as a process of its own, always on the same data and port."""

    def __init__(self, folder: Path, database_url: str = "") -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "server.log"
        place = ["--data", str(folder / "data")]
        if database_url:
            place += ["--database-url", database_url]
        self._command = [sys.executable, "-m", "api.cli", "serve", *place]
        self._command += ["--sample", "--test-clock", "--port", str(self.port)]
        self._environment = {
            **os.environ,  # noqa: TID251 - of the process to be started
            "PYTHONPATH": str(ROOT),
            "FUWU_SAMPLE_PASSWORD": PASSWORD,
            "FUWU_ADMIN_PASSWORD": PASSWORD,
            "FUWU_PASSWORD_MEMORY_KIB": "64",
            "FUWU_PASSWORD_ROUNDS": "1",
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.kills = 0

    def start(self) -> None:
        """Start it and wait until it is ready."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + _READY
        while time.monotonic() < deadline:
            try:
                if httpx2.get(f"{self.url}/v2/status").status_code == 204:
                    return
            except httpx2.TransportError:
                time.sleep(0.02)
        raise RuntimeError(self._log.read_text(encoding="utf-8")[-2000:])

    def kill(self) -> None:
        """Kill it as a power failure would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
            self.kills += 1


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
