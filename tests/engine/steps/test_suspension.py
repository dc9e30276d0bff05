"""Suspended, canceled and timed: what may move an instance, and what may not."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from engine import instances, messages, steps, user_tasks
from engine.authorization import PermissionMissingError
from engine.lifecycles import IllegalMoveError
from engine.schema import Timer, UserTask
from tests import builders
from tests.builders import (
    ADMIN,
    boundary,
    catch,
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

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TIMED = diagram(
    "timed",
    line(
        start(),
        catch("CE", timer("Duration", "PT1H")),
        task("UT_work", duty="clerk"),
        end(),
    ),
)
CHASED = diagram(
    "chased",
    line(start(), task("UT_answer", duty="clerk"), end()),
    boundary("BE", "UT_answer", timer("Cycle", "R/P5D"), interrupting=False)[1],
    flow("BE", "UT_chase"),
    line(task("UT_chase", duty="pool"), end("EE_chased")),
)
WAITER = diagram(
    "waiter",
    line(start(), catch("CE", message("go"), correlation="no"), task("UT_work"), end()),
    extra=builders.messages("go"),
)


def suspend(world, key, *, resumed=False):
    with world.transaction() as session:
        move = instances.resume if resumed else instances.suspend
        move(session, ADMIN, key)


def due(world, moment):
    """Fire what is due by ``moment``, as the worker would; return how many fired."""
    world.set_clock(moment)
    with world.transaction() as session:
        keys = session.scalars(
            select(Timer.key).where(Timer.due_at <= moment).order_by(Timer.due_at)
        ).all()
    fired = 0
    for key in keys:
        with world.transaction() as session:
            fired += steps.fire_timer(session, key)
    return fired


def test_a_timer_is_a_row_that_goes_when_it_has_fired(world):
    world.set_clock(NINE)
    world.deploy(TIMED)
    key = world.start("timed")
    with world.transaction() as session:
        (row,) = session.scalars(select(Timer)).all()
        assert (row.instance_key, row.element_id) == (key, "CE")
        assert row.due_at == NINE + timedelta(hours=1)

    assert due(world, NINE + timedelta(minutes=59)) == 0
    assert due(world, NINE + timedelta(hours=1)) == 1

    assert len(world.holds("zhao", "UT_work")) == 1
    with world.transaction() as session:
        assert session.scalars(select(Timer)).all() == []
    assert "TimerFired" in [event for event, _, _ in world.events(key)]


def test_a_cycle_fires_again_and_again_beside_the_task(world):
    world.set_clock(NINE)
    world.deploy(CHASED)
    world.start("chased")

    for days in (5, 10, 15):
        assert due(world, NINE + timedelta(days=days)) == 1

    assert len(world.holds("jin", "UT_chase")) == 3
    assert len(world.holds("zhao", "UT_answer")) == 1
    world.complete("zhao", "UT_answer")
    assert due(world, NINE + timedelta(days=20)) == 0


def test_a_timer_that_fired_does_not_fire_again(world):
    world.set_clock(NINE)
    world.deploy(TIMED)
    world.start("timed")
    with world.transaction() as session:
        key = session.scalars(select(Timer.key)).one()
    due(world, NINE + timedelta(hours=1))

    with world.transaction() as session:
        assert steps.fire_timer(session, key) is False


def test_nothing_moves_while_suspended(world):
    world.set_clock(NINE)
    world.deploy(TIMED, package="a")
    timed = world.start("timed")
    world.deploy(CHASED, package="b")
    chased = world.start("chased")
    (task_key,) = world.holds("zhao")
    suspend(world, timed)
    suspend(world, chased)

    assert due(world, NINE + timedelta(days=9)) == 0
    with pytest.raises(steps.SuspendedError), world.transaction() as session:
        user_tasks.complete(session, person("zhao"), task_key, {})

    suspend(world, timed, resumed=True)
    assert due(world, NINE + timedelta(days=9)) == 1
    assert len(world.holds("zhao", "UT_work")) == 1


def test_messages_wait_for_a_suspended_instance(world):
    world.deploy(WAITER)
    key = world.start("waiter", no="A-1")
    suspend(world, key)
    with world.transaction() as session:
        row = messages.publish(session, ADMIN, "go", "A-1", {})
        assert row.state == "BUFFERED"
    assert world.tasks() == []

    suspend(world, key, resumed=True)

    assert [row.instance_key for row in world.tasks()] == [key]


def test_suspending_twice_is_a_conflict(world):
    world.deploy(TIMED)
    key = world.start("timed")
    suspend(world, key)

    with pytest.raises(instances.SuspensionError):
        suspend(world, key)


def test_suspension_is_for_administrators(world):
    world.deploy(TIMED)
    key = world.start("timed")

    with pytest.raises(PermissionMissingError), world.transaction() as session:
        instances.suspend(session, person("zhao"), key)


def test_cancellation_withdraws_everything_with_the_reason(world):
    world.set_clock(NINE)
    world.deploy(CHASED)
    key = world.start("chased")

    with world.transaction() as session:
        instances.cancel(session, ADMIN, key, "contract terminated")

    row = world.instance(key)
    assert (row.state, row.end_reason) == ("TERMINATED", "contract terminated")
    assert [t.cancellation_reason for t in world.tasks()] == ["contract terminated"]
    assert world.holds("zhao") == []
    assert due(world, NINE + timedelta(days=400)) == 0


def test_a_finished_instance_cannot_be_canceled(world):
    world.deploy(CHASED)
    key = world.start("chased")
    world.complete("zhao", "UT_answer")

    with pytest.raises(IllegalMoveError), world.transaction() as session:
        instances.cancel(session, ADMIN, key, "too late")


def test_what_an_instance_waits_for_says_since_when_and_whether_that_is_normal(world):
    world.set_clock(NINE)
    world.deploy(CHASED)
    key = world.start("chased")
    with world.transaction() as session:
        session.execute(update(UserTask).values(due_at=NINE + timedelta(hours=2)))
        before = instances.waiting(session, person("wang"), key)
    world.set_clock(NINE + timedelta(hours=3))

    with world.transaction() as session:
        after = instances.waiting(session, person("wang"), key)

    assert {(w.kind, w.normal) for w in before} == {("task", True), ("timer", True)}
    (late,) = [w for w in after if w.kind == "task"]
    assert (late.people, late.since, late.normal) == (("zhao",), NINE, False)


def test_variables_can_be_corrected_by_hand(world):
    world.deploy(CHASED)
    key = world.start("chased", n=1)

    with world.transaction() as session:
        instances.set_variables(session, ADMIN, key, {"n": 2})

    assert world.variables(key)["n"] == 2
