"""Connections to PostgreSQL: kept, and made anew when the server has gone."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError


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
