"""A client whose server is stopped and started between two steps, wherever chance says.

What a server keeps in memory alone is gone afterwards, and nobody may notice. Where it
happens is drawn from a seed, which is printed; ``FUWU_TEST_SEED`` repeats it.
"""

import os
import random
import secrets
from typing import TYPE_CHECKING, Any

import httpx2

if TYPE_CHECKING:
    from tests.api.serving import House

_FIRST_WITHIN = 4
_LATER = 0.04
_READING = ("/search", "/v2/clock")


class Interrupting:
    """Passes requests on; once at least within four steps the server restarts before.

    A step is a request that changes something.
    """

    def __init__(self, house: "House") -> None:
        given = os.environ.get("FUWU_TEST_SEED", "")  # noqa: TID251 - no settings
        self.seed = int(given) if given else secrets.randbits(32)
        self._house = house
        self._random = random.Random(self.seed)  # noqa: S311 - no secret
        self._steps = 0
        self._restarts = 0

    def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Send a request, after a restart where chance wants one."""
        if method != "GET" and not path.endswith(_READING):
            self._step(f"{method} {path}")
        return self._house.client.request(method, path, **options)

    @property
    def cookies(self) -> httpx2.Cookies:
        """What the client keeps from answers."""
        return self._house.client.cookies

    def _step(self, name: str) -> None:
        self._steps += 1
        left = max(_FIRST_WITHIN - self._steps + 1, 1)
        chance = _LATER if self._restarts else 1 / left
        if self._random.random() < chance:
            self._restarts += 1

            print(f"restart before step {self._steps}, {name}; seed {self.seed}")  # noqa: T201
            self._house.restart()
