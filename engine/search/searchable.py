"""Searching a table: filters and orders become SQL, pages go by cursor or offset."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from engine.search import columns
from engine.search.columns import Column
from engine.search.errors import BadQueryError, unknown
from engine.search.query import MAX_LIMIT, MAX_TOTAL, Found, Query, Sort


@dataclass(frozen=True, slots=True)
class _Rank:
    """One column of an order, in the direction in which it is read."""

    column: Column
    descending: bool
    backward: bool

    @property
    def falling(self) -> bool:
        return self.descending != self.backward

    def ordered(self) -> ColumnElement[Any]:
        known = self.column.expression
        ordered = known.desc() if self.falling else known.asc()
        if not self.column.nullable:
            return ordered
        return ordered.nulls_first() if self.backward else ordered.nulls_last()

    def same(self, value: Any) -> ColumnElement[bool]:
        known = self.column.expression
        return known.is_(None) if value is None else known == value

    def past(self, value: Any) -> ColumnElement[bool]:
        known = self.column.expression
        if value is None:
            return known.is_not(None) if self.backward else false()
        past: ColumnElement[bool] = known < value if self.falling else known > value
        if self.column.nullable and not self.backward:
            return or_(past, known.is_(None))
        return past


class Searchable:
    """A table that can be searched, by the names that may be used."""

    def __init__(
        self, names: Mapping[str, Column], key: ColumnElement[Any] | Column
    ) -> None:
        self._names = names
        self._last = key if isinstance(key, Column) else columns.key(key)
        self._key = self._last.expression

    def search(
        self, session: Session, rows: Select[Any], query: Query
    ) -> Found[Row[Any]]:
        """Return one page of ``rows``, which the caller has limited to what is visible.

        ``rows`` selects at least the key and what the order needs.

        Raises:
            BadQueryError: A filter, an operator, a sort field or a cursor is unknown.
        """
        found = rows.where(*self.conditions(query.filter))
        order = self._order(query)
        page = self._page(found, order, query)
        items = list(session.connection().execute(page))
        total = _known_total(query, len(items))
        if total is None:
            total = self._count(session, found)
        marks = [tuple(row[-len(order) :]) for row in items]
        if query.before is not None:
            items.reverse()
            marks.reverse()
        return Found(
            items,
            min(total, MAX_TOTAL),
            total > MAX_TOTAL,
            _cursor(marks[0]) if marks else None,
            _cursor(marks[-1]) if marks else None,
        )

    def conditions(self, filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        """Return the filters as conditions."""
        return [
            condition
            for name, wanted in filters.items()
            for condition in self._conditions(name, wanted)
        ]

    def _conditions(self, name: str, wanted: Any) -> list[ColumnElement[bool]]:
        column = self._names.get(name)
        if column is None:
            raise unknown("filter", "筛选条件", name, self._names)
        if not isinstance(wanted, Mapping):
            wanted = {"$eq": wanted}
        conditions = [
            columns.condition(name, column, operator, value)
            for operator, value in wanted.items()
        ]
        if column.among is not None:
            return [column.among(and_(*conditions))]
        return conditions

    def _order(self, query: Query) -> list[_Rank]:
        backward = query.before is not None
        ranks = [
            _Rank(self._sorted(each), each.descending, backward) for each in query.sort
        ]
        descending = bool(query.sort) and query.sort[0].descending
        return [*ranks, _Rank(self._last, descending, backward)]

    def _sorted(self, wanted: Sort) -> Column:
        column = self._names.get(wanted.field)
        if column is None or not column.sortable:
            known = [name for name, each in self._names.items() if each.sortable]
            raise unknown("sort field", "排序字段", wanted.field, known)
        return column

    def _count(self, session: Session, found: Select[Any]) -> int:
        some = found.with_only_columns(self._key).limit(MAX_TOTAL + 1).subquery()
        counted = session.connection().execute(select(func.count()).select_from(some))
        return int(counted.scalar_one())

    def _page(
        self, found: Select[Any], order: Sequence[_Rank], query: Query
    ) -> Select[Any]:
        mark = query.before if query.before is not None else query.after
        if mark is not None:
            found = found.where(_beyond(order, _marked(mark, order)))
        found = found.order_by(*(rank.ordered() for rank in order))
        found = found.add_columns(*(rank.column.expression for rank in order))
        return found.offset(query.start).limit(min(query.limit, MAX_LIMIT))


def _known_total(query: Query, found: int) -> int | None:
    """Return how many there are where the page itself tells: it is the last one."""
    by_cursor = query.after is not None or query.before is not None
    is_full = found >= min(query.limit, MAX_LIMIT)
    if by_cursor or is_full or (query.start and not found):
        return None
    return query.start + found


def _beyond(order: Sequence[_Rank], mark: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition for what lies beyond the marked item."""
    choices: list[ColumnElement[bool]] = []
    same: list[ColumnElement[bool]] = []
    for rank, value in zip(order, mark, strict=True):
        choices.append(and_(*same, rank.past(value)))
        same.append(rank.same(value))
    return or_(*choices)


def _cursor(mark: Sequence[Any]) -> str:
    # Clients check the form: the standard alphabet, padded.
    return base64.b64encode(orjson.dumps(list(mark))).decode()


def _marked(cursor: str, order: Sequence[_Rank]) -> list[Any]:
    try:
        values = orjson.loads(base64.b64decode(cursor, validate=True))
        return [
            None if value is None else rank.column.read(value)
            for rank, value in zip(order, values, strict=True)
        ]
    except (TypeError, ValueError, binascii.Error) as error:
        raise BadQueryError(
            "The cursor is not from a search in this order; start at the first page",
            "分页游标与当前排序不符,请从第一页开始",
        ) from error
