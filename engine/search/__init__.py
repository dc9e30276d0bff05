"""Searching any table in the API's grammar: filters, sort orders, pages.

A `Searchable` says which names may be used and which columns they mean; everything
else is refused, so that a misspelt filter is never an empty answer. Filters take a
value or a mapping of operators; pages go by cursor or by offset.
"""

from engine.search.columns import (
    Column,
    flag,
    key,
    moment,
    number,
    related,
    renamed,
    state,
    text,
)
from engine.search.errors import BadQueryError
from engine.search.query import MAX_LIMIT, MAX_TOTAL, Found, Query, Sort, read_query
from engine.search.searchable import Searchable

__all__ = [
    "MAX_LIMIT",
    "MAX_TOTAL",
    "BadQueryError",
    "Column",
    "Found",
    "Query",
    "Searchable",
    "Sort",
    "flag",
    "key",
    "moment",
    "number",
    "read_query",
    "related",
    "renamed",
    "state",
    "text",
]
