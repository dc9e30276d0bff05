"""Process data: copied at the boundary, never changed in place, merged by change.

A token's data is a dict that nobody changes once it is there; a change makes a new
dict. So tokens share it freely, and what was the data at a fork stays what it was.
"""

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from engine.errors import Problem, Text
from engine.feel import YearMonthDuration
from engine.runtime.faults import UnsuitableValueError

Data: TypeAlias = dict[str, Any]

MAX_DEPTH = 120

_ABSENT = object()
_PLAIN = frozenset({type(None), bool, int, str})
_VALUES = (date, datetime, time, timedelta, Decimal, YearMonthDuration)


def accept(values: Mapping[str, Any]) -> Data:
    """Return a deep copy of ``values`` that may be kept as process data.

    Raises:
        UnsuitableValueError: a value is of no type that process data knows, a
            key is no text, or values are nested deeper than ``MAX_DEPTH``.
    """
    copied: Data = accept_value(dict(values))
    return copied


def accept_value(value: Any) -> Any:
    """Return a deep copy of one value; errors as for ``accept``."""
    try:
        return _copy(value, 0)
    except _RefusedError as refused:
        raise _unsuitable(value, refused) from refused


def hand_out(value: Any) -> Any:
    """Return a copy of process data that the caller may change."""
    if type(value) is dict:
        return {key: hand_out(item) for key, item in value.items()}
    if type(value) is list:
        return [hand_out(item) for item in value]
    return value


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same in value, type and way of writing.

    Python calls 1, True and 1.0 equal; process data does not.
    """
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is dict:
        return one.keys() == other.keys() and all(
            same(item, other[key]) for key, item in one.items()
        )
    if kind is list:
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) and (kind in _PLAIN or repr(one) == repr(other))


def carry_over(base: Data, new: Data, target: Data, *, latest: bool = False) -> Data:
    """Return ``target`` with what ``new`` changed against ``base``.

    Where the target has changed the same thing itself, it keeps its own value,
    unless the new one is the ``latest``. Dicts are compared key by key, anything
    else is replaced whole.
    """
    return _carry(base, base, new, target, latest=latest)


def carry_beside(base: Data, new: Data, target: Data, target_base: Data) -> Data:
    """Do as ``carry_over`` for a target that began from another base."""
    return _carry(base, target_base, new, target, latest=False)


def _carry(
    base: Data, target_base: Data, new: Data, target: Data, *, latest: bool
) -> Data:
    if new is base:
        return target
    result = dict(target)
    for key in (*new, *(key for key in base if key not in new)):
        before, after = base.get(key, _ABSENT), new.get(key, _ABSENT)
        if same(after, before):
            continue
        mine, mine_before = result.get(key, _ABSENT), target_base.get(key, _ABSENT)
        if same(mine, mine_before):
            _put(result, key, after)
        elif type(before) is type(after) is type(mine) is dict:
            inner = mine_before if type(mine_before) is dict else before
            result[key] = _carry(before, inner, after, mine, latest=latest)
        elif latest:
            _put(result, key, after)
    return result


def _put(result: Data, key: str, value: Any) -> None:
    if value is _ABSENT:
        result.pop(key, None)
    else:
        result[key] = value


class _RefusedError(Exception):
    """A value cannot be kept; the keys on the way to it are collected upwards."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.text = Text(en, zh)


def _copy(value: Any, depth: int) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if depth > MAX_DEPTH:
        raise _RefusedError("nested too deeply", "嵌套过深")
    if kind is dict:
        return {_key(key): _copy(item, depth + 1) for key, item in value.items()}
    if kind in (list, tuple):
        return [_copy(item, depth + 1) for item in value]
    return _single(value, depth)


def _single(value: Any, depth: int) -> Any:
    if isinstance(value, Mapping):
        return _copy(dict(value), depth)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _RefusedError("no finite number", "不是有限的数")
        return float(value)
    if isinstance(value, str):  # enumerations of text
        return str(value)
    if isinstance(value, _VALUES):
        return value
    raise _RefusedError(f"of type {type(value).__name__}", "类型不受支持")


def _key(key: Any) -> str:
    if isinstance(key, str):
        return str(key)
    raise _RefusedError("named by no text", "名称不是文本")


def _unsuitable(value: Any, refused: _RefusedError) -> UnsuitableValueError:
    en, zh = refused.text.en, refused.text.zh
    pointer = _pointer(value, 0)
    problem = Problem(
        pointer, "unsuitable-value", Text(f"The value is {en}.", f"该值{zh}。")
    )
    return UnsuitableValueError(
        f"The value at {pointer or '/'} cannot be kept: it is {en}.",
        f"无法保存 {pointer or '/'} 处的值：{zh}。",
        (problem,),
    )


def _pointer(value: Any, depth: int) -> str:
    """Return the JSON pointer to the first value that is refused."""
    if depth > MAX_DEPTH:
        return ""
    if isinstance(value, Mapping):
        items = [(str(key), item, isinstance(key, str)) for key, item in value.items()]
    elif isinstance(value, (list, tuple)):
        items = [(str(index), item, True) for index, item in enumerate(value)]
    else:
        return ""
    for name, item, is_named in items:
        try:
            _copy(item, depth + 1)
        except _RefusedError:
            return f"/{name}{_pointer(item, depth + 1)}"
        if not is_named:
            return f"/{name}"
    return ""
