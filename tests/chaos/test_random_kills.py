"""Server, workers and database killed at random while work goes on: the short form.

``python -m tests.chaos`` is the long one.
"""

import pytest

from tests.chaos.cluster import cluster, is_possible
from tests.chaos.running import run

KILLS = 6


def test_nothing_is_lost_when_processes_are_killed_at_random(tmp_path, template):
    with template.copied(tmp_path / "data") as url:
        if url:
            pytest.skip("the other test kills a PostgreSQL server of its own")
        done = run(tmp_path, KILLS, seed=1)

    assert done.verdict.losses == {}
    assert done.kills.total() == KILLS
    assert done.verdict.instances > 0


def test_nothing_is_lost_when_the_database_server_is_killed_too(tmp_path):
    if not is_possible():
        pytest.skip("no PostgreSQL server on this machine")
    with cluster() as postgresql:
        done = run(tmp_path, KILLS, seed=5, postgresql=postgresql)

    assert done.verdict.losses == {}
    assert set(done.kills) >= {"postgresql", "server"}
