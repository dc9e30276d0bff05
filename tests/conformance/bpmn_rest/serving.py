"""An application served on a port of its own, as the runner needs it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx2
import uvicorn

from api.app import create_app
from api.platform import open_platform, prepare
from tests.api.serving import settings_for


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a fresh installation in real time; yields its address."""
    platform = open_platform(settings_for(folder, test_clock=False, sample=False))
    prepare(platform)
    port = _free_port()
    config = uvicorn.Config(create_app(platform), port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    url = f"http://127.0.0.1:{port}"
    _await(url)
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join()


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(url: str) -> None:
    for _ in range(200):
        try:
            if httpx2.get(f"{url}/v2/status").status_code == 204:
                return
        except httpx2.ConnectError:
            time.sleep(0.05)
    raise RuntimeError("The server did not come up")
