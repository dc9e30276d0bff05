"""The state of an instance as bytes: no model, parents first, data by difference.

Layout: ``FW``, one byte format number, four bytes checksum of the rest, then the
packed body. Every older format keeps its reader here; a newer one is refused.
"""

import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from engine.runtime.data import Data, same
from engine.runtime.faults import StateError
from engine.runtime.model import Model
from engine.runtime.packing import pack, unpack
from engine.runtime.stored_waits import read_wait, write_wait
from engine.runtime.tokens import InnerScope, RootScope, Scope, Token
from engine.runtime.tree import ORIGIN
from engine.runtime.work import Role

MAGIC = b"FW"
FORMAT = 1
_HEADER = struct.Struct(">2sBI")
_DATA_IN_MEMO = frozenset({ORIGIN, "base", "given", "before"})
_FIXED = 6  # columns that every row has
_CLOSING, _ACTIVE = 1, 2
_ROLES = tuple(Role)
_ROLE_NUMBERS = {role: number for number, role in enumerate(_ROLES)}
_BROKEN = (
    KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError,
)  # fmt: skip


def dump(model: Model, root: RootScope) -> bytes:
    """Return the state of an instance."""
    body = pack(_Writer().instance(model.process_id, root))
    return _HEADER.pack(MAGIC, FORMAT, zlib.crc32(body)) + body


def load(model: Model, state: bytes) -> RootScope:
    """Return the instance that ``dump`` wrote.

    Raises:
        StateError: see ``LiveInstance.load``.
    """
    number, body = _opened(state)
    reader = _READERS.get(number)
    if reader is None:
        raise _unreadable(f"format {number} is not known", f"未知的格式 {number}")
    try:
        return reader(model, unpack(body))
    except _BROKEN as error:
        raise _unreadable(
            f"it does not fit the model: {error!r}", f"与模型不符：{error!r}"
        ) from error


def _opened(state: bytes) -> tuple[int, bytes]:
    if len(state) <= _HEADER.size:
        raise _unreadable("it is cut short", "内容不完整")
    magic, number, checksum = _HEADER.unpack_from(state)
    body = state[_HEADER.size :]
    if magic != MAGIC:
        raise _unreadable("it is no state of an instance", "不是实例状态")
    if zlib.crc32(body) != checksum:
        raise _unreadable("its checksum is wrong", "校验和不符")
    return number, body


def _unreadable(en: str, zh: str) -> StateError:
    return StateError(f"The state cannot be read: {en}.", f"状态无法读取：{zh}。")


class _Writer:
    """Writes one instance; data that several tokens share is written once."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._rows: list[Any] = []
        self._kept: list[Data] = []

    def instance(self, process_id: str, root: RootScope) -> list[Any]:
        """Return the whole instance as lists."""
        scopes = [self._scope(scope) for scope in root.scopes()]
        shared = [process_id, root.serial, root.rounds, root.finished, root.outcome]
        return [shared, self._rows, scopes]

    def _scope(self, scope: Scope) -> list[Any]:
        numbers: dict[UUID, int] = {}
        rows: list[Any] = []
        todo = [scope.task_tree]
        while todo:
            token = todo.pop()
            numbers[token.id] = len(rows)
            rows.append(self._token(token, numbers))
            todo += reversed(token.below)
        host = None if scope.host is None else scope.host.id.hex
        return [scope.spec.key, host, rows, scope.compensations, scope.memo]

    def _token(self, token: Token, numbers: Mapping[UUID, int]) -> list[Any]:
        above = token.above
        row = [
            token.id.hex,
            -1 if above is None else numbers[above.id],
            token.task_spec.name,
            token.state,
            token.serial,
            self._data(token.data, None if above is None else above.data),
            _ROLE_NUMBERS[token.role],
            (_CLOSING if token.closing else 0) | (_ACTIVE if token.active else 0),
            token.flow,
            self._memo(token),
            write_wait(token),
        ]
        while len(row) > _FIXED and not row[-1]:
            row.pop()
        return row

    def _memo(self, token: Token) -> Data:
        return {
            key: self._data(value, token.data) if key in _DATA_IN_MEMO else value
            for key, value in token.memo.items()
        }

    def _data(self, data: Data, like: Data | None) -> int:
        """Return the number of the row that holds ``data``."""
        known = self._numbers.get(id(data))
        if known is not None:
            return known
        base = None if like is None else self._numbers.get(id(like))
        number = len(self._rows)
        if base is None or like is None:
            self._rows.append([-1, data])
        else:
            self._rows.append(_difference(base, like, data))
        self._numbers[id(data)] = number
        self._kept.append(data)  # keeps the id from being given to another dict
        return number


def _difference(base: int, like: Data, data: Data) -> list[Any]:
    changed = {
        key: value
        for key, value in data.items()
        if key not in like or not same(like[key], value)
    }
    gone = [key for key in like if key not in data]
    return [base, changed, gone] if gone else [base, changed]


class _Reader:
    """Reads one instance of format 1."""

    def __init__(self, model: Model, stored: list[Any]) -> None:
        shared, rows, self._scopes = stored
        process_id, serial, rounds, finished, outcome = shared
        if process_id != model.process_id:
            msg = f"it belongs to the process {process_id!r}"
            raise ValueError(msg)
        self._data: list[Data] = []
        for row in rows:
            self._data.append(self._patched(*row))
        self.root = RootScope(model.root, dict(model.scopes))
        self.root.serial, self.root.rounds = serial, rounds
        self.root.finished, self.root.outcome = finished, outcome
        self._tokens: dict[str, Token] = {}

    def instance(self) -> RootScope:
        """Return the instance."""
        for key, host, rows, compensations, memo in self._scopes:
            scope = self._scope(key, host)
            scope.compensations, scope.memo = compensations, memo
            made: list[Token] = []
            for row in rows:
                made.append(self._token(scope, made, *row))
        return self.root

    def _patched(self, base: int, changed: Data, gone: tuple[str, ...] = ()) -> Data:
        if base < 0:
            return changed
        data = {**self._data[base], **changed}
        for key in gone:
            del data[key]
        return data

    def _scope(self, key: str, host: str | None) -> Scope:
        if host is None:
            return self.root
        return InnerScope(self.root.subprocess_specs[key], self._tokens[host])

    def _token(
        self,
        scope: Scope,
        made: list[Token],
        key: str,
        above: int,
        name: str,
        state: int,
        serial: int,
        data: int,
        role: int = 0,
        flags: int = 0,
        flow: str | None = None,
        memo: Data | None = None,
        wait: list[Any] | None = None,
    ) -> Token:
        parent = made[above] if above >= 0 else None
        token = Token(
            scope,
            scope.spec.task_specs[name],
            parent,
            self._data[data],
            role=_ROLES[role],
            flow=flow,
            key=UUID(hex=key),
        )
        if parent is None:
            scope.task_tree = token
        token._state, token.serial = state, serial  # noqa: SLF001 - as it was
        token.closing, token.active = bool(flags & _CLOSING), bool(flags & _ACTIVE)
        for field, value in (memo or {}).items():
            token.memo[field] = self._data[value] if field in _DATA_IN_MEMO else value
        if wait:
            token.wait = read_wait(token, wait)
        self._tokens[token.ref] = token
        return token


def _read_1(model: Model, stored: Any) -> RootScope:
    return _Reader(model, stored).instance()


_READERS: dict[int, Callable[[Model, Any], RootScope]] = {1: _read_1}
