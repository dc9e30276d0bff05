"""Shapes that several resources share: keys, times, search and pages."""

from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Body as HttpBody
from fastapi import Response
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from engine import search
from engine.errors import MalformedRequestError
from engine.search import Query, read_query

T = TypeVar("T")

GREATEST_KEY = 2**63 - 1
_LONGEST_KEY = 20


def _is_too_large(value: object) -> bool:
    return isinstance(value, int) and value > GREATEST_KEY


def _to_key(value: object) -> object:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:_LONGEST_KEY])
    known = isinstance(value, int) and not isinstance(value, bool)
    if not known or _is_too_large(value):
        raise ValueError("a key is a decimal string of up to 63 bits")
    return value


Fen = Annotated[int, Field(ge=0, le=10**15)]
"""Money; no contract is worth ten trillion yuan."""

Key = Annotated[
    int,
    BeforeValidator(_to_key),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,19}$"}),
]


class Answer(BaseModel):
    """What the server sends: camelCase, built from rows or from keywords."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        from_attributes=True,
        serialize_by_alias=True,
    )


class Body(BaseModel):
    """What a client sends: camelCase, and nothing that is not described."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid"
    )


class SortField(Body):
    """One field to sort by."""

    field: str
    order: str = "ASC"


class PageRequest(Body):
    """Where a page starts (cursor or offset) and how long it is."""

    after: str | None = None
    before: str | None = None
    from_: int | None = Field(default=None, alias="from")
    limit: int = 100


class SearchBody(Body):
    """A search: what to find, in what order, which page of it."""

    filter: dict[str, Any] = Field(default_factory=dict)
    sort: list[SortField] = Field(default_factory=list)
    page: PageRequest = Field(default_factory=PageRequest)

    def query(self) -> Query:
        """Return the search as the engine reads it.

        Raises:
            BadQueryError: It is not of the grammar.
        """
        return read_query(self.model_dump(by_alias=True, exclude_none=True))


Search = Annotated[SearchBody, HttpBody(default_factory=SearchBody)]
"""Search: a body that may be absent, as clients send it who look for everything."""


class PageInfo(Answer):
    """Where a page lies; ``total_items`` stops counting at 10,000."""

    total_items: int
    has_more_total_items: bool
    start_cursor: str | None
    end_cursor: str | None


class Found(Answer, Generic[T]):
    """A page of what was found."""

    items: list[T]
    page: PageInfo


def page_of(found: search.Found[Any], items: list[T]) -> Found[T]:
    """Return a page of answers for a page of what was found."""
    info = PageInfo(
        total_items=found.total,
        has_more_total_items=found.more,
        start_cursor=found.start_cursor,
        end_cursor=found.end_cursor,
    )
    return Found(items=items, page=info)


def whole(items: list[T]) -> Found[T]:
    """Return all there is as a single page, as clients read it."""
    info = PageInfo(
        total_items=len(items),
        has_more_total_items=False,
        start_cursor=None,
        end_cursor=None,
    )
    return Found(items=items, page=info)


def written_page(found: search.Found[Any], items: list[dict[str, Any]]) -> Response:
    """Return the same as `page_of`, from items that are JSON already."""
    page = {
        "totalItems": found.total,
        "hasMoreTotalItems": found.more,
        "startCursor": found.start_cursor,
        "endCursor": found.end_cursor,
    }
    written = orjson.dumps({"items": items, "page": page}, option=orjson.OPT_UTC_Z)
    return Response(written, media_type="application/json")


class Listed(Answer, Generic[T]):
    """A list that is short enough to come whole."""

    items: list[T]


class TagMalformedError(MalformedRequestError):
    """If-Match holds no tag of ours."""

    code = "if-match-malformed"

    def __init__(self) -> None:
        super().__init__(
            "If-Match must hold the ETag that was read", "If-Match须为此前读取的ETag"
        )


def entity_tag(revision: int) -> str:
    """Return the ETag of a revision."""
    return f'"{revision}"'


def if_match(tag: str | None) -> int | None:
    """Return the revision that a caller has read; None where he does not say.

    Raises:
        TagMalformedError: The header holds something else.
    """
    if tag is None or tag.strip() == "*":
        return None
    text = tag.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit()):
        raise TagMalformedError
    return int(text)
