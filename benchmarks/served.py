"""A served product in a process of its own, as an operator would start it."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from benchmarks import processes
from benchmarks.databases import Place

PASSWORD = "benchmark-password"  # noqa: S105 - of invented people
_FUWU = Path(sys.executable).with_name("fuwu")
_PATIENCE_SECONDS = 300.0
_POLL_SECONDS = 0.01
_NO_CONTENT = 204
_NO_BYTE_CODE = "PYTHONDONTWRITEBYTECODE"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Served:
    """``fuwu serve`` on a database; ``counting`` runs it inside `benchmarks.server`."""

    folder: Path
    place: Place
    variables: Mapping[str, str]
    counting: bool = False
    port: int = field(default_factory=_free_port)
    started_in: float = 0.0

    def __post_init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Served":
        """Start it and wait until it is ready."""
        begun = time.perf_counter()
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                self._command(),
                env=self._environment(),
                stdout=log,
                stderr=log,
            )
        while not self._is_ready():
            if self._process.poll() is not None or (
                time.perf_counter() - begun > _PATIENCE_SECONDS
            ):
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(_POLL_SECONDS)
        self.started_in = time.perf_counter() - begun
        return self

    def stop(self) -> None:
        """Stop it as an operator would."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_PATIENCE_SECONDS)
            self._process = None

    @property
    def pid(self) -> int:
        """The process that serves."""
        assert self._process is not None
        return self._process.pid

    def cpu_seconds(self) -> tuple[float, float]:
        """Return what the server and the database's processes have used so far."""
        server = processes.cpu_seconds([self.pid])
        return server, processes.cpu_seconds(self.place.backends())

    def counted(self) -> Mapping[str, int]:
        """Return how many statements and commits there were; needs ``counting``."""
        with socket.socket(socket.AF_UNIX) as asked:
            asked.connect(str(self._counters))
            found: dict[str, int] = json.loads(asked.makefile("rb").read())
        return found

    @property
    def _counters(self) -> Path:
        return self.folder / "counters"

    def _command(self) -> list[str]:
        serve = ["serve", "--sample", "--port", str(self.port)]
        serve += ["--data", str(self.folder), "--database-url", self.place.url]
        if not self.counting:
            return [str(_FUWU), *serve]
        self._counters.unlink(missing_ok=True)
        return [sys.executable, "-m", "benchmarks.server", str(self._counters), *serve]

    def _environment(self) -> dict[str, str]:
        # An installed program has its byte code, whatever this machine prefers.
        kept = {k: v for k, v in self.variables.items() if k != _NO_BYTE_CODE}
        return {
            **kept,
            "FUWU_SAMPLE_PASSWORD": PASSWORD,
            "FUWU_ADMIN_PASSWORD": PASSWORD,
        }

    def _is_ready(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/v2/status")
            return connection.getresponse().status == _NO_CONTENT
        except OSError:
            return False
        finally:
            connection.close()
