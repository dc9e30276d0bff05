"""Another system, as a real HTTP server that counts what is done to it.

It cannot be undone and does everything again that it is asked for, unless the request
carries an ``Idempotency-Key`` that it knows: as the systems that we call do.
"""

import json
import threading
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from typing_extensions import override

_ANSWER_SECONDS = 0.05


@dataclass
class Effects:
    """What was asked for: the keys and how often each came, by what it is about."""

    keys: defaultdict[str, defaultdict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    without_key: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, about: str, key: str) -> None:
        """Count a request."""
        with self.lock:
            if key:
                self.keys[about][key] += 1
            else:
                self.without_key += 1

    @property
    def done(self) -> int:
        """How many things were done: one for each key."""
        return sum(len(keys) for keys in self.keys.values())

    @property
    def repetitions(self) -> int:
        """How many requests were recognised as repetitions by their key."""
        return sum(n - 1 for keys in self.keys.values() for n in keys.values())


class OtherSystem:
    """The server; ``effects`` is what has happened to it."""

    def __init__(self) -> None:
        self.effects = Effects()
        effects = self.effects

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body: dict[str, Any] = json.loads(self.rfile.read(length) or b"{}")
                kind, line = body["kind"], body["line"]
                key = self.headers.get("Idempotency-Key", "")
                effects.note(f"{kind} {line['number']}", key)
                # Done already; whoever asked may die before he hears of it.
                time.sleep(_ANSWER_SECONDS)
                with suppress(ConnectionError):
                    self.send_response(200)
                    self.send_header("Content-Length", "2")
                    self.end_headers()
                    self.wfile.write(b"{}")

            @override
            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
