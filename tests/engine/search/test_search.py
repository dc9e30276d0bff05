"""The grammar of searches: filters, orders, pages, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from engine import search as searching
from engine.lifecycles import IncidentState
from engine.schema import Scope, Timer
from engine.search import BadQueryError, Query, Searchable, Sort, read_query

NAMES = {
    "key": searching.key(Scope.key),
    "kind": searching.text(Scope.kind),
    "number": searching.text(Scope.business_id),
    "title": searching.text(Scope.title),
    "closedAt": searching.moment(Scope.closed_at, nullable=True),
}
SCOPES = Searchable(NAMES, Scope.metadata.tables["scope"].c.key)
DAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def scopes(database):
    with database.transaction() as session:
        session.execute(
            insert(Scope),
            [
                {
                    "key": number,
                    "kind": "project" if number % 2 else "other",
                    "business_id": f"KB-{number:02}",
                    "title": f"100%_{number}",
                    "closed_at": DAY + timedelta(days=number) if number > 7 else None,
                }
                for number in range(1, 11)
            ],
        )

    def find(query):
        with database.reading() as session:
            return SCOPES.search(session, select(Scope.key), query)

    return find


def keys(found):
    return [row.key for row in found.items]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"number": "KB-03"}, [3]),
        ({"key": "4"}, [4]),
        ({"key": 4}, [4]),
        ({"key": {"$gt": "8"}}, [9, 10]),
        ({"key": {"$gte": 9, "$neq": 9}}, [10]),
        ({"key": {"$lt": 3}}, [1, 2]),
        ({"key": {"$lte": 2}}, [1, 2]),
        ({"key": {"$in": ["2", 3]}}, [2, 3]),
        ({"number": {"$like": "KB-1*"}}, [10]),
        ({"number": {"$like": "KB-0?"}}, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ({"title": {"$like": "100%_1"}}, [1]),
        ({"closedAt": {"$exists": True}}, [8, 9, 10]),
        ({"closedAt": {"$exists": False}, "kind": "project"}, [1, 3, 5, 7]),
        ({"closedAt": None, "key": {"$gt": 6}}, [7]),
        ({"closedAt": {"$gte": "2026-03-12T08:00:00+08:00"}}, [10]),
    ],
)
def test_filters(scopes, filters, expected):
    assert keys(scopes(Query(filter=filters))) == expected


@pytest.mark.parametrize(
    "filters",
    [
        {"colour": "red"},
        {"key": {"$near": 1}},
        {"key": "four"},
        {"key": True},
        {"key": {"$in": "1"}},
        {"key": {"$like": "1*"}},
        {"number": 3},
        {"closedAt": "yesterday"},
        {"closedAt": "2026-03-12T08:00:00"},
        {"closedAt": {"$exists": "yes"}},
    ],
)
def test_what_is_not_of_the_grammar_is_refused(scopes, filters):
    with pytest.raises(BadQueryError):
        scopes(Query(filter=filters))


def test_an_unknown_sort_field_is_refused(scopes):
    with pytest.raises(BadQueryError):
        scopes(Query(sort=(Sort("colour"),)))


def test_orders(scopes):
    assert keys(scopes(Query(sort=(Sort("key", descending=True),), limit=2))) == [10, 9]
    by_kind = Query(sort=(Sort("kind"), Sort("key", descending=True)), limit=3)
    assert keys(scopes(by_kind)) == [10, 8, 6]


def test_what_has_no_value_comes_last(scopes):
    rising = scopes(Query(sort=(Sort("closedAt"),), limit=4))
    falling = scopes(Query(sort=(Sort("closedAt", descending=True),), limit=4))

    assert keys(rising)[:3] == [8, 9, 10]
    assert keys(falling)[:3] == [10, 9, 8]


@pytest.mark.parametrize(
    "sort",
    [
        (),
        (Sort("key", descending=True),),
        (Sort("kind"), Sort("closedAt")),
        (Sort("closedAt", descending=True), Sort("kind", descending=True)),
    ],
)
def test_cursors_lead_through_all_pages_and_back(scopes, sort):
    whole = keys(scopes(Query(sort=sort)))
    seen, pages, after = [], [], None
    while True:
        page = scopes(Query(sort=sort, limit=3, after=after))
        if not page.items:
            break
        seen += keys(page)
        pages.append(page)
        after = page.end_cursor
    back = scopes(Query(sort=sort, limit=3, before=pages[2].start_cursor))

    assert seen == whole
    assert keys(back) == keys(pages[1])


def test_offsets_skip(scopes):
    found = scopes(Query(start=8, limit=5))

    assert (keys(found), found.total, found.more) == ([9, 10], 10, False)


def test_a_cursor_of_another_order_is_refused(scopes):
    cursor = scopes(Query(sort=(Sort("kind"),))).end_cursor

    with pytest.raises(BadQueryError):
        scopes(Query(after=cursor))
    with pytest.raises(BadQueryError):
        scopes(Query(after="nonsense"))


def test_counting_stops_at_ten_thousand(database):
    with database.transaction() as session:
        session.execute(
            insert(Scope),
            [
                {"key": n, "kind": "", "business_id": str(n), "title": ""}
                for n in range(1, 10_003)
            ],
        )
    with database.reading() as session:
        found = SCOPES.search(session, select(Scope.key), Query(limit=1))

    assert (found.total, found.more) == (10_000, True)


def test_states_are_checked(database):
    timers = Timer.metadata.tables["timer"].c
    table = Searchable(
        {"state": searching.state(timers.ref, IncidentState)}, timers.key
    )
    with database.reading() as session, pytest.raises(BadQueryError):
        table.search(session, select(Timer.key), Query(filter={"state": "OPEN"}))


def test_bodies_become_queries():
    query = read_query(
        {
            "filter": {"key": 1},
            "sort": [{"field": "key", "order": "DESC"}, {"field": "kind"}],
            "page": {"from": 5, "limit": 20},
        }
    )

    assert query == Query(
        filter={"key": 1},
        sort=(Sort("key", descending=True), Sort("kind")),
        start=5,
        limit=20,
    )
    assert read_query({}) == Query()


@pytest.mark.parametrize(
    "body",
    [
        {"filters": {}},
        {"page": {"size": 3}},
        {"page": {"limit": 0}},
        {"page": {"limit": 1001}},
        {"page": {"from": -1}},
        {"page": {"limit": "many"}},
        {"page": {"after": 3}},
        {"sort": [{"field": "key", "order": "UP"}]},
        {"sort": [{"order": "ASC"}]},
        {"sort": ["key"]},
        {"sort": {"field": "key"}},
        {"filter": ["key"]},
    ],
)
def test_bodies_of_another_shape_are_refused(body):
    with pytest.raises(BadQueryError):
        read_query(body)
