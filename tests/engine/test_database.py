"""Connections to PostgreSQL: kept, and made anew when the server has gone."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine.database import CollisionError, persistently
from engine.steps import LostRaceError, SuspendedError


@pytest.fixture
def postgresql(database):
    if database.is_sqlite:
        pytest.skip("a file does not go away")
    return database


def used(database):
    """Return the backend that serves a session."""
    with database.reading() as session:
        return session.execute(text("SELECT pg_backend_pid()")).scalar_one()


def end(database, backend):
    url = database.url.set(drivername="postgresql", query={})
    with psycopg.connect(url.render_as_string(hide_password=False)) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


def test_one_connection_serves_who_comes_after_another(postgresql):
    assert used(postgresql) == used(postgresql)


def test_nobody_notices_a_connection_that_broke_while_idling(postgresql, monkeypatch):
    monkeypatch.setattr("engine.database._FRESH_SECONDS", 0.0)
    broken = used(postgresql)
    end(postgresql, broken)

    assert used(postgresql) != broken


def test_one_that_broke_a_moment_ago_fails_once(postgresql):
    broken = used(postgresql)
    end(postgresql, broken)

    with pytest.raises(DBAPIError):
        used(postgresql)
    assert used(postgresql) != broken


class Race:
    """Work that is lost to others a few times."""

    def __init__(self, times, error):
        self.times, self.error, self.attempts = times, error, 0

    def run(self):
        self.attempts += 1
        if self.attempts <= self.times:
            raise self.error
        return "done"


@pytest.mark.parametrize("error", [LostRaceError(), CollisionError()])
def test_work_that_others_were_faster_at_is_done_again(error):
    race = Race(3, error)

    assert persistently(race.run) == "done"
    assert race.attempts == 4


def test_work_that_is_always_lost_is_given_up():
    race = Race(1000, LostRaceError())

    with pytest.raises(LostRaceError):
        persistently(race.run)
    assert race.attempts == 4


def test_what_is_refused_is_refused_at_once():
    race = Race(1, SuspendedError())

    with pytest.raises(SuspendedError):
        persistently(race.run)
    assert race.attempts == 1
