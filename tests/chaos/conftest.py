"""Servers as processes of their own, each on a database of its own."""

import os
import uuid

import pytest
from sqlalchemy import create_engine, text

from tests.chaos.mortal import Server

_URL = os.environ.get("FUWU_TEST_DATABASE_URL", "")  # noqa: TID251 - as tests/conftest


@pytest.fixture
def database_url(tmp_path):
    """A database of its own: a SQLite file, or one on the PostgreSQL server."""
    if not _URL:
        yield f"sqlite:///{tmp_path}/data/fuwu.db"
        return
    name = f"fuwu_kills_{uuid.uuid4().hex[:8]}"
    plain = _URL.replace("postgresql://", "postgresql+psycopg://")
    admin = create_engine(plain, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield admin.url.set(database=name, drivername="postgresql").render_as_string(
        hide_password=False
    )
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def server(tmp_path, database_url):
    started = Server(tmp_path, database_url)
    started.start()
    yield started
    started.kill()
