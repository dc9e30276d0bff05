"""What a process keeps in memory, and when it reads again."""

from datetime import UTC, datetime

import pytest

from engine import cache
from engine.clock import system_now
from engine.database import Database
from tests.conftest import _equip


class StopError(Exception):
    pass


@pytest.fixture
def other(database, tmp_path):
    """Another process on the same database."""
    opened = _equip(Database(str(database.url)), tmp_path)
    yield opened
    opened.close()


def kept(database, value, name="things", key=None):
    with database.reading() as session:
        return cache.refreshed(session).revised(session, name, lambda: value, key)


def test_what_did_not_change_is_loaded_once(database):
    assert kept(database, "first") == "first"
    assert kept(database, "second") == "first"


def test_a_change_is_seen_by_every_process(database, other):
    kept(database, "old")
    kept(other, "old")

    with database.transaction() as session:
        cache.bump(session, "things")

    assert kept(database, "new") == "new"
    assert kept(other, "new") == "new"


def test_several_things_under_one_revision_are_kept_apart(database):
    assert kept(database, "a", key=1) == "a"
    assert kept(database, "b", key=2) == "b"
    assert kept(database, "x", key=1) == "a"


def test_a_change_that_was_rolled_back_leaves_nothing_behind(database):
    kept(database, "old")

    def change():
        with database.transaction() as session:
            cache.bump(session, "things")
            found = cache.refreshed(session).revised(session, "things", lambda: "new")
            assert found == "new"
            raise StopError

    with pytest.raises(StopError):
        change()

    assert kept(database, "third") == "old"


def test_the_least_recently_used_goes_first():
    lru: cache.Lru[str, int] = cache.Lru(2)
    lru.put("a", 1)
    lru.put("b", 2)
    lru.get("a")
    lru.put("c", 3)

    assert (lru.get("a"), lru.get("b"), lru.get("c"), len(lru)) == (1, None, 3, 2)


def test_a_hot_instance_is_usable_only_at_its_revision():
    hot: cache.HotInstances[str] = cache.HotInstances(5)
    hot.put(1, 7, "live")

    assert hot.take(1, 8) is None
    assert hot.take(1, 7) is None  # taken out by the first who asked
    hot.put(1, 8, "live")
    assert hot.take(1, 8) == "live"


def test_an_older_state_does_not_replace_a_newer_one():
    hot: cache.HotInstances[str] = cache.HotInstances(5)
    hot.put(1, 8, "new")
    hot.put(1, 7, "old")

    assert hot.take(1, 8) == "new"


def test_the_business_clock_stands_where_it_was_set_for_every_process(database, other):
    noon = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
    with database.transaction() as session:
        cache.set_clock(session, noon)
        assert cache.now(session) == noon

    with other.reading() as session:
        assert cache.now(session) == noon


def test_without_a_frozen_clock_it_is_now(database):
    before = system_now()
    with database.transaction() as session:
        cache.set_clock(session, None)

    with database.reading() as session:
        assert before <= cache.now(session) <= system_now()
