"""``fuwu serve`` that counts its statements: for measurements, never for use.

    python -m benchmarks.server COUNTERS serve …

Whoever connects to the socket COUNTERS gets the counters as JSON. Only what requests
do is counted: the worker looks at the database once a second by itself.
"""

import json
import socketserver
import sys
import threading
from collections import Counter
from typing import Any

from sqlalchemy import Engine, event
from typing_extensions import override

from api.cli import main

_COUNTS: Counter[str] = Counter()
_OWN_THREADS = "fuwu-"
_NO_WORK = ("BEGIN", "SAVEPOINT", "RELEASE")


def count() -> None:
    """Count what every engine of this process does from now on."""
    event.listen(Engine, "before_cursor_execute", _statement)
    event.listen(Engine, "commit", _commit)


def _statement(_: Any, __: Any, statement: str, *___: Any) -> None:
    if _is_request() and not statement.startswith(_NO_WORK):
        _COUNTS["statements"] += 1


def _commit(_: Any) -> None:
    # A reading transaction is rolled back, so that each of these wrote something.
    if _is_request():
        _COUNTS["commits"] += 1


def _is_request() -> bool:
    return not threading.current_thread().name.startswith(_OWN_THREADS)


class _Asked(socketserver.BaseRequestHandler):
    @override
    def handle(self) -> None:
        self.request.sendall(json.dumps(_COUNTS).encode())


def answer_on(path: str) -> None:
    """Tell the counters to whoever connects."""
    server = socketserver.UnixStreamServer(path, _Asked)
    threading.Thread(target=server.serve_forever, daemon=True).start()


if __name__ == "__main__":
    answer_on(sys.argv[1])
    count()
    sys.exit(main(sys.argv[2:]))
