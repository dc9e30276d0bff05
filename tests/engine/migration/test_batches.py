"""Many instances: what would become of each, then each in its own transaction."""

import pytest

from engine import definitions, migration, user_tasks
from engine.authorization import PermissionMissingError
from engine.lifecycles import IllegalMoveError
from engine.search import Query
from tests.builders import ADMIN, diagram, end, line, person, start, task


def case(*names):
    return diagram(
        "case", line(start(), *(task(name, duty="clerk") for name in names), end())
    )


@pytest.fixture
def three(world):
    """Three cases at UT_a, UT_b and UT_c; in the new version UT_b is renamed."""
    world.deploy(case("UT_a", "UT_b", "UT_c"))
    keys = [world.start("case") for _ in range(3)]
    for count, key in enumerate(keys):
        for _ in range(count):
            advance(world, key)
    world.deploy(case("UT_a", "UT_x", "UT_y", "UT_c"))
    return keys


def advance(world, key):
    (found,) = [t for t in world.tasks(state="CREATED") if t.instance_key == key]
    with world.transaction() as session:
        user_tasks.complete(session, person("zhao"), found.key, {})


def target(session):
    return definitions.latest(session, "case").key


def tried(world, keys, **mapping):
    with world.database.reading() as session:
        key = target(session)
    found = migration.dry_run(world.database, ADMIN, among(keys), key, mapping)
    return [(t.verdict, sorted(r.code for r in t.remarks)) for t in found]


def among(keys):
    return {"processInstanceKey": {"$in": [str(key) for key in keys]}}


def begun(world, keys, **mapping):
    with world.transaction() as session:
        row = migration.begin_batch(
            session, ADMIN, among(keys), target(session), mapping, reason="renamed"
        )
        return row.key


def progress(world, key):
    with world.database.reading() as session:
        found = migration.batch(session, ADMIN, key)
        return found.batch.state, found.batch.total, found.completed, found.failed


def states(world, key):
    with world.database.reading() as session:
        return [
            (item.state, [r["code"] for r in item.remarks])
            for item in migration.items(session, ADMIN, of_batch(key)).items
        ]


def of_batch(key):
    return Query(filter={"batchOperationKey": str(key)})


def test_a_plan_pairs_by_id_and_says_what_is_left(world):
    world.deploy(case("UT_a", "UT_b"))
    world.deploy(case("UT_a", "UT_x"))
    with world.transaction() as session:
        old, new = (definitions.latest(session, "case", v).key for v in (1, 2))
        plan = migration.plan(session, ADMIN, old, new, {})
        mapped = migration.plan(session, ADMIN, old, new, {"UT_b": "UT_x"})

    assert {(e.source_id, e.target_id, e.how) for e in plan.elements} == {
        ("SE", "SE", "id"), ("UT_a", "UT_a", "id"), ("UT_b", None, "none"),
        ("EE", "EE", "id"),
    }  # fmt: skip
    assert ("UT_b", "UT_x", "explicit") in {
        (e.source_id, e.target_id, e.how) for e in mapped.elements
    }


def test_a_dry_run_sorts_every_case_and_changes_none(world, three):
    before = [world.instance(key).revision for key in three]

    assert tried(world, three) == [
        ("safe", []),
        ("needs-mapping", ["element-removed"]),
        ("safe", ["element-skipped", "element-skipped"]),
    ]
    assert tried(world, three, UT_b="UT_x")[1] == ("safe", [])
    assert tried(world, three, UT_b="SE")[1] == ("unsafe", ["type-changed"])
    assert [world.instance(key).revision for key in three] == before


def test_a_batch_takes_over_what_it_can_and_says_why_not(world, three):
    key = begun(world, three)
    assert progress(world, key) == ("ACTIVE", 3, 0, 0)

    assert migration.work(world.database) == 3

    assert progress(world, key) == ("PARTIALLY_COMPLETED", 3, 2, 1)
    assert [state for state, _ in states(world, key)] == [
        "COMPLETED", "FAILED", "COMPLETED",
    ]  # fmt: skip
    assert states(world, key)[1] == ("FAILED", ["element-removed"])
    assert migration.work(world.database) == 0
    with world.database.reading() as session:
        moved = target(session)
    assert [world.instance(k).definition_key == moved for k in three] == [
        True, False, True,
    ]  # fmt: skip


def test_a_batch_goes_on_where_it_stood(world, three):
    key = begun(world, three, UT_b="UT_x")
    assert migration.work(world.database, limit=1) == 1
    assert progress(world, key) == ("ACTIVE", 3, 1, 0)

    assert migration.work(world.database) == 2

    assert progress(world, key) == ("COMPLETED", 3, 3, 0)
    reasons = [
        details["reason"]
        for case_key in three
        for event, _, details in world.events(case_key)
        if event == "InstanceMigrated"
    ]
    assert reasons == ["renamed"] * 3


def test_a_cancelled_batch_leaves_the_rest_alone(world, three):
    key = begun(world, three, UT_b="UT_x")
    migration.work(world.database, limit=1)

    with world.transaction() as session:
        migration.cancel_batch(session, ADMIN, key)

    assert migration.work(world.database) == 0
    assert progress(world, key) == ("CANCELED", 3, 1, 0)
    with pytest.raises(IllegalMoveError), world.transaction() as session:
        migration.cancel_batch(session, ADMIN, key)


def test_a_case_that_ended_meanwhile_is_named(world, three):
    key = begun(world, three[2:])
    advance(world, three[2])

    migration.work(world.database)

    assert states(world, key) == [("FAILED", ["illegal-move"])]


@pytest.mark.usefixtures("three")
def test_an_empty_batch_is_done(world):
    assert progress(world, begun(world, []))[0] == "COMPLETED"


def test_batches_are_for_administrators(world, three):
    with pytest.raises(PermissionMissingError), world.transaction() as session:
        migration.begin_batch(
            session, person("zhao"), among(three), target(session), {}
        )
