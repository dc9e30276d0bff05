"""Where other people's workers wait for jobs: first come, first served.

A place costs neither a thread nor a connection. It is rung for when a job arrives in
this process, and by the worker's loop for jobs of other processes, jobs whose pause
is over, and jobs whose worker has fallen silent.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Generator
from contextlib import contextmanager

from engine.database import Database
from engine.errors import UnavailableError

_MOST = 2000


class LobbyFullError(UnavailableError):
    """More workers wait than the server has places for."""

    code = "lobby-full"

    def __init__(self) -> None:
        super().__init__(
            f"{_MOST} requests wait for jobs already; ask again later, and for several "
            "jobs at once",
            f"已有{_MOST}个请求在等待作业;请稍后再试,并一次领取多个作业",
        )


class Place:
    """One request that waits; its coroutine alone calls the methods."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """Wake the request; may be called from any thread."""
        self._loop.call_soon_threadsafe(self._bell.set)

    @property
    def is_rung(self) -> bool:
        """Tell whether somebody rang since the last look."""
        return self._bell.is_set()

    def look(self) -> None:
        """Note that the request looks for jobs now, whoever rang before."""
        self._bell.clear()

    async def wait(self, seconds: float) -> bool:
        """Wait to be rung for; False when time is over before."""
        try:
            await asyncio.wait_for(self._bell.wait(), seconds)
        except TimeoutError:
            return False
        return True


class Lobby:
    """The places of one process, by the operation that they wait for."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._queues: dict[str, OrderedDict[Place, None]] = {}
        self._taken = 0
        self._closed = False

    @property
    def awaited(self) -> tuple[str, ...]:
        """The operations that somebody waits for."""
        with self._lock:
            return tuple(self._queues)

    @property
    def is_closed(self) -> bool:
        """Tell whether the server stops, so that nobody is to wait."""
        return self._closed

    @contextmanager
    def place(self, operation: str) -> Generator[Place]:
        """Give a place for as long as the block lasts.

        Raises:
            LobbyFullError: There is none left.
        """
        place = Place()
        with self._lock:
            if self._taken >= self._most:
                raise LobbyFullError
            self._taken += 1
        try:
            self.queue(operation, place)
            yield place
        finally:
            self._leave(operation, place)
            if place.is_rung:
                self.ring(operation)  # the next one hears what this one did not

    def queue(self, operation: str, place: Place) -> None:
        """Let a place be rung for (again), behind the others."""
        with self._lock:
            self._queues.setdefault(operation, OrderedDict())[place] = None

    def ring(self, operation: str) -> None:
        """Wake the request that has waited longest for a job of ``operation``."""
        while True:
            with self._lock:
                queue = self._queues.get(operation)
                if not queue:
                    return
                place, _ = queue.popitem(last=False)
                if not queue:
                    del self._queues[operation]
            try:
                place.ring()
            except RuntimeError:  # its loop has ended; somebody else may live
                continue
            return

    def close(self) -> None:
        """Send everybody away; nobody waits any more."""
        self._closed = True
        for operation in self.awaited:
            while operation in self.awaited:
                self.ring(operation)

    def _leave(self, operation: str, place: Place) -> None:
        with self._lock:
            self._taken -= 1
            queue = self._queues.get(operation)
            if queue is not None:
                queue.pop(place, None)
                if not queue:
                    del self._queues[operation]


def lobby_of(database: Database) -> Lobby:
    """Return the lobby of this process, made when it is first asked for."""
    lobby: Lobby | None = database.info.get("lobby")
    return lobby or database.info.setdefault("lobby", Lobby())
