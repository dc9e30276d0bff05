"""Timers: due rows fire in order, once, whoever is at it."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from engine import cache, steps
from engine.actors import SYSTEM
from engine.lifecycles import InstanceState
from engine.schema import JournalEntry, ProcessInstance
from engine.worker import fire_due_timers
from engine.worker.timers import earliest
from tests.engine.rig import NINE
from tests.engine.worker.conftest import sequence, timer


def _set(house, moment):
    with house.database.transaction() as session:
        cache.set_clock(session, moment)


@pytest.fixture
def day(house):
    """A process that waits for a day."""
    house.deploy(sequence(timer("CE_day", "P1D")))


@pytest.mark.usefixtures("day")
def test_timer_that_is_not_due_waits(house):
    key, _ = house.begin()
    _set(house, NINE + timedelta(hours=23))

    assert fire_due_timers(house.database) == 0
    assert house.instance(key).state is InstanceState.ACTIVE


@pytest.mark.usefixtures("day")
def test_due_timer_fires_once(house):
    key, _ = house.begin()
    _set(house, NINE + timedelta(days=1))

    assert fire_due_timers(house.database) == 1
    assert fire_due_timers(house.database) == 0
    assert house.instance(key).state is InstanceState.COMPLETED


@pytest.mark.usefixtures("day")
def test_overdue_timers_fire_in_the_order_of_their_times(house):
    later, _ = house.begin()
    with house.database.transaction() as session:
        cache.set_clock(session, NINE - timedelta(hours=1))
    earlier, _ = house.begin()
    _set(house, NINE + timedelta(days=9))

    fire_due_timers(house.database)

    first, second = (_fired_at(house, key) for key in (earlier, later))
    assert first < second


def _fired_at(house, instance_key):
    with house.database.reading() as session:
        return session.scalar(
            select(JournalEntry.key).where(
                JournalEntry.instance_key == instance_key,
                JournalEntry.event == "TimerFired",
            )
        )


def test_what_a_timer_brings_about_fires_before_later_ones(house):
    house.deploy(sequence(timer("CE_one", "PT1H"), timer("CE_two", "PT1H")), "short")
    house.deploy(sequence(timer("CE_long", "PT3H")), "long")
    short, _ = house.begin("short")
    long, _ = house.begin("long")
    _set(house, NINE + timedelta(hours=1))
    fire_due_timers(house.database)
    _set(house, NINE + timedelta(hours=4))

    assert fire_due_timers(house.database) == 2

    states = [house.instance(key).state for key in (short, long)]
    assert states == [InstanceState.COMPLETED] * 2


@pytest.mark.usefixtures("day")
def test_limit_bounds_one_call(house):
    for _ in range(3):
        house.begin()
    _set(house, NINE + timedelta(days=1))

    assert fire_due_timers(house.database, limit=2) == 2
    assert fire_due_timers(house.database) == 1


@pytest.mark.usefixtures("day")
def test_suspended_instance_keeps_its_timer(house):
    key, _ = house.begin()
    with house.database.transaction() as session:
        session.get(ProcessInstance, key).suspended = True
    _set(house, NINE + timedelta(days=2))
    assert fire_due_timers(house.database) == 0

    with house.database.transaction() as session:
        session.get(ProcessInstance, key).suspended = False

    assert fire_due_timers(house.database) == 1


@pytest.mark.usefixtures("day")
def test_several_workers_fire_each_timer_once(house):
    keys = [house.begin()[0] for _ in range(12)]
    _set(house, NINE + timedelta(days=1))
    fired = []

    threads = [
        threading.Thread(target=lambda: fired.append(fire_due_timers(house.database)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(fired) == len(keys)
    assert house.timers() == []
    assert {house.instance(key).state for key in keys} == {InstanceState.COMPLETED}


@pytest.mark.usefixtures("day")
def test_timer_that_breaks_off_does_not_hold_up_the_others(house):
    broken, _ = house.begin()
    sound, _ = house.begin()
    with house.database.transaction() as session:
        session.get(ProcessInstance, broken).state_blob = b"broken"
    house.database.info["caches"].clear()
    _set(house, NINE + timedelta(days=1))

    assert fire_due_timers(house.database) == 1

    assert house.instance(sound).state is InstanceState.COMPLETED
    assert [timer.instance_key for timer in house.timers()] == [broken]


@pytest.mark.usefixtures("day")
def test_timer_whose_instance_was_canceled_is_gone(house):
    key, _ = house.begin()
    with house.database.transaction() as session:
        instance = steps.lock(session, key)
        with steps.holding(session, SYSTEM, instance) as held:
            held.run(lambda live, around: live.cancel(around, "test"))
    _set(house, NINE + timedelta(days=1))

    assert house.timers() == []
    assert fire_due_timers(house.database) == 0


@pytest.mark.usefixtures("day")
def test_looking_for_due_timers_loads_no_instance(house, statements):
    """One statement by the index on due times, however many wait."""
    for _ in range(20):
        house.begin()
    statements.clear()

    assert fire_due_timers(house.database) == 0

    (asked,) = statements
    assert "state_blob" not in asked
    with house.database.reading() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("ANALYZE"))
            asked = earliest(house.database).compile(
                session.get_bind(), compile_kwargs={"literal_binds": True}
            )
            plan = str(session.execute(text(f"EXPLAIN QUERY PLAN {asked}")).all())
            assert "ix_timer_due_at_key" in plan
            assert "TEMP B-TREE" not in plan
