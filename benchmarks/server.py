"""``fuwu serve`` that counts its statements: for measurements, never for use.

    python -m benchmarks.server COUNTERS serve …

Whoever connects to the socket COUNTERS gets the counters as JSON: ``statements`` and
``commits`` are those of requests and of jobs, ``besides`` are the statements of DBOS.
What the worker asks once a second is not counted. There is one more remote operation,
``benchmark.echo``, which does nothing: what it costs is the job.
"""

import json
import socketserver
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, event
from typing_extensions import override

from api.cli import main
from company import operations as company_operations
from engine.operations import Operations, RemoteContext, RemoteResult

_COUNTS: Counter[str] = Counter()
_OWN_LOOPS = ("fuwu-worker", "fuwu-dispatch")
_WORKING = ("AnyIO", "fuwu-job")
_NO_WORK = ("BEGIN", "SAVEPOINT", "RELEASE")


def count() -> None:
    """Count what every engine of this process does from now on."""
    event.listen(Engine, "before_cursor_execute", _statement)
    event.listen(Engine, "commit", _commit)


def offer_echo() -> None:
    """Register the operation that does nothing with all others."""
    register = company_operations.register

    def with_echo(operations: Operations) -> None:
        register(operations)
        operations.register("benchmark.echo", _echo, remote=True, parameters=("value",))

    company_operations.register = with_echo


def _echo(_: RemoteContext, parameters: Mapping[str, Any]) -> RemoteResult:
    return RemoteResult(value=parameters["value"])


def _statement(_: Any, __: Any, statement: str, *___: Any) -> None:
    name = threading.current_thread().name
    if name.startswith(_OWN_LOOPS) or statement.startswith(_NO_WORK):
        return
    _COUNTS["statements" if name.startswith(_WORKING) else "besides"] += 1


def _commit(_: Any) -> None:
    # A reading transaction is rolled back, so that each of these wrote something.
    if threading.current_thread().name.startswith(_WORKING):
        _COUNTS["commits"] += 1


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
    offer_echo()
    sys.exit(main(sys.argv[2:]))
