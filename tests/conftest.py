"""Databases for tests: SQLite files, or PostgreSQL where a URL says so.

``FUWU_TEST_DATABASE_URL`` names a PostgreSQL database; each test session then has a
schema of its own in it, emptied after each test.
"""

import os
import shutil
import uuid

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, event, text

from api.upgrade import upgrade
from engine import user_tasks
from engine.cache import Caches
from engine.database import Database
from engine.documents import FolderStore
from engine.operations import Operations
from engine.schema import Base
from engine.settings import Settings
from tests.builders import World

pytest_plugins = ["tests.api.serving", "tests.processes.backgrounds"]

_URL = os.environ.get("FUWU_TEST_DATABASE_URL", "")  # noqa: TID251 - no settings yet


def _equip(database, folder):
    database.info["settings"] = Settings(
        data=folder, database_url=str(database.url), session_secret=SecretStr("x" * 32)
    )
    database.info["caches"] = Caches()
    database.info["operations"] = Operations()
    database.info["settle_joint"] = user_tasks.settle_joint
    database.info["documents"] = FolderStore(folder / "documents")
    return database


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """A migrated SQLite file to copy, or the URL of a migrated schema."""
    if not _URL:
        file = tmp_path_factory.mktemp("template") / "fuwu.db"
        database = Database(f"sqlite:///{file}")
        upgrade(database)
        database.close()
        yield str(file)
        return
    schema = f"test_{uuid.uuid4().hex[:12]}"
    admin = create_engine(_URL.replace("postgresql://", "postgresql+psycopg://"))
    with admin.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = f"{_URL}?options=-csearch_path%3D{schema}"
    database = Database(url)
    upgrade(database)
    database.close()
    yield url
    with admin.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    admin.dispose()


@pytest.fixture
def database(migrated, tmp_path):
    """An empty database with everything that commands expect beside it."""
    if not _URL:
        shutil.copy(migrated, tmp_path / "fuwu.db")
        opened = _equip(Database(f"sqlite:///{tmp_path}/fuwu.db"), tmp_path)
        yield opened
        opened.close()
        return
    opened = _equip(Database(migrated), tmp_path)
    yield opened
    with opened.engine.begin() as connection:
        _empty(connection)
    opened.close()


def _empty(connection):
    names = ", ".join(table.name for table in Base.metadata.sorted_tables)
    # The journal refuses to be emptied, as long as its triggers stand.
    connection.execute(text("ALTER TABLE journal_entry DISABLE TRIGGER USER"))
    connection.execute(text(f"TRUNCATE {names}"))
    connection.execute(text("ALTER TABLE journal_entry ENABLE TRIGGER USER"))


@pytest.fixture
def world(database):
    """A database with people and duties, driven one transaction a call."""
    return World(database)


@pytest.fixture
def statements(database):
    """The SQL statements that were executed, without BEGIN and savepoints."""
    seen = []

    def note(_, __, statement, *___):
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)
