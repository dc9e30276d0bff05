"""Engines, sessions and the two kinds of transaction.

A *command* transaction takes the write lock at once (``BEGIN IMMEDIATE`` on SQLite,
row locks on PostgreSQL); a *reading* one never waits for writers. What a process
keeps in memory hangs on `Database.info` and is reached from any session, so that
two applications in one process (tests) share nothing.
"""

import importlib
import sqlite3
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import structlog
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import Session, sessionmaker
from typing_extensions import override

from engine.errors import EngineError, UnavailableError
from engine.schema import Base, from_json, to_json

_BUSY_MS = 15_000
_PYTHON_3_12 = 0x030C0000
_NEW_SQLITE = (3, 42)
_FRESH_SECONDS = 5.0
_COMMANDS, _ALONE, _NAMED = 1_179_997_813, 1_179_997_814, 1_179_997_815
"""Advisory locks of PostgreSQL: all commands share the first one."""

_COLLISIONS = {"40001", "40P01"}
"""SQLSTATE of serialization failures and deadlocks."""
_ATTEMPTS = 4

_log = structlog.get_logger()
T = TypeVar("T")


class DatabaseMissingError(UnavailableError):
    """The database cannot be reached or opened."""

    code = "database-unavailable"


class CollisionError(UnavailableError):
    """Two transactions waited for each other, and this one was given up.

    Only PostgreSQL knows such: on SQLite whoever writes has waited at the beginning.
    """

    code = "collision"
    is_passing = True

    def __init__(self) -> None:
        super().__init__(
            "Others were changing the same things at the same moment; nothing was "
            "changed. Try again",
            "他人正在同时修改相同内容,未作任何更改,请重试",
        )


class _Session(Session):
    """A session on one connection, which it does not look up anew each time.

    Commands ask for the connection at every statement, and finding it takes as long
    as a small SELECT. A rollback to a savepoint keeps it.
    """

    _held: Connection | None = None

    def hold(self, *, writes: bool) -> None:
        """Begin the transaction; from now on its connection is at hand."""
        options = {"fuwu_writes": writes}
        self._held = super().connection(execution_options=options)

    @override
    def connection(self, *arguments: Any, **options: Any) -> Connection:
        if self._held is None or arguments or options:
            return super().connection(*arguments, **options)
        return self._held

    @override
    def commit(self) -> None:
        super().commit()
        self._held = None


class Database:
    """One database and what a process keeps in memory beside it.

    ``info`` is copied into every session's ``info`` under the same keys.
    """

    def __init__(self, url: str, lock_wait_ms: int = _BUSY_MS) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        made = _sqlite if self.is_sqlite else _postgresql
        self.engine = made(url, lock_wait_ms)
        self.info: dict[str, Any] = {}
        self._sessions = sessionmaker(
            self.engine, class_=_Session, expire_on_commit=False
        )

    @contextmanager
    def transaction(self) -> Generator[Session]:
        """Commit at the end of the block, or not at all.

        Callbacks that `after_commit` registered run once the commit has
        succeeded; an exception drops them.

        Raises:
            CollisionError: The block stood in the way of another transaction; it
                may be run again (`persistently`).
        """
        with self._session(writes=True) as session:
            with _collisions_named():
                yield session
                session.commit()
            for callback in session.info["after_commit"]:
                callback()

    @contextmanager
    def reading(self) -> Generator[Session]:
        """Give a session that reads one consistent state and writes nothing."""
        with self._session(writes=False) as session:
            yield session

    def for_dispatch(self) -> Engine:
        """Return another engine on the same database, for whoever dispatches jobs.

        It begins transactions by itself: on SQLite when it is about to write. The
        caller disposes of it.
        """
        if self.is_sqlite:
            return _sqlite_for_dispatch(self.url.render_as_string(hide_password=False))
        return create_engine(_with_psycopg(self.url), pool_size=5, pool_pre_ping=True)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @contextmanager
    def _session(self, *, writes: bool) -> Generator[Session]:
        later: list[Callable[[], None]] = []
        try:
            with self._sessions() as session:
                session.info.update(
                    self.info, database=self, after_commit=[], afterwards=later
                )
                session.hold(writes=writes)
                yield session
        finally:
            for callback in later:
                callback()


def persistently(work: Callable[[], T]) -> T:
    """Do a whole unit of work; a few times again where it collides with others.

    ``work`` opens its transaction itself and does nothing outside of it that must
    not happen twice. To be called by entry points, never inside a transaction.

    Raises:
        EngineError: What ``work`` raises; a passing error only when it came back
            with every attempt.
    """
    for attempt in range(1, _ATTEMPTS):
        try:
            return work()
        except EngineError as error:
            if not error.is_passing:
                raise
            _log.info("work is done again", code=error.code, attempt=attempt)
    return work()


@contextmanager
def _collisions_named() -> Generator[None]:
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _COLLISIONS:
            raise CollisionError from error
        raise


def database_of(session: Session) -> Database:
    """Return the database that a session belongs to."""
    database: Database = session.info["database"]
    return database


def after_commit(session: Session, callback: Callable[[], None]) -> None:
    """Run ``callback`` once the session's transaction has been committed."""
    session.info["after_commit"].append(callback)


def afterwards(session: Session, callback: Callable[[], None]) -> None:
    """Run ``callback`` once the session is over, whether it committed or not.

    For what has to be written down about a failure; it must not raise.
    """
    session.info["afterwards"].append(callback)


def alone(session: Session) -> bool:
    """Wait until no other command is running; none begins before this one commits.

    For what concerns rows that others may be about to insert. To be called before
    any row is locked.

    Returns:
        False where somebody else waits for the same already.
    """
    if database_of(session).is_sqlite:
        return True  # there is never another command
    connection = session.connection()
    asked = f"SELECT pg_try_advisory_xact_lock({_ALONE})"
    if not connection.exec_driver_sql(asked).scalar_one():
        return False
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_COMMANDS})")
    return True


def one_at_a_time(session: Session, name: str) -> None:
    """Wait until no other transaction goes on that has called this with ``name``.

    For rows of which there is to be one and that are not there yet.
    """
    if not database_of(session).is_sqlite:  # there, commands never run beside another
        asked = text(f"SELECT pg_advisory_xact_lock({_NAMED}, hashtext(:name))")
        session.connection().execute(asked, {"name": name})


def insert_missing(
    session: Session, table: type[Base], values: Mapping[str, Any]
) -> None:
    """Insert a row unless a unique column already holds one like it."""
    session.execute(_insert(session, table, values).on_conflict_do_nothing())


def insert_or_update(
    session: Session,
    table: type[Base],
    values: Mapping[str, Any],
    changed: Mapping[str, Any],
) -> None:
    """Insert a row, or set ``changed`` on the one with the same primary key."""
    keys = [column.name for column in table.__table__.primary_key]
    statement = _insert(session, table, values)
    session.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=dict(changed))
    )


def _insert(session: Session, table: type[Base], values: Mapping[str, Any]) -> Any:
    dialects: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}
    insert = dialects[session.connection().dialect.name].insert
    return insert(table).values(**values)


def _postgresql(url: str, lock_wait_ms: int) -> Engine:
    engine = create_engine(
        _with_psycopg(make_url(url)),
        pool_size=10,
        max_overflow=20,
        pool_use_lifo=True,
        json_serializer=to_json,
        json_deserializer=from_json,
    )
    event.listen(engine, "begin", _on_postgresql_begin)
    _ping_after_idling(engine)

    @event.listens_for(engine, "connect")
    def _limit(connection: Any, _: Any) -> None:
        connection.execute(f"SET lock_timeout = {lock_wait_ms}")
        connection.commit()

    return engine


def _ping_after_idling(engine: Engine) -> None:
    """Make sure that a connection is alive, unless it was just a moment ago.

    Asking before each transaction would cost every request a round trip. Who meets a
    server that has gone in that moment gets 503, and all connections are made anew.
    """

    @event.listens_for(engine, "checkin")
    def _note(_: Any, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ping(connection: Any, record: Any, _: Any) -> None:
        now = time.monotonic()
        if now - record.info.get("used_at", now) < _FRESH_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as error:
            raise DisconnectionError from error


def _sqlite(url: str, lock_wait_ms: int) -> Engine:
    engine = create_engine(
        url,
        module=_sqlite_module(),
        json_serializer=to_json,
        json_deserializer=from_json,
        pool_size=10,
        max_overflow=20,
        pool_use_lifo=True,  # the last one used has the pages at hand
    )
    event.listen(engine, "connect", partial(_on_connect, lock_wait_ms=lock_wait_ms))
    event.listen(engine, "begin", _on_begin)
    return engine


def _with_psycopg(url: URL) -> URL:
    if url.drivername == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    return url


def _sqlite_for_dispatch(url: str) -> Engine:
    engine = create_engine(url, module=_sqlite_module(), pool_size=5)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        connection.execute(f"PRAGMA busy_timeout={2 * _BUSY_MS}")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


def _sqlite_module() -> Any:
    """Return the standard module where it is new enough, else the bundled one.

    What dispatches jobs needs SQLite 3.42 under Python 3.12 and later; Debian 12 has
    3.40.
    """
    if sys.hexversion < _PYTHON_3_12 or sqlite3.sqlite_version_info >= _NEW_SQLITE:
        return sqlite3
    module = importlib.import_module("pysqlite3.dbapi2")
    _log.info("bundled sqlite in use", version=module.sqlite_version)
    return module


def _on_connect(connection: Any, _: Any, *, lock_wait_ms: int) -> None:
    # The driver must not begin transactions of its own: _on_begin does.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"busy_timeout={lock_wait_ms}",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("fuwu_writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _on_postgresql_begin(connection: Connection) -> None:
    """Let commands run beside each other, but not beside one that is `alone`."""
    if connection.get_execution_options().get("fuwu_writes", True):
        shared = f"SELECT pg_advisory_xact_lock_shared({_COMMANDS})"
        connection.exec_driver_sql(shared)
