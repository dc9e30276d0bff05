"""What a look for due work costs, with ten timers and with very many."""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select

from api.platform import Platform, open_platform
from benchmarks.databases import Place
from benchmarks.measuring import part_of
from engine.settings import Settings
from engine.worker import agenda

_AT_A_TIME = 10


@dataclass(frozen=True, slots=True)
class Polls:
    """Milliseconds of one look, as 95 of 100 are, with few and with many timers."""

    few_ms: float
    many_ms: float

    @property
    def ratio(self) -> float:
        """How much longer it takes with many."""
        return self.many_ms / self.few_ms


def compare(few: Place, many: Place, folder: Path, count: int) -> Polls:
    """Look in both databases in turn, so that whatever disturbs meets both."""
    took: tuple[list[float], list[float]] = ([], [])
    both = [opened(place, folder) for place in (few, many)]
    with closing(both[0].database), closing(both[1].database):
        for _ in range(3 + count // _AT_A_TIME):
            for platform, times in zip(both, took, strict=True):
                times.extend(_looks(platform))
    warm = 3 * _AT_A_TIME
    return Polls(*(1000 * part_of(times[warm:], 95) for times in took))


def _looks(platform: Platform) -> Sequence[float]:
    """Return the seconds of some looks, each as the worker's: one SELECT."""
    known = agenda.sources(platform.database)
    asked = (each.earliest(platform.database).scalar_subquery() for each in known)
    look = select(*asked)
    took = []
    for _ in range(_AT_A_TIME):
        begun = time.perf_counter()
        with platform.database.reading() as session:
            session.connection().execute(look).one()
        took.append(time.perf_counter() - begun)
    return took


def opened(place: Place, folder: Path) -> Platform:
    """Open the product on a database in this process; no worker runs."""
    secret = SecretStr("benchmark" * 4)
    settings = Settings(data=folder, database_url=place.url, session_secret=secret)
    return open_platform(settings, works=False)
