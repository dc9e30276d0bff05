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
    return {_key(key, ""): _copy(item, f"/{key}", 1) for key, item in values.items()}


def accept_value(value: Any) -> Any:
    """Return a deep copy of one value; errors as for ``accept``."""
    return _copy(value, "", 0)


def hand_out(value: Any) -> Any:
    """Return a copy of process data that the caller may change."""
    if type(value) is dict:
        return {key: hand_out(item) for key, item in value.items()}
    if type(value) is list:
        return [hand_out(item) for item in value]
    return value


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
    if new is base or new == base:
        return target
    result = dict(target)
    for key in new.keys() | base.keys():
        before, after = base.get(key, _ABSENT), new.get(key, _ABSENT)
        if after is before or after == before:
            continue
        mine, mine_before = result.get(key, _ABSENT), target_base.get(key, _ABSENT)
        if mine is mine_before or mine == mine_before:
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


def _copy(value: Any, pointer: str, depth: int) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if depth > MAX_DEPTH:
        raise _unsuitable(pointer, "nested too deeply", "嵌套过深")
    if isinstance(value, Mapping):
        return {
            _key(key, pointer): _copy(item, f"{pointer}/{key}", depth + 1)
            for key, item in value.items()
        }
    if kind in (list, tuple):
        return [
            _copy(item, f"{pointer}/{index}", depth + 1)
            for index, item in enumerate(value)
        ]
    return _single(value, pointer)


def _single(value: Any, pointer: str) -> Any:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _unsuitable(pointer, "no finite number", "不是有限的数")
        return float(value)
    if isinstance(value, str):  # enumerations of text
        return str(value)
    if isinstance(value, _VALUES):
        return value
    raise _unsuitable(pointer, f"of type {type(value).__name__}", "类型不受支持")


def _key(key: Any, pointer: str) -> str:
    if not isinstance(key, str):
        raise _unsuitable(f"{pointer}/{key}", "named by no text", "名称不是文本")
    return str(key)


def _unsuitable(pointer: str, en: str, zh: str) -> UnsuitableValueError:
    problem = Problem(
        pointer, "unsuitable-value", Text(f"The value is {en}.", f"该值{zh}。")
    )
    return UnsuitableValueError(
        f"The value at {pointer or '/'} cannot be kept: it is {en}.",
        f"无法保存 {pointer or '/'} 处的值：{zh}。",
        (problem,),
    )
