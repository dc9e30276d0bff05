"""Where migrations run: on the engine that the caller gives in ``attributes``."""

import importlib
import importlib.util
from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON, Connection, Engine, Enum, String, TypeDecorator

from engine.schema import Base

if importlib.util.find_spec("company.schema"):
    importlib.import_module("company.schema")

_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '5s'"


def plain_type(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write our own column types as what they are stored as.

    A migration that imports the engine breaks when the engine moves on.
    """
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    if kind == "type" and isinstance(item, JSON):
        return "sa.JSON()"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


def is_ours(name: str | None, kind: str, parents: Any) -> bool:
    """Tell our tables from those of the job engine in the same file."""
    del parents
    return kind != "table" or name in Base.metadata.tables


def same_type(
    _: Any, column: Any, metadata_column: Any, found: Any, wanted: Any
) -> bool | None:
    """Take an enumeration for the text that it is stored as."""
    del column, metadata_column
    if isinstance(wanted, Enum) and isinstance(found, String):
        return found.length != wanted.length
    return None


def run(connection: Connection) -> None:
    """Run the migrations in one transaction: all of them or none."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=plain_type,
        include_name=is_ours,
        compare_type=same_type,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(_LOCK_TIMEOUT)
        context.run_migrations()


engine: Engine = context.config.attributes["engine"]
with engine.connect() as opened:
    run(opened)
    opened.commit()
