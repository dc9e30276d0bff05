"""The journal: append-only in the database itself, and chained per instance."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from engine import journal, user_tasks
from engine.errors import NotFoundError
from engine.schema import JournalEntry
from tests.builders import ADMIN, diagram, end, line, person, start, task

TWO = diagram(
    "two", line(start(), task("UT_a", duty="pool"), task("UT_b", duty="pool"), end())
)


@pytest.fixture
def two(world):
    world.deploy(TWO)
    key = world.start("two")
    (task_key,) = world.holds("jin")
    with world.transaction() as session:
        user_tasks.claim(session, person("jin"), task_key)
    world.complete("jin", "UT_a", n=12345678901234567890123, name="张三", half=0.5)
    return key


def verify(world, key):
    with world.transaction() as session:
        return journal.verify(session, key)


def test_an_untouched_chain_holds(world, two):
    found = verify(world, two)

    assert (found.intact, found.broken_at, found.entries) == (True, None, 5)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE journal_entry SET actor = 'wang'", "DELETE FROM journal_entry"],
)
def test_the_database_refuses_to_change_the_journal(world, two, statement):
    with pytest.raises(DBAPIError, match="append-only"), world.transaction() as session:
        session.execute(text(statement))

    assert verify(world, two).intact


def without_triggers(session):
    """Do what only the owner of the database could."""
    if session.connection().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER journal_entry_no_update"))
        session.execute(text("DROP TRIGGER journal_entry_no_delete"))
    else:
        session.execute(text("ALTER TABLE journal_entry DISABLE TRIGGER USER"))


def test_a_forged_entry_is_found_even_then(world, two):
    with world.transaction() as session:
        keys = session.scalars(
            select(JournalEntry.key)
            .where(JournalEntry.instance_key == two)
            .order_by(JournalEntry.key)
        ).all()
        without_triggers(session)
        session.execute(
            text("UPDATE journal_entry SET actor = 'wang' WHERE key = :key"),
            {"key": keys[2]},
        )

    found = verify(world, two)
    assert (found.intact, found.broken_at) == (False, keys[2])


def test_an_entry_cut_off_at_the_end_is_missed(world, two):
    with world.transaction() as session:
        last = session.scalars(
            select(JournalEntry.key).order_by(JournalEntry.key)
        ).all()[-1]
        without_triggers(session)
        session.execute(
            text("DELETE FROM journal_entry WHERE key = :key"), {"key": last}
        )

    found = verify(world, two)
    assert (found.intact, found.broken_at) == (False, None)


def test_entries_outside_a_step_continue_the_chain(world, two):
    with world.transaction() as session:
        journal.record(session, ADMIN, "Commented", instance=two, details={"n": 1})
        journal.record(session, ADMIN, "Commented", instance=two, details={"n": 2})

    found = verify(world, two)
    assert (found.intact, found.entries) == (True, 7)


def test_entries_without_an_instance_need_no_chain(world):
    with world.transaction() as session:
        journal.record(session, ADMIN, "CalendarChanged", details={"year": 2026})
        row = session.scalars(
            select(JournalEntry).where(JournalEntry.event == "CalendarChanged")
        ).one()

    assert row.digest == journal.digest_of(
        b"",
        {
            name: getattr(row, name)
            for name in (
                "key",
                "at",
                "recorded_at",
                "actor",
                "event",
                "scope_key",
                "instance_key",
                "task_key",
                "element_id",
                "details",
            )
        },
    )


def test_there_is_nothing_to_verify_of_what_is_not_there(world):
    with pytest.raises(NotFoundError):
        verify(world, 7)
