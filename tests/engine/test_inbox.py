"""Lists of tasks: one's own, everybody's, and how their cost grows."""

import time

import pytest
from sqlalchemy import insert

from engine import cache, inbox, user_tasks
from engine.lifecycles import UserTaskState
from engine.schema import UserTask, UserTaskCandidate, next_key
from engine.search import BadQueryError, Query, Sort
from tests.builders import ADMIN, diagram, end, line, person, start, task

POOL = diagram("pool", line(start(), task("UT_sign", duty="pool", due="P1D"), end()))


def mine(world, username, **query):
    with world.database.reading() as session:
        return inbox.mine(session, person(username), Query(**query))


def test_the_oldest_task_comes_first_and_pages_follow(world):
    world.deploy(POOL)
    keys = [world.start("pool") for _ in range(5)]

    first = mine(world, "jin", limit=3)
    second = mine(world, "jin", limit=3, after=first.end_cursor)

    found = [item.task.instance_key for item in (*first.items, *second.items)]
    assert found == keys
    assert (first.total, first.more) == (5, False)


def test_tasks_say_what_they_belong_to(world):
    scope = world.project(manager="chen")
    world.deploy(POOL)
    world.start("pool", scope=scope)

    (item,) = mine(world, "jin").items

    assert item.scope_id.startswith("KB-")
    assert item.scope_title == "海鹏"
    assert (item.done, item.total) == (0, 1)


def test_lists_filter_and_sort(world):
    world.deploy(POOL)
    world.start("pool")
    world.start("pool")

    late = mine(world, "jin", filter={"dueDate": {"$lt": "2000-01-01T00:00:00Z"}})
    newest = mine(world, "jin", sort=(Sort("creationDate", descending=True),))

    assert late.items == []
    assert len(newest.items) == 2
    with pytest.raises(BadQueryError):
        mine(world, "jin", filter={"colour": "red"})


def test_administrators_find_tasks_by_candidate(world):
    world.deploy(POOL)
    world.start("pool")

    with world.database.reading() as session:
        theirs = Query(filter={"candidateUser": "jin", "state": "CREATED"})
        nobodys = Query(filter={"candidateUser": "wang"})
        assert inbox.search(session, ADMIN, theirs).total == 1
        assert inbox.search(session, ADMIN, nobodys).total == 0


CONTACT = diagram(
    "letter", line(start(), task("UT_return", duty="customer_contact"), end())
)


def test_proxies_find_what_they_may_record_for_others(world):
    theirs = world.project(manager="chen", contact="hp")
    anothers = world.project(manager="wang", contact="ht")
    world.deploy(CONTACT)
    key = world.start("letter", scope=theirs)
    world.start("letter", scope=anothers)

    with world.database.reading() as session:
        chen = person("chen")
        found = inbox.search(session, chen, Query(), represented=True)
        unasked = inbox.search(session, chen, Query())

    assert [item.task.instance_key for item in found.items] == [key]
    assert unasked.items == []


def test_customers_find_only_their_own(world):
    world.deploy(POOL)
    world.start("pool")

    with world.database.reading() as session:
        assert inbox.search(session, person("hp"), Query()).items == []


def crowd(world, count, username):
    """Add many open tasks of one instance for somebody."""
    world.deploy(POOL)
    world.start("pool")
    pattern = world.tasks()[0]._mapping
    with world.transaction() as session:
        now = cache.now(session)
        names = [column.name for column in UserTask.__table__.columns]
        rows = [
            {**{name: pattern[name] for name in names}, "key": next_key()}
            for _ in range(count)
        ]
        for row in rows:
            row |= {"candidates": [username], "created_at": now}
            row["state"] = UserTaskState.CREATED
        session.execute(insert(UserTask), rows)
        asked = [{"username": username, "task_key": row["key"]} for row in rows]
        session.execute(insert(UserTaskCandidate), asked)


def cost(world, username):
    def once():
        begun = time.process_time()
        mine(world, username)
        return time.process_time() - begun

    once()
    return min(once() for _ in range(7))


def test_the_cost_of_ones_list_does_not_grow_with_everybodys_tasks(world):
    crowd(world, 1000, "zhou")
    alone = cost(world, "zhou")

    crowd(world, 20_000, "jin")

    assert mine(world, "zhou").total == 1002
    assert cost(world, "zhou") < 2 * alone + 0.002


def test_a_list_of_a_thousand_takes_few_statements(world, statements):
    crowd(world, 300, "zhou")
    statements.clear()

    found = mine(world, "zhou")

    assert len(found.items) == 100
    assert len(statements) == 3


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_the_plain_inbox_is_the_filtered_one(world, limit):
    world.deploy(POOL)
    for _ in range(3):
        world.start("pool")
    taken, *_ = world.holds("jin")
    with world.transaction() as session:
        user_tasks.claim(session, person("zhou"), taken)

    plain = mine(world, "jin", limit=limit)
    filtered = mine(world, "jin", limit=limit, filter={"processDefinitionId": "pool"})

    assert [item.task.key for item in plain.items] == [
        item.task.key for item in filtered.items
    ]
    assert (plain.total, plain.start_cursor, plain.end_cursor) == (
        filtered.total,
        filtered.start_cursor,
        filtered.end_cursor,
    )
    assert plain.total == 2


def test_a_claimed_task_is_in_one_inbox_and_handed_back_in_all(world):
    world.deploy(POOL)
    world.start("pool")
    (key,) = world.holds("jin")

    with world.transaction() as session:
        user_tasks.claim(session, person("jin"), key)
    claimed = world.holds("jin"), world.holds("zhou")
    with world.transaction() as session:
        user_tasks.release(session, person("jin"), key)

    assert claimed == ([key], [])
    assert (world.holds("jin"), world.holds("zhou")) == ([key], [key])


def test_open_tasks_of_ones_own_are_what_a_search_for_open_ones_finds(world):
    world.deploy(POOL)
    world.start("pool")
    world.start("pool")
    world.complete("jin", "UT_sign")

    with world.database.reading() as session:
        query = Query(filter={"state": "CREATED"})
        found = inbox.search(session, person("jin"), query)
        done = inbox.search(session, person("jin"), Query())

    assert [item.task.key for item in found.items] == world.holds("jin")
    assert {item.task.state for item in done.items} == {"CREATED", "COMPLETED"}
