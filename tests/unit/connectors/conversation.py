"""A server that answers as it was told, and keeps what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override


@dataclass
class Conversation:
    """What is said: (status, body[, headers]) in order; the last answer stays."""

    answers: list[tuple[Any, ...]]
    asked: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    def next(self) -> tuple[Any, ...]:
        """Return the next answer."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def talking(*answers: tuple[Any, ...]) -> Iterator[Conversation]:
    """Serve answers on a free port."""
    conversation = Conversation(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            content = self.rfile.read(length)
            conversation.asked.append(
                {
                    "method": self.command,
                    "path": self.path,
                    "headers": dict(self.headers),
                    "body": json.loads(content) if content else None,
                    "content": content,
                }
            )
            status, body, *more = conversation.next()
            answer = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in (more[0] if more else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = _answer  # noqa: N815 - the names that the base class calls

        @override
        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    conversation.url = f"http://127.0.0.1:{server.server_port}/base"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield conversation
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
