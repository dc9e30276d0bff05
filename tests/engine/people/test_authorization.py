import pytest

from engine import authorization, scopes
from engine.actors import SYSTEM, Actor
from engine.authorization import (
    TABLE,
    DutyMissingError,
    NotCandidateError,
    Permission,
    PermissionMissingError,
    ScopeHiddenError,
    TokenScopeError,
)
from engine.schema import UserTask
from tests.engine import rig
from tests.engine.people.conftest import ADMIN

ZHAO, HOU, HP = (rig.person(name) for name in ("zhao", "hou", "hp"))
PROGRAM = Actor("robot", "Robot", kind="service")


def test_every_operation_stands_in_the_table():
    assert set(TABLE) == set(Permission)


@pytest.mark.parametrize(
    ("permission", "allowed"),
    [
        (Permission.WORK_TASKS, [HOU, HP, PROGRAM, ADMIN, SYSTEM]),
        (Permission.READ_DEFINITIONS, [HOU, PROGRAM, ADMIN, SYSTEM]),
        (Permission.WORK_JOBS, [PROGRAM, ADMIN, SYSTEM]),
        (Permission.DEPLOY, [ADMIN, SYSTEM]),
        (Permission.MANAGE_USERS, [ADMIN, SYSTEM]),
        (Permission.SET_CLOCK, [ADMIN, SYSTEM]),
    ],
)
def test_the_table_tells_who(permission, allowed):
    everybody = (HOU, HP, PROGRAM, ADMIN, SYSTEM)

    assert [who for who in everybody if authorization.permits(who, permission)] == (
        allowed
    )


def test_a_refusal_says_whether_the_account_or_the_token_lacks():
    token = Actor("root", "R", kind="staff", administrator=True, scopes=frozenset())

    with pytest.raises(PermissionMissingError):
        authorization.require(HOU, Permission.DEPLOY)
    with pytest.raises(TokenScopeError):
        authorization.require(token, Permission.DEPLOY)


def task(**values):
    return UserTask(**{"candidates": ["zhao", "hou"], "assignee": None, **values})


def test_candidates_work_on_a_task_that_nobody_claimed():
    authorization.require_candidate(ZHAO, task())
    for outsider in (HP, ADMIN):
        with pytest.raises(NotCandidateError):
            authorization.require_candidate(outsider, task())


def test_a_claimed_task_is_its_assignees_alone():
    claimed = task(assignee="hou")

    authorization.require_candidate(HOU, claimed)
    with pytest.raises(NotCandidateError) as caught:
        authorization.require_candidate(ZHAO, claimed)
    assert "hou" in caught.value.text.zh


def test_who_is_no_candidate_is_not_told_who_works_on_it():
    with pytest.raises(NotCandidateError) as caught:
        authorization.require_candidate(HP, task(assignee="hou"))

    assert "hou" not in caught.value.text.en


def test_an_assignee_works_on_it_though_no_candidate():
    authorization.require_candidate(HP, task(assignee="hp"))


def test_staff_see_every_project_and_customers_their_own(place):
    with place.database.transaction() as session:
        other = scopes.open_scope(session, "project", "KB-2026-002", "恒泰").key

        assert authorization.may_see_scope(session, HOU, other)
        assert authorization.may_see_scope(session, HP, place.project)
        assert not authorization.may_see_scope(session, HP, other)
        assert not authorization.may_see_scope(session, HP, None)
        with pytest.raises(ScopeHiddenError):
            authorization.require_scope(session, HP, other)


def test_duties_are_held_in_a_project(place):
    with place.database.reading() as session:

        def held(actor, duty, scope):
            return authorization.holds_duty(session, actor, duty, scope)

        assert held(ZHAO, "sales_manager", place.project)
        assert not held(ZHAO, "sales_manager", None)
        assert held(HOU, "service_director", None)
        assert not held(ADMIN, "service_director", place.project)
        assert held(SYSTEM, "anything", None)


def test_a_missing_duty_is_named_and_a_hidden_project_is_not(place):
    def require(actor, scope):
        with place.database.reading() as session:
            wanted = ["sales_manager", "service_director"]
            authorization.require_duty(session, actor, wanted, scope)

    require(ZHAO, place.project)
    require(HOU, place.project)
    with pytest.raises(DutyMissingError) as caught:
        require(rig.person("chen"), place.project)
    assert "销售经理、服务负责人" in caught.value.text.zh
    with pytest.raises(ScopeHiddenError):
        require(rig.person("ht"), place.project)
    with pytest.raises(DutyMissingError):
        require(HP, place.project)


def test_readers_are_judged_by_duties_alone(place):
    with place.database.reading() as session:
        assert authorization.duties_of(session, ZHAO, place.project) == {
            "sales_manager"
        }
        assert authorization.duties_of(session, ADMIN, place.project) == frozenset()
