"""A run: work goes on while one process after the other is killed, at random."""

import random
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.api.driver import RefusedError
from tests.chaos.cluster import Cluster
from tests.chaos.crew import Crew
from tests.chaos.effects import OtherSystem
from tests.chaos.judging import Verdict, judge
from tests.chaos.mortal import Mortal, Server

_SHORTEST, _LONGEST = 0.05, 1.2
_LULL = 10
_PATIENCE = 300


@dataclass(frozen=True)
class Run:
    """What came of it."""

    kills: Counter[str]
    verdict: Verdict
    seconds: float
    answers: dict[int, int]


def run(folder: Path, kills: int, seed: int, postgresql: Cluster | None = None) -> Run:
    """Kill ``kills`` times; on SQLite, or on a PostgreSQL server that dies as well."""
    chance, began = random.Random(seed), time.monotonic()  # noqa: S311 - no secret
    url = postgresql.url if postgresql else ""
    with ExitStack() as stack:
        other = stack.enter_context(OtherSystem())
        server = Server(folder, url, FUWU_PM__URL=other.url)
        stack.callback(server.kill)
        server.start()
        crew = Crew(server.url)
        token = crew.prepare()
        robot = _robot(folder, server, token, other)
        victims: list[Mortal | Cluster] = [server, robot]
        if postgresql:
            worker = _worker(folder, url, other)
            victims += [worker, postgresql]
        for each in victims[1:]:
            if isinstance(each, Mortal):
                stack.callback(each.kill)
                each.start()
        crew.start()
        stack.callback(crew.stop)
        fallen = _kill(victims, kills, chance, crew)
        crew.begin_no_more()
        if not _is_all_done(crew, victims):
            for each in victims:
                if isinstance(each, Mortal):
                    each.tell()
        crew.stop()
        if crew.broken:
            raise crew.broken[0]
        stored = url or f"sqlite:///{folder}/data/fuwu.db"
        verdict = judge(stored, crew, other.effects)
    return Run(fallen, verdict, time.monotonic() - began, crew.answers)


def _kill(
    victims: list[Mortal | Cluster], kills: int, chance: random.Random, crew: Crew
) -> Counter[str]:
    fallen: Counter[str] = Counter()
    while fallen.total() < kills:
        _let_something_happen(crew)
        time.sleep(chance.uniform(_SHORTEST, _LONGEST))
        _supervise(victims)
        at_once = min(chance.choice([1, 1, 2, 2, 3]), len(victims))
        wanted = min(at_once, kills - fallen.total())
        dying = chance.sample(victims, wanted)
        for victim in dying:
            victim.kill()
            fallen[victim.name] += 1
        # A database first: nothing else starts without one.
        for victim in sorted(dying, key=lambda each: isinstance(each, Mortal)):
            victim.start()
    return fallen


def _let_something_happen(crew: Crew) -> None:
    """Wait until work goes on again, however busy the machine is."""
    before, deadline = crew.heard, time.monotonic() + _LULL
    while crew.heard == before and time.monotonic() < deadline:
        time.sleep(0.02)


def _is_all_done(crew: Crew, victims: list[Mortal | Cluster]) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and not crew.broken:
        _supervise(victims)
        with suppress(httpx2.TransportError, RefusedError):
            if not crew.open_cases():
                return True
        time.sleep(0.5)
    return False


def _supervise(victims: list[Mortal | Cluster]) -> None:
    """Start again what has ended by itself, as service managers do.

    A program that is started while its database dies does that.
    """
    for victim in victims:
        if not victim.lives:
            victim.start()


def _robot(folder: Path, server: Server, token: str, other: OtherSystem) -> Mortal:
    command = ["tests.chaos.robot", server.url, token, other.url]
    return Mortal("robot", command, folder / "robot.log")


def _worker(folder: Path, url: str, other: OtherSystem) -> Mortal:
    place = ["--data", str(folder / "data"), "--database-url", url]
    command = ["api.cli", "worker", *place]
    log = folder / "worker.log"
    return Mortal("worker", command, log, FUWU_PM__URL=other.url)
