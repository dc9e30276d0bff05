"""Tokens put, moved and ended by hand, and tasks sent back: journalled, or refused."""

import pytest

from tests.api.versions.cases import Case, deploy, todo
from tests.builders import (
    boundary,
    diagram,
    end,
    flow,
    gateway,
    line,
    start,
    timer,
)

FORKED = diagram(
    "forked",
    line(
        start(),
        todo("UT_first"),
        gateway("GW_fork", "parallelGateway"),
        todo("UT_left"),
        gateway("GW_join", "parallelGateway"),
        todo("UT_last"),
        end(),
    ),
    flow("GW_fork", "UT_right"),
    todo("UT_right")[1],
    flow("UT_right", "GW_join"),
    boundary("late", "UT_right", timer("Duration", "P1D"))[1],
    flow("late", "EE"),
)
BRANCHES = ["UT_left", "UT_right"]


@pytest.fixture(scope="module", autouse=True)
def deployed(company):
    """The process of this file is there."""
    deploy(company, FORKED)


@pytest.fixture
def case(company):
    """An instance with both branches open."""
    begun = Case(company, "forked", n=1)
    begun.complete("UT_first", approved=True)
    return begun


def activate(element_id, **variables):
    told = [{"variables": variables}] if variables else []
    return {"elementId": element_id, "variableInstructions": told}


def move(source, target):
    return {
        "sourceElementInstruction": {"sourceType": "byId", "sourceElementId": source},
        "targetElementId": target,
    }


def refused(answer):
    return answer.status_code, answer.json()["code"]


def test_all_of_a_modification_happens_with_actor_and_reason(case):
    case.ask(
        "POST",
        "/modification",
        reason="the right branch is not needed",
        activateInstructions=[activate("UT_last", m=2)],
        moveInstructions=[move("UT_left", "UT_first")],
        terminateInstructions=[{"elementId": "UT_right"}],
    )

    assert case.tasks() == ["UT_first", "UT_last"]
    assert case.timers() == {}
    assert case.variables()["m"] == 2
    (event,) = case.events("InstanceModified")
    assert (event["actor"], event["details"]["reason"]) == (
        "admin", "the right branch is not needed",
    )  # fmt: skip
    assert [each["do"] for each in event["details"]["changes"]] == [
        "Activate", "MoveTokens", "Terminate",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("instructions", "status", "code"),
    [
        ({"terminateInstructions": [{"elementId": "UT_right"}]}, 409, "move-refused"),
        ({"moveInstructions": [move("UT_left", "UT_last")]}, 409, "move-refused"),
        ({"terminateInstructions": [{"elementId": "UT_last"}]}, 404,
         "element-not-active"),
        ({"activateInstructions": [activate("UT_nowhere")]}, 409, "move-refused"),
        ({"terminateInstructions": [{"elementId": name} for name in BRANCHES]}, 409,
         "move-refused"),
    ],
)  # fmt: skip
def test_what_strands_a_join_or_leaves_nothing_changes_nothing(
    case, instructions, status, code
):
    before = case.events("InstanceModified")

    answer = case.call("/modification", **instructions)

    assert refused(answer) == (status, code)
    assert case.tasks() == BRANCHES
    assert case.events("InstanceModified") == before


def test_a_refusal_names_the_element_and_says_why(case):
    answer = case.call(
        "/modification", terminateInstructions=[{"elementId": "UT_right"}]
    )

    (error,) = answer.json()["errors"]
    assert error["code"] == "join-stranded"
    assert "汇聚" in error["message"]


def test_the_same_token_does_not_move_twice(case):
    instructions = {"moveInstructions": [move("UT_left", "UT_first")],
                    "terminateInstructions": [{"elementId": "UT_right"}]}  # fmt: skip
    case.ask("POST", "/modification", **instructions)

    assert refused(case.call("/modification", **instructions)) == (
        404, "element-not-active",
    )  # fmt: skip


def moves(company, case, element_id):
    path = f"/v2/user-tasks/{case.task(element_id)['userTaskKey']}"
    return path, company.zhao.ask("GET", f"{path}/moves")["items"]


def test_a_task_lists_where_it_can_go_back_to_and_what_that_cancels(company, case):
    path, (back,) = moves(company, case, "UT_left")
    assert back["elementId"] == "UT_first"
    assert sorted(each["elementId"] for each in back["cancels"]) == BRANCHES
    assert back["withdraws"] == ["late"]
    body = {"elementId": "UT_first", "reason": "看错了"}

    company.zhao.ask("POST", f"{path}/return", json=body)

    assert case.tasks() == ["UT_first"]
    assert case.timers() == {}
    (event,) = case.events("TaskReturned")
    assert (event["actor"], event["details"]) == (
        "zhao", {"to": "UT_first", "reason": "看错了"},
    )  # fmt: skip
    again = company.zhao.call("POST", f"{path}/return", json=body)
    assert refused(again) == (409, "illegal-move")


def test_behind_a_join_only_what_lies_before_the_fork_is_a_target(company, case):
    for name in BRANCHES:
        case.complete(name)
    path, found = moves(company, case, "UT_last")
    assert [each["elementId"] for each in found] == ["UT_first"]

    answers = [
        company.zhao.call(
            "POST", f"{path}/return", json={"elementId": name, "reason": "no"}
        )
        for name in BRANCHES
    ]

    assert {refused(answer) for answer in answers} == {(409, "move-refused")}
    assert case.tasks() == ["UT_last"]


def test_only_who_holds_the_task_sends_it_back(company, case):
    path, _ = moves(company, case, "UT_left")
    body = {"elementId": "UT_first", "reason": "no"}

    answer = company.lin.call("POST", f"{path}/return", json=body)

    assert answer.status_code == 403
    assert case.tasks() == BRANCHES
