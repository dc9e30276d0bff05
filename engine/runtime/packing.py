"""Values to bytes and back, without losing a type and without type names in data.

JSON carries most values. What it does not know stands as an object whose only key
is the empty text: ``{"": ["D", "12.50"]}``. Process data may contain such an object
too; it is then written as ``{"": ["m", …]}``, so nothing is mistaken for another.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from engine.feel import YearMonthDuration
from engine.runtime.faults import StateError

MARK = ""
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
_MARK_BYTES = b'"":'


class _Writer:
    """Counts what it marks, so that a mark in the data itself is noticed."""

    def __init__(self) -> None:
        self.marked = 0

    def __call__(self, value: Any) -> dict[str, Any]:
        self.marked += 1
        return _marked(value)


def pack(value: Any) -> bytes:
    """Return ``value`` as bytes."""
    writer = _Writer()
    try:
        packed = orjson.dumps(value, default=writer, option=_OPTIONS)
    except (orjson.JSONEncodeError, RecursionError):
        return orjson.dumps(_escaped(value), option=_OPTIONS)
    if packed.count(_MARK_BYTES) != writer.marked:
        return orjson.dumps(_escaped(value), option=_OPTIONS)
    return packed


def unpack(packed: bytes) -> Any:
    """Return the value that ``pack`` wrote.

    Raises:
        StateError: the bytes are no such value.
    """
    try:
        value = orjson.loads(packed)
        return _restored(value) if _MARK_BYTES in packed else value
    except (ValueError, TypeError, KeyError, InvalidOperation, RecursionError) as error:
        raise StateError(
            f"The state cannot be read: {error}.", f"状态无法读取：{error}。"
        ) from error


def _marked(value: Any) -> dict[str, Any]:
    if isinstance(value, datetime):
        zone = value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None
        plain = value.replace(tzinfo=None) if zone else value
        return {MARK: ["z", plain.isoformat(), zone, value.fold]}
    for kind, tag, write in _WRITERS:
        if isinstance(value, kind):
            return {MARK: [tag, write(value)]}
    msg = f"{type(value).__name__} cannot be stored"
    raise TypeError(msg)


def _escaped(value: Any) -> Any:
    """Return ``value`` with everything marked here that orjson cannot carry."""
    kind = type(value)
    if kind is dict:
        inner = {key: _escaped(item) for key, item in value.items()}
        if MARK in inner or not all(map(_is_clean, inner)):
            pairs = [[_escaped(key), item] for key, item in inner.items()]
            return {MARK: ["m", pairs]}
        return inner
    if kind in (list, tuple):
        return [_escaped(item) for item in value]
    if kind is str:
        return value if _is_clean(value) else _marked_text(value)
    if kind is int and not -(2**63) <= value < 2**64:
        return {MARK: ["i", str(value)]}
    return value if value is None or kind in (bool, int, float) else _marked(value)


def _is_clean(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _marked_text(text: str) -> dict[str, Any]:
    return {MARK: ["s", text.encode("utf-16-le", "surrogatepass").hex()]}


def _restored(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        if MARK in value:
            return _unmarked(value)
        for key, item in value.items():
            if type(item) in (dict, list):
                value[key] = _restored(item)
        return value
    if kind is list:
        return [
            _restored(item) if type(item) in (dict, list) else item for item in value
        ]
    return value


def _unmarked(value: dict[str, Any]) -> Any:
    tag, *rest = value[MARK]
    if tag == "m":
        return {_restored(key): _restored(item) for key, item in rest[0]}
    return _READERS[tag](*rest)


def _read_datetime(text: str, zone: str | None, fold: int) -> datetime:
    found = datetime.fromisoformat(text).replace(fold=fold)
    return found.replace(tzinfo=ZoneInfo(zone)) if zone else found


def _read_length(days: int, seconds: int, microseconds: int) -> timedelta:
    return timedelta(days, seconds, microseconds)


_WRITERS: tuple[tuple[type, str, Callable[[Any], Any]], ...] = (
    (date, "d", date.isoformat),
    (time, "t", lambda found: [found.isoformat(), found.fold]),
    (Decimal, "D", str),
    (timedelta, "l", lambda found: [found.days, found.seconds, found.microseconds]),
    (YearMonthDuration, "y", lambda found: found.months),
)
_READERS: dict[str, Callable[..., Any]] = {
    "z": _read_datetime,
    "d": date.fromisoformat,
    "t": lambda parts: time.fromisoformat(parts[0]).replace(fold=parts[1]),
    "D": Decimal,
    "l": lambda parts: _read_length(*parts),
    "y": YearMonthDuration,
    "i": int,
    "s": lambda text: bytes.fromhex(text).decode("utf-16-le", "surrogatepass"),
}
