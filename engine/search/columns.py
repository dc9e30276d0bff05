"""The names of the grammar: what they mean and which values they take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement

from engine.search.errors import misfit, unknown

_GREATEST = 2**63 - 1
_Compare = Callable[[ColumnElement[Any], Any], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Column:
    """A name of the grammar: what it means and which values it takes.

    ``among`` replaces the comparison for names that are no column of the table: it
    gets a condition on ``expression`` and returns one on the table.
    """

    expression: ColumnElement[Any]
    read: Callable[[Any], Any]
    nullable: bool = True
    sortable: bool = True
    among: Callable[[ColumnElement[bool]], ColumnElement[bool]] | None = None


def text(expression: Any, *, nullable: bool = False) -> Column:
    """A name that takes texts."""
    return Column(expression, _text, nullable)


def renamed(expression: Any, stored: Callable[[str], str]) -> Column:
    """A name that takes texts which rows write in another way."""
    return Column(expression, lambda value: stored(_text(value)), nullable=False)


def key(expression: Any, *, nullable: bool = False) -> Column:
    """A name that takes keys: decimal texts, or integers."""
    return Column(expression, _key, nullable)


def number(expression: Any) -> Column:
    """A name that takes integers."""
    return Column(expression, _number, nullable=False)


def flag(expression: Any) -> Column:
    """A name that takes true and false."""
    return Column(expression, _flag, nullable=False)


def moment(expression: Any, *, nullable: bool = False) -> Column:
    """A name that takes times with an offset."""
    return Column(expression, _moment, nullable)


def state(expression: Any, states: type[StrEnum]) -> Column:
    """A name that takes the states of a lifecycle."""
    return Column(expression, _state(states), nullable=False)


def related(
    expression: Any, among: Callable[[ColumnElement[bool]], ColumnElement[bool]]
) -> Column:
    """A name of another table; ``among`` leads from there to ours."""
    return Column(expression, _text, sortable=False, among=among)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _key(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError
    return _bounded(int(value))


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return _bounded(value)


def _bounded(value: int) -> int:
    if abs(value) > _GREATEST:
        raise ValueError
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def _state(states: type[StrEnum]) -> Callable[[Any], StrEnum]:
    return lambda value: states(_text(value))


def condition(
    name: str, column: Column, operator: str, value: Any
) -> ColumnElement[bool]:
    """Return one condition of a filter.

    Raises:
        BadQueryError: There is no such operator, or the value is of another kind.
    """
    known = column.expression
    if operator == "$exists":
        there = _read(name, _flag, value)
        return known.is_not(None) if there else known.is_(None)
    if operator == "$in":
        if not isinstance(value, list):
            raise misfit(name, value)
        return known.in_([_read(name, column.read, each) for each in value])
    if operator == "$like" and column.read is _text:
        return known.like(_pattern(_read(name, _text, value)), escape="\\")
    compare = _OPERATORS.get(operator)
    if compare is None:
        raise unknown("operator", "运算符", operator, _ALL_OPERATORS)
    if value is None and operator in {"$eq", "$neq"}:
        return compare(known, None)
    return compare(known, _read(name, column.read, value))


_OPERATORS: Mapping[str, _Compare] = {
    "$eq": lambda known, value: known == value,
    "$neq": lambda known, value: known != value,
    "$gt": lambda known, value: known > value,
    "$gte": lambda known, value: known >= value,
    "$lt": lambda known, value: known < value,
    "$lte": lambda known, value: known <= value,
}
_ALL_OPERATORS = (*_OPERATORS, "$in", "$like", "$exists")


def _pattern(wanted: str) -> str:
    """Turn ``*`` and ``?`` into SQL's wildcards, and everything else into itself."""
    for special in ("\\", "%", "_"):
        wanted = wanted.replace(special, "\\" + special)
    return wanted.replace("*", "%").replace("?", "_")


def _read(name: str, read: Callable[[Any], Any], value: Any) -> Any:
    try:
        return read(value)
    except (TypeError, ValueError) as error:
        raise misfit(name, value) from error
