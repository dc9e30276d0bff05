"""The schema of the database: bring it up to date, or say why that cannot be.

Most starts find nothing to do, and loading Alembic takes longer than everything else
in this module; so the names of the revisions are read from the files themselves.
"""

import importlib
import re
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DatabaseError

from engine import resources
from engine.database import Database, DatabaseMissingError
from engine.errors import UnavailableError

_REVISION = re.compile(r'^revision: str = "(\w+)"$', re.MULTILINE)


class NewerDatabaseError(UnavailableError):
    """A later release has written this database."""

    code = "database-newer"

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at revision {revision}, which this release does not "
            "know: it was written by a newer release. Install that one, or restore "
            "a backup; nothing was changed",
            f"数据库版本{revision}由更新的版本写入,本版本无法识别;请安装新版本或恢复备份,"
            "未作任何更改",
        )


@cache
def revisions() -> tuple[str, ...]:
    """Return the revisions that this release brings, the newest last.

    The names of the files are in the order in which the migrations run.
    """
    files = sorted((resources.bundled("migrations") / "versions").glob("*.py"))
    texts = (file.read_text(encoding="utf-8") for file in files)
    return tuple(found.group(1) for each in texts if (found := _REVISION.search(each)))


def newest() -> str:
    """Return the revision that this release brings a database to."""
    return revisions()[-1]


def current(database: Database) -> str | None:
    """Return the revision that the database is at; None when it is empty.

    Raises:
        DatabaseMissingError: It cannot be reached or opened.
    """
    with failing_clearly(database), database.engine.connect() as connection:
        return _revision_of(connection)


@contextmanager
def failing_clearly(database: Database) -> Generator[None]:
    """Say which database fails and how, for whoever starts a server.

    Raises:
        DatabaseMissingError: It is away, locked, full, or no database at all.
    """
    try:
        yield
    except DatabaseError as error:
        place, reason = database.url.render_as_string(), str(error.orig).strip()
        raise DatabaseMissingError(
            f"The database {place} cannot be used: {reason}; see that it is there, "
            "may be written and has room, then start again",
            f"无法使用数据库{place}:{reason};请确认其存在、可写且磁盘未满,然后重新启动",
        ) from error


def _revision_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version"))
    revision: str | None = found.scalar()
    return revision


def upgrade(database: Database) -> bool:
    """Bring the schema to the newest revision; tell whether anything was done.

    Raises:
        NewerDatabaseError: The database is ahead of this release.
        DatabaseMissingError: It cannot be used.
    """
    before = current(database)
    if before == newest():
        return False
    if before is not None and before not in revisions():
        raise NewerDatabaseError(before)
    with failing_clearly(database):
        importlib.import_module("api.migrating").run(database)
    return True
