"""What somebody looks for, and one page of what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from engine.search.errors import BadQueryError, misfit, unknown

T = TypeVar("T")

MAX_TOTAL = 10_000
MAX_LIMIT = 1_000
DEFAULT_LIMIT = 100
_PARTS = frozenset({"filter", "sort", "page"})
_PAGE_PARTS = frozenset({"from", "limit", "after", "before"})


@dataclass(frozen=True, slots=True)
class Sort:
    """One field of a sort order."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What somebody looks for; names are those of the API.

    ``start`` skips items; ``after`` and ``before`` are cursors of an earlier answer.
    """

    filter: Mapping[str, Any] = field(default_factory=dict)
    sort: tuple[Sort, ...] = ()
    start: int = 0
    limit: int = DEFAULT_LIMIT
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """One page; ``total`` stops counting at `MAX_TOTAL`, ``more`` says that it did."""

    items: Sequence[T]
    total: int
    more: bool
    start_cursor: str | None = None
    end_cursor: str | None = None


def read_query(body: Mapping[str, Any]) -> Query:
    """Read the body of a search request.

    Raises:
        BadQueryError: It is not of the grammar.
    """
    _refuse_unknown(body, _PARTS)
    page = body.get("page") or {}
    filters, sorts = body.get("filter") or {}, body.get("sort") or []
    if not (
        isinstance(page, Mapping)
        and isinstance(filters, Mapping)
        and isinstance(sorts, Sequence)
    ):
        raise BadQueryError(
            "filter and page are objects, sort is a list",
            "filter和page须为对象,sort须为列表",
        )
    _refuse_unknown(page, _PAGE_PARTS)
    return Query(
        filter=filters,
        sort=tuple(_sort(each) for each in sorts),
        start=_count(page.get("from", 0), 0, "from"),
        limit=_count(page.get("limit", DEFAULT_LIMIT), 1, "limit"),
        after=_mark(page, "after"),
        before=_mark(page, "before"),
    )


def _sort(given: Any) -> Sort:
    if not isinstance(given, Mapping) or not isinstance(given.get("field"), str):
        raise BadQueryError(
            'Each part of sort is {"field": …, "order": "ASC" or "DESC"}',
            'sort的每一项须为{"field": …, "order": "ASC"或"DESC"}',
        )
    _refuse_unknown(given, frozenset({"field", "order"}))
    order = str(given.get("order") or "ASC").upper()
    if order not in {"ASC", "DESC"}:
        raise unknown("order", "排序方向", order, ("ASC", "DESC"))
    return Sort(given["field"], descending=order == "DESC")


def _mark(page: Mapping[str, Any], name: str) -> str | None:
    mark = page.get(name)
    if mark is not None and not isinstance(mark, str):
        raise misfit(name, mark)
    return mark


def _count(value: Any, least: int, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise misfit(name, value)
    if name == "limit" and value > MAX_LIMIT:
        raise BadQueryError(
            f"A page has at most {MAX_LIMIT} items", f"每页最多{MAX_LIMIT}条"
        )
    return value


def _refuse_unknown(given: Any, known: frozenset[str]) -> None:
    if not isinstance(given, Mapping):
        raise BadQueryError("A search is an object", "查询须为对象")
    for name in given:
        if name not in known:
            raise unknown("member", "成员", name, known)
