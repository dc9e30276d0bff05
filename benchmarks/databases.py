"""The databases that are measured: a SQLite file, or one of our own on a server."""

import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from benchmarks import processes

_PAGES = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
_COUNTING = """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
"""
_SERIES = "WITH n AS (SELECT i FROM generate_series(1, {count}) s(i))"
_BACKENDS = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Place(Protocol):
    """A fresh database for one server; ``name`` says of what kind."""

    name: str
    url: str

    def version(self) -> str:
        """Return what it is, with its version."""

    def backends(self) -> list[int]:
        """Return the processes that work for it, besides the server itself."""

    def size(self) -> int:
        """Return the bytes that tables and indexes take."""

    def one(self, query: str) -> str:
        """Return the only value of a query."""

    def numbers(self, count: int) -> str:
        """Return the beginning of a query that can use ``n.i`` from 1 to ``count``."""

    def load(self, statements: Sequence[str]) -> None:
        """Run statements that fill tables; afterwards the planner knows of it."""


class SqliteFile:
    """A file beside the server's other data."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self.file = folder / "fuwu.db"
        self.url = f"sqlite:///{self.file}"

    def version(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}"

    def backends(self) -> list[int]:
        return []

    def size(self) -> int:
        return int(self.one(_PAGES))

    def one(self, query: str) -> str:
        with closing(sqlite3.connect(self.file)) as connection:
            return str(connection.execute(query).fetchone()[0])

    def numbers(self, count: int) -> str:
        return _COUNTING.format(count=count)

    def load(self, statements: Sequence[str]) -> None:
        with closing(sqlite3.connect(self.file)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()
            connection.execute("ANALYZE")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class PostgresqlDatabase:
    """A database that is made on a given server and dropped afterwards."""

    name = "PostgreSQL"

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = psycopg.connect(url, autocommit=True)

    def version(self) -> str:
        return f"PostgreSQL {self.one('SHOW server_version')}"

    def backends(self) -> list[int]:
        found = self._connection.execute(_BACKENDS).fetchall()
        # On another machine the numbers mean other processes, or none.
        return [pid for (pid,) in found if processes.name_of(pid) == "postgres"]

    def size(self) -> int:
        return int(self.one("SELECT pg_database_size(current_database())"))

    def numbers(self, count: int) -> str:
        return _SERIES.format(count=count)

    def load(self, statements: Sequence[str]) -> None:
        for statement in (*statements, "VACUUM ANALYZE"):
            self._connection.execute(sql.SQL(statement))

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def one(self, query: str) -> str:
        row = self._connection.execute(sql.SQL(query)).fetchone()
        assert row is not None
        return str(row[0])


@contextmanager
def on_server(url: str) -> Iterator[PostgresqlDatabase]:
    """Make a database on the server of ``url``; drop it afterwards."""
    name = f"fuwu_benchmark_{secrets.token_hex(4)}"
    quoted = sql.Identifier(name)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(quoted))
        database = PostgresqlDatabase(_with_database(url, name))
        try:
            yield database
        finally:
            database.close()
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(quoted))


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
