"""Functions that turn values of one kind into another."""

import re
from decimal import Decimal
from typing import Any, Final

from engine.feel import tree
from engine.feel.budget import check_depth
from engine.feel.callables import Function
from engine.feel.comparison import compare, is_same
from engine.feel.errors import FeelError
from engine.feel.functions.registry import BUILTINS, builtin
from engine.feel.names import KnownNames
from engine.feel.numbers import number, spell
from engine.feel.parser import parse_expression
from engine.feel.ranges import Range
from engine.feel.scope import Run
from engine.feel.temporal.texts import spell_temporal
from engine.feel.values import lift

_NUMBER: Final = re.compile(
    r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
)
_GROUPS: Final = frozenset({" ", ",", "."})
_POINTS: Final = frozenset({",", "."})
_LITERAL_CALLS: Final = frozenset({"date", "time", "date and time", "duration"})
_LITERAL_NAMES: Final = KnownNames(["date and time"])
_PLAIN_KEY: Final = re.compile(r"[^\W\d]\w*")


@builtin("not", "negand: boolean")
def negation(run: Run, value: bool) -> bool:  # noqa: FBT001 - the only argument
    """Return the other truth value."""
    del run
    return not value


@builtin("is", "value1: any?, value2: any?")
def same(run: Run, left: Any = None, right: Any = None) -> bool:
    """Tell whether two values are equal and of one kind."""
    return is_same(left, right, run)


@builtin("string", "from: any")
def to_string(run: Run, value: Any) -> str | None:
    """Return the text of a value; of null null."""
    if value is None or isinstance(value, Function):
        return None
    if type(value) is str:
        return value
    text = _spell(run, value, 0)
    run.text(len(text))
    return text


def _spell(run: Run, value: Any, depth: int) -> str:
    value = lift(value)
    run.spend()
    check_depth(depth)
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            run.text(len(value))
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case Decimal():
            return spell(value)
        case _:
            return _spell_larger(run, value, depth)


def _spell_larger(run: Run, value: Any, depth: int) -> str:
    match value:
        case list():
            inner = ", ".join(_spell(run, item, depth + 1) for item in value)
            return f"[{inner}]"
        case dict():
            entries = (
                f"{_spell_key(key)}: {_spell(run, item, depth + 1)}"
                for key, item in value.items()
            )
            return "{" + ", ".join(entries) + "}"
        case Range():
            return _spell_range(run, value, depth)
        case _:
            return spell_temporal(value) or "function"


def _spell_key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else f'"{key}"'


def _spell_range(run: Run, value: Range, depth: int) -> str:
    start, end = (_spell_end(run, bound, depth) for bound in (value.start, value.end))
    if value.operator:
        bound = start if value.end is None else end
        return f"({value.operator} {bound})"
    opening = "[" if value.start_included else "("
    return f"{opening}{start}..{end}{']' if value.end_included else ')'}"


def _spell_end(run: Run, value: Any, depth: int) -> str:
    text = spell_temporal(value)
    return _spell(run, value, depth + 1) if text is None else f'@"{text}"'


@builtin(
    "number",
    "from: string, grouping separator: string|null, decimal separator: string|null",
)
def to_number(
    run: Run, text: str, group: str | None, point: str | None
) -> Decimal | None:
    """Return the number that a text spells with these separators."""
    if (group and group not in _GROUPS) or (point and point not in _POINTS):
        return None
    if group is not None and group == point:
        return None
    run.text(len(text))
    if group:
        text = text.replace(group, "")
    if point and point != ".":
        if "." in text:
            return None
        text = text.replace(point, ".")
    return number(text) if _NUMBER.fullmatch(text) else None


@builtin("number", "from: string|number")
def spelled_number(run: Run, value: str | Decimal) -> Decimal | None:
    """Return the number that a text spells as expressions do."""
    return to_number(run, value, None, None) if isinstance(value, str) else value


@builtin("range", "from: string")
def to_range(run: Run, text: str) -> Range | None:
    """Return the range that a text describes; its ends must be literals."""
    try:
        node = parse_expression(text, _LITERAL_NAMES)
    except FeelError:
        return None
    if not isinstance(node, tree.RangeOf) or node.low is None or node.high is None:
        return None
    low, high = _literal(run, node.low), _literal(run, node.high)
    if compare("<=", low, high, run) is not True:
        return None
    return Range(low, high, node.low_closed, node.high_closed)


def _literal(run: Run, node: tree.Node) -> Any:
    match node:
        case tree.Constant(value=value):
            return value
        case tree.Negation(operand=tree.Constant(value=Decimal() as value)):
            return value.copy_negate()
        case tree.Call(
            function=tree.Name(name=name),
            arguments=(tree.Constant(value=str() as text),),
        ) if name in _LITERAL_CALLS:
            return BUILTINS[name].call(run, [text])
        case _:
            return None
