"""Joint tasks: everybody acts once, and the token waits for all."""

import pytest
from sqlalchemy import select, update

from engine import disclosure, duty_changes, instances, user_tasks
from engine.authorization import NotCandidateError
from engine.schema import DutyConfiguration, UserTask
from tests import builders
from tests.builders import (
    DUTIES,
    diagram,
    end,
    flow,
    gateway,
    line,
    person,
    start,
    task,
)

JOINT = diagram(
    "joint",
    line(
        start(),
        gateway("GW_again"),
        task("UT_appoint", duty="pair", form="UT_appoint"),
        gateway("GW_same", default="EE"),
        end(),
    ),
    flow("GW_same", "GW_again", "count(distinct values(appoint_list.nominee)) > 1"),
)
FORMS = {"UT_appoint": {"nominee": {"type": "string"}}}


@pytest.fixture
def joint(world):
    world.deploy(JOINT, forms=FORMS)
    return world.start("joint")


@pytest.mark.usefixtures("joint")
def test_each_person_has_a_task_of_the_same_round(world):
    rows = world.tasks(state="CREATED")

    assert sorted(row.assignee for row in rows) == ["hou", "wang"]
    assert len({row.joint_key for row in rows}) == 1


def test_one_completion_does_not_let_the_case_go_on(world, joint):
    world.complete("hou", "UT_appoint", nominee="chen")

    assert world.instance(joint).state == "ACTIVE"
    assert world.holds("hou") == []
    assert len(world.holds("wang", "UT_appoint")) == 1


@pytest.mark.usefixtures("joint")
def test_nobody_acts_for_both(world):
    world.complete("hou", "UT_appoint", nominee="chen")
    (key,) = world.holds("wang")

    with pytest.raises(NotCandidateError), world.transaction() as session:
        user_tasks.complete(session, person("hou"), key, {"nominee": "chen"})


def test_the_last_completion_collects_all_answers(world, joint):
    world.complete("wang", "UT_appoint", nominee="chen")
    world.complete("hou", "UT_appoint", nominee="chen")

    items = world.variables(joint)["appoint_list"]
    assert [(i["nominee"], i["completed_by"]) for i in items] == [
        ("chen", "hou"),
        ("chen", "wang"),
    ]
    assert all(item["completed_at"].tzinfo for item in items)
    assert world.instance(joint).state == "COMPLETED"


@pytest.mark.usefixtures("joint")
def test_answers_leave_the_rows_once_the_round_is_over(world):
    world.complete("wang", "UT_appoint", nominee="chen")
    with world.transaction() as session:
        kept = session.scalars(select(UserTask.answers)).all()
    world.complete("hou", "UT_appoint", nominee="chen")

    with world.transaction() as session:
        left = session.scalars(select(UserTask.answers)).all()
    assert {"nominee": "chen"} in kept
    assert left == [None, None]


def test_a_new_round_moves_the_last_one_aside(world, joint):
    world.complete("hou", "UT_appoint", nominee="chen")
    world.complete("wang", "UT_appoint", nominee="li")

    data = world.variables(joint)
    assert [item["nominee"] for item in data["appoint_previous"]] == ["chen", "li"]
    assert data["appoint_list"] == []
    rounds = {row.round for row in world.tasks(state="CREATED")}
    assert rounds == {2}

    world.complete("hou", "UT_appoint", nominee="li")
    world.complete("wang", "UT_appoint", nominee="li")
    done = world.variables(joint)
    assert [item["nominee"] for item in done["appoint_previous"]] == ["chen", "li"]
    assert [item["nominee"] for item in done["appoint_list"]] == ["li", "li"]


@pytest.mark.usefixtures("joint")
def test_the_later_person_opens_with_the_earlier_answer(world):
    world.complete("hou", "UT_appoint", nominee="chen")
    (key,) = world.holds("wang")

    with world.transaction() as session:
        seen = user_tasks.view(session, person("wang"), key)

    assert seen.defaults["nominee"] == "chen"
    assert (seen.done, seen.total) == (1, 2)


def test_a_blind_round_keeps_earlier_answers_to_itself(world):
    blind = {**builders.form(**FORMS["UT_appoint"]), "ui": {"x-blind": True}}
    world.deploy(JOINT, forms={"UT_appoint": blind})
    key = world.start("joint")
    world.complete("hou", "UT_appoint", nominee="geheim")
    (task_key,) = world.holds("wang")

    with world.transaction() as session:
        seen = user_tasks.view(session, person("wang"), task_key)
        lines = instances.history(session, person("wang"), key)
        own = instances.history(session, person("hou"), key)

    assert "nominee" not in seen.defaults
    assert _values(lines) == [{}]
    assert _values(own) == [{"nominee": "geheim"}]

    world.complete("wang", "UT_appoint", nominee="geheim")
    with world.transaction() as session:
        after = instances.history(session, person("zhao"), key)
    assert _values(after) == [{"nominee": "geheim"}] * 2


def _values(lines: list[disclosure.Line]):
    return [
        line.details["values"] for line in lines if line.entry.event == "TaskCompleted"
    ]


def test_one_person_with_both_positions_acts_once(world):
    duties = {**DUTIES, "positions": {"director": {"users": ["hou"]}}}
    duties["positions"]["implementation"] = {"users": ["hou"]}
    with world.transaction() as session:
        session.execute(update(DutyConfiguration).values(content=duties))
    world.database.info["caches"].clear()
    world.deploy(JOINT, forms=FORMS)
    key = world.start("joint")

    assert len(world.holds("hou")) == 1
    world.complete("hou", "UT_appoint", nominee="chen")
    assert world.variables(key)["appoint_list"][0]["completed_by"] == "hou"


def test_the_round_goes_on_when_the_last_open_person_leaves_the_duty(world, joint):
    world.complete("hou", "UT_appoint", nominee="chen")

    with world.transaction() as session:
        left = {**DUTIES["duties"], "pair": {**DUTIES["duties"]["pair"]}}
        left["pair"] |= {"members": ["director"], "single": True}
        duty_changes.replace(session, builders.ADMIN, {**DUTIES, "duties": left})

    assert world.instance(joint).state == "COMPLETED"
    assert [i["nominee"] for i in world.variables(joint)["appoint_list"]] == ["chen"]


def test_a_joint_task_that_is_cut_off_is_canceled_for_everybody(world, joint):
    world.complete("hou", "UT_appoint", nominee="chen")

    with world.transaction() as session:
        instances.cancel(session, builders.ADMIN, joint, "contract terminated")

    rows = {row.assignee: row for row in world.tasks()}
    assert rows["hou"].state == "COMPLETED"
    assert rows["wang"].state == "CANCELED"
    assert rows["wang"].cancellation_reason == "contract terminated"
    assert rows["hou"].answers is None
