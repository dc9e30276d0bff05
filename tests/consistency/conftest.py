"""Databases that several processes share."""

import os
import uuid
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, make_url, text

from api.upgrade import upgrade
from tests.builders import World
from tests.consistency.crew import crew as hired
from tests.consistency.crew import equipped

_URL = os.environ.get("FUWU_TEST_DATABASE_URL", "")  # noqa: TID251 - no settings yet


@contextmanager
def _schema():
    """The URL of a schema of its own in the PostgreSQL database for tests."""
    name = f"shared_{uuid.uuid4().hex[:12]}"
    admin = create_engine(make_url(_URL).set(drivername="postgresql+psycopg"))
    with admin.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    yield f"{_URL}?options=-csearch_path%3D{name}"
    with admin.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    admin.dispose()


@contextmanager
def _world(url, folder):
    database = equipped(url, folder)
    upgrade(database)
    yield World(database)
    database.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A world whose database others can open too, of the kind that is tested."""
    folder = tmp_path_factory.mktemp("shared")
    if not _URL:
        with _world(f"sqlite:///{folder}/shared.db", folder) as world:
            yield world
        return
    with _schema() as url, _world(url, folder) as world:
        yield world


@pytest.fixture(scope="module")
def crew(shared):
    """Two processes of their own on the database of ``shared``."""
    database = shared.database
    url = database.url.render_as_string(hide_password=False)
    with hired(url, database.info["settings"].data) as processes:
        yield processes
