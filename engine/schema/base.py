"""What all tables share: keys, column types, names of constraints."""

import json
import os
import re
import secrets
import threading
import time
import zlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Enum,
    Integer,
    LargeBinary,
    MetaData,
)
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine
from typing_extensions import override

_EPOCH_NS = 1_735_689_600_000_000_000  # 2025-01-01
_MS = 1_000_000  # nanoseconds
_PLAIN, _PACKED = b"j", b"z"
_WORTH_PACKING = 300
_MANY_DIGITS = re.compile(r"\d{20}")
_MANY_DIGITS_IN_BYTES = re.compile(rb"\d{20}")
_lock = threading.Lock()
_last = 0


def _drawn() -> int:
    return secrets.randbits(10)


_node = _drawn()


def _begin_apart() -> None:
    """Give a forked process a number of its own."""
    global _node  # noqa: PLW0603 - one number per process is the point
    _node = _drawn()


if hasattr(os, "register_at_fork"):  # not where nothing can be forked
    os.register_at_fork(after_in_child=_begin_apart)


def next_key() -> int:
    """Return a new 63-bit key: increasing with time, unique over processes.

    41 bits of milliseconds, 10 bits drawn per process, 12 bits of the fraction of
    the millisecond: two processes that drew the same number still have to ask in
    the same quarter of a microsecond to get the same key.
    """
    global _last  # noqa: PLW0603 - one sequence per process is the point
    with _lock:
        moment = ((time.time_ns() - _EPOCH_NS) << 12) // _MS
        _last = max(_last + 1, moment)
        value = _last
    return ((value >> 12) << 22) | (_node << 12) | (value & 0xFFF)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC)

    @override
    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value


class PackedJson(TypeDecorator[dict[str, Any]]):
    """An object as JSON in bytes, compressed where that pays.

    For what is written once, read whole and never searched in: the journal. The
    first byte says how the rest is written.
    """

    impl = LargeBinary
    cache_ok = True

    @override
    def process_bind_param(
        self, value: dict[str, Any] | None, dialect: Dialect
    ) -> bytes | None:
        if value is None:
            return None
        plain = to_json(value).encode()
        if len(plain) < _WORTH_PACKING:
            return _PLAIN + plain
        return _PACKED + zlib.compress(plain, 1)

    @override
    def process_result_value(
        self, value: bytes | None, dialect: Dialect
    ) -> dict[str, Any] | None:
        if value is None:
            return None
        packed = bytes(value)
        plain = packed[1:]
        if packed[:1] == _PACKED:
            plain = zlib.decompress(plain)
        read: dict[str, Any] = json.loads(plain)
        return read


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can drop it again."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[
        dict[Any, TypeEngine[Any] | type[TypeEngine[Any]]]
    ] = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
        list[str]: JSON(none_as_null=True),
        # INTEGER is SQLite's own row id; BIGINT would cost every table an index.
        int: BigInteger().with_variant(Integer(), "sqlite"),
        StrEnum: Enum(
            StrEnum,
            native_enum=False,
            length=32,
            values_callable=lambda states: [state.value for state in states],
        ),
    }


def to_json(value: Any, *, sort: bool = False) -> str:
    """Serialise a JSON column; fast, because the hot path writes several.

    Decimals become numbers and durations ISO 8601 texts. ``sort`` orders keys, for
    digests. Integers beyond 64 bits take the slower way round.
    """
    option = orjson.OPT_NON_STR_KEYS | (orjson.OPT_SORT_KEYS if sort else 0)
    try:
        return orjson.dumps(value, default=_plain, option=option).decode()
    except orjson.JSONEncodeError:
        return json.dumps(
            value,
            default=_plain,
            sort_keys=sort,
            ensure_ascii=False,
            separators=(",", ":"),
        )


def _has_many_digits(text: str | bytes) -> bool:
    if isinstance(text, str):
        return _MANY_DIGITS.search(text) is not None
    return _MANY_DIGITS_IN_BYTES.search(text) is not None


def from_json(text: str | bytes) -> Any:
    """Read a JSON column; fast, because lists of tasks read hundreds.

    Integers that may have more than 64 bits take the slower way round, which keeps
    them whole.
    """
    if not _has_many_digits(text):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            pass  # half of a surrogate pair, which JSON itself allows
    return json.loads(text)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, timedelta):
        return f"PT{value.total_seconds():g}S"
    if isinstance(value, date | time_of_day):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, AbstractSet):
        return sorted(value)
    if hasattr(value, "months"):  # FEEL's duration of years and months
        return f"P{value.months}M"
    raise TypeError(f"{type(value).__name__} has no form in JSON")
