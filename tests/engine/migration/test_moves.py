"""Tokens moved by hand and tasks sent back, with their rows and the journal."""

import pytest
from sqlalchemy import select

from engine import instances, journal, user_tasks
from engine.authorization import NotCandidateError, PermissionMissingError
from engine.errors import MalformedRequestError
from engine.instances import Activate, MoveTokens, Terminate
from engine.lifecycles import IllegalMoveError
from engine.runtime import MoveRefusedError
from engine.schema import ElementInstance, Timer
from engine.steps import SuspendedError
from tests.builders import (
    ADMIN,
    boundary,
    diagram,
    end,
    flow,
    gateway,
    line,
    person,
    start,
    task,
    timer,
)

ROW = diagram(
    "row",
    line(
        start(),
        task("UT_a", duty="clerk"),
        task("UT_b", duty="pool"),
        task("UT_c", duty="clerk"),
        end(),
    ),
    boundary("late", "UT_b", timer("Duration", "P1D"))[1],
    flow("late", "EE"),
)
FORKED = diagram(
    "forked",
    line(
        start(),
        task("UT_first", duty="clerk"),
        gateway("GW_f", "parallelGateway"),
        task("UT_left", duty="clerk"),
        gateway("GW_j", "parallelGateway"),
        task("UT_last", duty="clerk"),
        end(),
    ),
    flow("GW_f", "UT_right"),
    task("UT_right", duty="pool")[1],
    flow("UT_right", "GW_j"),
)


def modify(world, key, *changes, actor=ADMIN, reason="got stuck"):
    with world.transaction() as session:
        instances.modify(session, actor, key, changes, reason=reason)


def opened(world):
    return sorted(found.element_id for found in world.tasks(state="CREATED"))


def element_key(world, key, element_id):
    with world.database.reading() as session:
        return session.scalars(
            select(ElementInstance.key).where(
                ElementInstance.instance_key == key,
                ElementInstance.element_id == element_id,
            )
        ).one()


def back(world, username, element_id, target, *, reason="wrong sum"):
    (key, *_) = world.holds(username, element_id)
    with world.transaction() as session:
        user_tasks.send_back(session, person(username), key, target, reason=reason)
    return key


def moves(world, username, element_id):
    (key, *_) = world.holds(username, element_id)
    with world.database.reading() as session:
        return user_tasks.moves(session, person(username), key)


def test_a_moved_token_takes_its_rows_along(world):
    world.deploy(ROW)
    key = world.start("row")
    world.complete("zhao", "UT_a")

    modify(world, key, MoveTokens(element_id="UT_b", target_id="UT_c"))

    assert opened(world) == ["UT_c"]
    (gone,) = world.tasks(state="CANCELED")
    assert (gone.element_id, gone.cancellation_reason) == ("UT_b", "got stuck")
    assert world.holds("jin") == []
    with world.database.reading() as session:
        assert session.scalars(select(Timer)).all() == []
    ((event, actor, details),) = [
        found for found in world.events(key) if found[0] == "InstanceModified"
    ]
    assert (event, actor, details["reason"]) == (
        "InstanceModified", "admin", "got stuck",
    )  # fmt: skip
    assert details["changes"] == [
        {"do": "MoveTokens", "element_id": "UT_b", "target_id": "UT_c"}
    ]
    with world.transaction() as session:
        assert journal.verify(session, key).intact


def test_an_element_instance_names_one_token(world):
    world.deploy(FORKED)
    key = world.start("forked")
    world.complete("zhao", "UT_first")
    left, right = (element_key(world, key, name) for name in ("UT_left", "UT_right"))

    modify(
        world,
        key,
        MoveTokens(element_instance_key=left, target_id="UT_last"),
        Terminate(element_instance_key=right),
    )

    assert opened(world) == ["UT_last"]


def test_a_new_token_begins_with_its_variables(world):
    world.deploy(ROW)
    key = world.start("row", n=1)

    modify(world, key, Activate(element_id="UT_c", variables={"m": 2}))

    assert opened(world) == ["UT_a", "UT_c"]
    assert world.variables(key) == {"n": 1, "m": 2}


def test_what_strands_a_join_changes_nothing(world):
    world.deploy(FORKED)
    key = world.start("forked")
    world.complete("zhao", "UT_first")
    revision = world.instance(key).revision

    with pytest.raises(MoveRefusedError):
        modify(world, key, Terminate(element_id="UT_right"))

    assert world.instance(key).revision == revision
    assert opened(world) == ["UT_left", "UT_right"]


def test_a_token_that_is_not_there_is_named(world):
    world.deploy(ROW)
    key = world.start("row")

    with pytest.raises(instances.ElementNotActiveError):
        modify(world, key, Terminate(element_id="UT_c"))


def test_only_administrators_modify_and_only_what_is_going(world):
    world.deploy(ROW)
    key = world.start("row")
    change = MoveTokens(element_id="UT_a", target_id="UT_c")
    with pytest.raises(PermissionMissingError):
        modify(world, key, change, actor=person("zhao"))
    with world.transaction() as session:
        instances.suspend(session, ADMIN, key)

    with pytest.raises(SuspendedError):
        modify(world, key, change)


def test_the_targets_of_a_task_say_what_they_cancel(world):
    world.deploy(FORKED)
    world.start("forked")
    world.complete("zhao", "UT_first")

    (move,) = moves(world, "zhao", "UT_left")

    assert (move.element_id, move.completed_by) == ("UT_first", "zhao")
    assert sorted(row.element_id for row in move.cancels) == ["UT_left", "UT_right"]


def test_the_latest_target_comes_first_and_timers_are_named(world):
    world.deploy(ROW)
    world.start("row")
    world.complete("zhao", "UT_a")

    (move,) = moves(world, "jin", "UT_b")
    assert (move.element_id, move.withdraws) == ("UT_a", ("late",))
    world.complete("jin", "UT_b")

    assert [m.element_id for m in moves(world, "zhao", "UT_c")] == ["UT_b", "UT_a"]


def test_sending_back_opens_the_earlier_task_anew_and_keeps_history(world):
    world.deploy(ROW)
    key = world.start("row")
    first = world.complete("zhao", "UT_a", n=1)

    sent = back(world, "jin", "UT_b", "UT_a")

    (again,) = world.holds("zhao", "UT_a")
    assert again != first
    rows = {row.key: row for row in world.tasks()}
    assert (rows[first].state, rows[again].round) == ("COMPLETED", 2)
    assert (rows[sent].state, rows[sent].cancellation_reason) == (
        "CANCELED", "wrong sum",
    )  # fmt: skip
    assert world.variables(key)["n"] == 1
    returned = [found for found in world.events(key) if found[0] == "TaskReturned"]
    assert returned == [("TaskReturned", "jin", {"to": "UT_a", "reason": "wrong sum"})]
    world.complete("zhao", "UT_a", n=2)
    world.complete("jin", "UT_b")
    world.complete("zhao", "UT_c")
    assert world.instance(key).state == "COMPLETED"


def test_a_task_that_was_never_done_is_no_target(world):
    world.deploy(ROW)
    world.start("row")
    world.complete("zhao", "UT_a")

    for target in ("UT_c", "UT_b", "nowhere"):
        with pytest.raises(MoveRefusedError):
            back(world, "jin", "UT_b", target)


def test_from_behind_the_join_a_branch_is_no_target(world):
    world.deploy(FORKED)
    world.start("forked")
    world.complete("zhao", "UT_first")
    world.complete("zhao", "UT_left")
    world.complete("jin", "UT_right")

    assert [m.element_id for m in moves(world, "zhao", "UT_last")] == ["UT_first"]
    with pytest.raises(MoveRefusedError):
        back(world, "zhao", "UT_last", "UT_left")


def test_sending_back_needs_a_reason_and_ones_own_open_task(world):
    world.deploy(ROW)
    world.start("row")
    done = world.complete("zhao", "UT_a")
    with pytest.raises(MalformedRequestError):
        back(world, "jin", "UT_b", "UT_a", reason=" ")
    (key,) = world.holds("jin", "UT_b")
    with pytest.raises(NotCandidateError), world.transaction() as session:
        user_tasks.send_back(session, person("lin"), key, "UT_a", reason="no")

    with pytest.raises(IllegalMoveError), world.transaction() as session:
        user_tasks.send_back(session, person("zhao"), done, "UT_a", reason="no")
