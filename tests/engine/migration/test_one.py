"""One instance goes over to a new version with all its rows, and back."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from engine import definitions, journal, migration, user_tasks
from engine.authorization import PermissionMissingError
from engine.lifecycles import IllegalMoveError
from engine.runtime import MigrationRefusedError
from engine.schema import ElementInstance, MessageSubscription, Timer, UserTask
from tests import builders
from tests.builders import (
    ADMIN,
    boundary,
    diagram,
    end,
    flow,
    line,
    message,
    person,
    start,
    task,
    timer,
)

TEXT = {"type": "string"}
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def chased(*middle, length="P1D", name="hello", event="told"):
    """A task with a timer and a message at its boundary."""
    middle = middle or (task("UT_ask", duty="clerk"),)
    host = middle[0][0]
    return diagram(
        "case",
        line(start(), *middle, end()),
        boundary("late", host, timer("Duration", length))[1],
        boundary(event, host, message(name), correlation='"k"')[1],
        flow("late", "EE"),
        flow(event, "EE"),
        extra=builders.messages(name),
    )


def migrate(world, key, mapping=None, *, actor=ADMIN):
    with world.transaction() as session:
        target = newest(session)
        return migration.migrate(
            session, actor, key, target, mapping or {}, reason="better form"
        )


def newest(session, process_id="case"):
    return definitions.latest(session, process_id).key


def rows_of(world, table, key):
    with world.database.reading() as session:
        found = select(table).where(table.instance_key == key).order_by(table.key)
        return session.scalars(found).all()


def test_the_open_task_follows_with_its_key_and_its_draft(world):
    world.deploy(
        chased(task("UT_ask", duty="clerk", form="ask")), forms={"ask": {"a": TEXT}}
    )
    key = world.start("case")
    (task_key,) = world.holds("zhao", "UT_ask")
    with world.transaction() as session:
        draft = {"a": "half", "gone": "lost"}
        user_tasks.save_draft(session, person("zhao"), task_key, draft)
    world.deploy(
        chased(task("UT_query", duty="clerk", form="query"), task("UT_more")),
        forms={"query": {"a": TEXT, "b": TEXT}},
    )

    outcome = migrate(world, key, {"UT_ask": "UT_query"})

    (row,) = rows_of(world, UserTask, key)
    assert (row.key, row.element_id, row.name, row.form, row.result) == (
        task_key, "UT_query", "UT_query", "query", "query",
    )  # fmt: skip
    assert [note.code for note in outcome.notes] == ["draft-fields-dropped"]
    assert "gone" in outcome.notes[0].text.en
    with world.transaction() as session:
        view = user_tasks.view(session, person("zhao"), task_key)
        kept, form = view.draft, view.form
    assert kept
    assert kept.values["a"] == "half"
    assert form
    assert set(form.schema["properties"]) == {"a", "b"}
    world.complete("zhao", "UT_query", a="x", b="y")
    assert world.variables(key)["query"] == {"a": "x", "b": "y"}
    assert [found.element_id for found in world.tasks(state="CREATED")] == ["UT_more"]


def test_timers_keep_their_due_time_and_messages_their_new_name(world):
    world.set_clock(NINE)
    world.deploy(chased())
    key = world.start("case")
    (before,) = rows_of(world, Timer, key)
    world.deploy(chased(length="P9D", name="hallo"))

    migrate(world, key)

    (after,) = rows_of(world, Timer, key)
    assert (after.key, after.due_at) == (before.key, before.due_at)
    (subscription,) = rows_of(world, MessageSubscription, key)
    assert (subscription.name, subscription.element_id) == ("hallo", "told")


def test_events_that_are_gone_lose_their_rows_and_new_ones_get_theirs(world):
    world.deploy(chased())
    key = world.start("case")
    world.deploy(chased(event="rung"))

    migrate(world, key)

    (subscription,) = rows_of(world, MessageSubscription, key)
    assert subscription.element_id == "rung"


def test_the_trace_goes_on_under_the_new_name(world):
    world.deploy(chased())
    key = world.start("case")
    world.deploy(chased(task("UT_new", duty="clerk")))
    migrate(world, key, {"UT_ask": "UT_new"})
    world.complete("zhao", "UT_new")

    trace = [row.element_id for row in rows_of(world, ElementInstance, key)]

    assert trace == ["SE", "UT_new", "EE"]
    assert world.instance(key).state == "COMPLETED"


def test_the_people_of_another_duty_take_over(world):
    world.deploy(chased())
    key = world.start("case")
    world.deploy(chased(task("UT_ask", duty="pool")))

    migrate(world, key)

    assert world.holds("zhao") == []
    (task_key,) = world.holds("jin", "UT_ask")
    assert world.holds("zhou", "UT_ask") == [task_key]


def test_a_joint_task_goes_over_with_what_is_answered(world):
    world.deploy(chased(task("UT_ask", duty="pair")))
    key = world.start("case")
    world.complete("hou", "UT_ask", vote="yes")
    world.deploy(chased(task("UT_both", duty="pair"), task("UT_more")))

    migrate(world, key, {"UT_ask": "UT_both"})

    world.complete("wang", "UT_both", vote="no")
    votes = [each["vote"] for each in world.variables(key)["both_list"]]
    assert votes == ["yes", "no"]


def test_another_way_of_sharing_is_refused(world):
    world.deploy(chased())
    key = world.start("case")
    world.deploy(chased(task("UT_ask", duty="pair")))

    with pytest.raises(MigrationRefusedError) as caught:
        migrate(world, key)

    assert [remark.code for remark in caught.value.remarks] == ["mode-changed"]
    assert len(world.holds("zhao", "UT_ask")) == 1


def test_a_refused_instance_stays_as_it_was(world):
    world.deploy(chased())
    key = world.start("case")
    before = world.instance(key)
    world.deploy(chased(task("UT_other", duty="clerk")))

    with pytest.raises(MigrationRefusedError):
        migrate(world, key)

    after = world.instance(key)
    assert (after.model_key, after.revision) == (before.model_key, before.revision)
    world.complete("zhao", "UT_ask")
    assert world.instance(key).state == "COMPLETED"


def test_who_why_and_from_where_stands_in_the_journal(world):
    world.deploy(chased())
    key = world.start("case")
    world.deploy(chased(task("UT_ask", duty="clerk"), task("UT_more")))

    migrate(world, key)

    (found,) = [e for e in world.events(key) if e[0] == "InstanceMigrated"]
    assert found[1:] == (
        "admin",
        {
            "from": {"process": "case", "version": 1},
            "to": {"process": "case", "version": 2},
            "mapping": {},
            "reason": "better form",
        },
    )
    with world.transaction() as session:
        assert journal.verify(session, key).intact


def test_migration_is_for_administrators(world):
    world.deploy(chased())
    key = world.start("case")

    with pytest.raises(PermissionMissingError):
        migrate(world, key, actor=person("zhao"))


def test_a_finished_case_and_one_on_that_version_do_not_go_over(world):
    world.deploy(chased())
    key = world.start("case")
    with pytest.raises(migration.AlreadyThereError):
        migrate(world, key)
    world.complete("zhao", "UT_ask")
    world.deploy(chased(length="P2D"))

    with pytest.raises(IllegalMoveError):
        migrate(world, key)


def undo(world, key):
    with world.transaction() as session:
        migration.undo(session, ADMIN, key, reason="too early")


def test_undoing_brings_back_version_tasks_and_timers(world):
    world.set_clock(NINE)
    world.deploy(chased())
    key = world.start("case")
    old = world.instance(key)
    kept = [
        [(row.key, row.element_id) for row in rows_of(world, table, key)]
        for table in (UserTask, Timer, MessageSubscription, ElementInstance)
    ]
    world.deploy(chased(task("UT_new", duty="pool"), event="rung"))
    migrate(world, key, {"UT_ask": "UT_new"})

    undo(world, key)

    new = world.instance(key)
    assert (new.model_key, new.definition_key) == (old.model_key, old.definition_key)
    assert kept == [
        [(row.key, row.element_id) for row in rows_of(world, table, key)]
        for table in (UserTask, Timer, MessageSubscription, ElementInstance)
    ]
    assert [e[2]["reason"] for e in world.events(key) if e[0] == "MigrationUndone"] == [
        "too early"
    ]
    with world.transaction() as session:
        assert journal.verify(session, key).intact
    world.complete("zhao", "UT_ask")
    assert world.instance(key).state == "COMPLETED"


def test_undoing_is_refused_once_the_case_has_moved_on(world):
    two = (task("UT_ask", duty="clerk"), task("UT_more", duty="clerk"))
    world.deploy(chased(*two))
    key = world.start("case")
    world.deploy(chased(*two, length="P2D"))
    migrate(world, key)
    world.complete("zhao", "UT_ask")

    with pytest.raises(migration.CannotUndoError):
        undo(world, key)


def test_a_migration_is_undone_once(world):
    world.deploy(chased())
    key = world.start("case")
    world.deploy(chased(length="P2D"))
    migrate(world, key)
    undo(world, key)

    with pytest.raises(migration.NotMigratedError):
        undo(world, key)
