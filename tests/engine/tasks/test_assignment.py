"""Claiming, handing back, handing over, and working on behalf of others."""

import pytest

from engine import user_tasks
from engine.authorization import NotCandidateError
from engine.lifecycles import IllegalMoveError
from tests import builders
from tests.builders import ADMIN, diagram, end, line, person, start, task

POOL = diagram("pool", line(start(), task("UT_sign", duty="pool"), end()))
ONE = diagram("one", line(start(), task("UT_sign", duty="clerk"), end()))
CUSTOMER = diagram(
    "customer",
    line(
        start(), task("UT_confirm", duty="customer_contact", form="UT_confirm"), end()
    ),
)
FORMS = {
    "UT_confirm": builders.form(
        ok={"type": "boolean"},
        scan={"type": "string"},
        rules=[
            {
                "feel": "not(facts.on_behalf) or scan != null",
                "pointer": "/scan",
                "zh": "代录须附扫描件",
                "en": "A scan is needed",
            }
        ],
    )
}


@pytest.fixture
def pool(world):
    world.deploy(POOL)
    world.start("pool")
    (key,) = world.holds("jin")
    return key


def act(world, action, username, key, *args, **given):
    actor = ADMIN if username == "admin" else person(username)
    with world.transaction() as session:
        return action(session, actor, key, *args, **given)


def test_a_task_for_any_of_several_is_nobodys_at_first(world, pool):
    (row,) = world.tasks()

    assert row.assignee is None
    assert world.holds("jin") == world.holds("zhou") == [pool]


def test_the_only_person_of_a_duty_has_the_task_at_once(world):
    world.deploy(ONE)
    world.start("one")

    (row,) = world.tasks()
    assert row.assignee == "zhao"


def test_the_first_claim_wins(world, pool):
    act(world, user_tasks.claim, "jin", pool)

    assert world.holds("zhou") == []
    with pytest.raises(user_tasks.ClaimedError):
        act(world, user_tasks.claim, "zhou", pool)
    with pytest.raises(user_tasks.ClaimedError):
        act(world, user_tasks.complete, "zhou", pool, {})


def test_claiming_twice_is_a_conflict(world, pool):
    act(world, user_tasks.claim, "jin", pool)

    with pytest.raises(user_tasks.ClaimedError):
        act(world, user_tasks.claim, "jin", pool)


def test_completing_claims_by_itself(world, pool):
    act(world, user_tasks.complete, "zhou", pool, {})

    (row,) = world.tasks()
    assert (row.assignee, row.completed_by) == ("zhou", "zhou")
    with pytest.raises(IllegalMoveError):
        act(world, user_tasks.complete, "jin", pool, {})


def test_handing_back_shows_it_to_the_same_people_again(world, pool):
    act(world, user_tasks.claim, "jin", pool)

    act(world, user_tasks.release, "jin", pool)

    assert world.holds("zhou") == world.holds("jin") == [pool]


def test_only_the_assignee_or_who_is_in_charge_hands_back(world, pool):
    act(world, user_tasks.claim, "jin", pool)

    with pytest.raises(user_tasks.NotYoursToManageError):
        act(world, user_tasks.release, "zhou", pool)
    act(world, user_tasks.release, "hou", pool)  # service management

    assert world.holds("zhou") == [pool]


def test_what_nobody_claimed_cannot_be_handed_back(world, pool):
    with pytest.raises(user_tasks.NotUnclaimedError):
        act(world, user_tasks.release, "admin", pool)


def test_an_administrator_gives_it_to_somebody_new_who_then_may_do_it(world, pool):
    act(world, user_tasks.assign, "admin", pool, "chen")

    assert world.holds("chen") == [pool]
    assert world.holds("jin") == []
    act(world, user_tasks.complete, "chen", pool, {})


def test_an_assignee_hands_over_to_other_candidates_only(world, pool):
    act(world, user_tasks.claim, "jin", pool)

    with pytest.raises(user_tasks.UnsuitableAssigneeError):
        act(world, user_tasks.assign, "jin", pool, "chen")
    act(world, user_tasks.assign, "jin", pool, "zhou")

    assert world.holds("zhou") == [pool]


def test_nobody_without_an_account_gets_a_task(world, pool):
    with pytest.raises(user_tasks.UnsuitableAssigneeError):
        act(world, user_tasks.assign, "admin", pool, "nobody")


def test_an_assignment_that_must_not_override_is_refused(world, pool):
    act(world, user_tasks.claim, "jin", pool)

    with pytest.raises(user_tasks.ClaimedError):
        act(world, user_tasks.assign, "admin", pool, "zhou", allow_override=False)


def test_every_change_counts_the_revision(world, pool):
    claimed = act(world, user_tasks.claim, "jin", pool)

    assert claimed.revision == 2
    with pytest.raises(user_tasks.TaskChangedError):
        act(world, user_tasks.release, "jin", pool, revision=1)


def test_dates_and_priority_are_for_who_is_in_charge(world, pool):
    with pytest.raises(user_tasks.NotYoursToManageError):
        act(world, user_tasks.update, "jin", pool, priority=90)

    act(world, user_tasks.update, "admin", pool, priority=90, candidates=["chen"])

    (row,) = world.tasks()
    assert (row.priority, row.candidates) == (90, ["chen"])
    assert (world.holds("chen"), world.holds("jin")) == ([pool], [])


def test_changes_stand_in_the_journal_with_before_and_after(world, pool):
    act(world, user_tasks.claim, "jin", pool)

    (row,) = world.tasks()
    events = {event: details for event, _, details in world.events(row.instance_key)}
    assert events["TaskClaimed"] == {
        "before": {"assignee": None},
        "after": {"assignee": "jin"},
    }


@pytest.fixture
def confirm(world):
    scope = world.project(manager="chen", contact="hp")
    world.deploy(CUSTOMER, forms=FORMS)
    world.start("customer", scope=scope)
    (key,) = world.holds("hp")
    return key


def test_the_customer_completes_what_is_his(world, confirm):
    act(world, user_tasks.complete, "hp", confirm, {"ok": True})

    (row,) = world.tasks()
    assert (row.completed_by, row.on_behalf_of) == ("hp", None)


def test_the_manager_records_the_customers_answer_on_his_behalf(world, confirm):
    act(world, user_tasks.complete, "chen", confirm, {"ok": True, "scan": "s.pdf"})

    (row,) = world.tasks()
    assert (row.completed_by, row.on_behalf_of) == ("chen", "hp")
    events = world.events(row.instance_key)
    (details,) = [d for event, _, d in events if event == "TaskCompleted"]
    assert details["on_behalf_of"] == "hp"


def test_forms_know_that_an_answer_is_recorded_on_behalf(world, confirm):
    with pytest.raises(Exception, match="A scan is needed"):
        act(world, user_tasks.complete, "chen", confirm, {"ok": True})


def test_others_may_not_act_for_the_customer(world, confirm):
    with pytest.raises(NotCandidateError):
        act(world, user_tasks.complete, "zhao", confirm, {"ok": True, "scan": "s"})


def test_another_customer_does_not_learn_of_it(world, confirm):
    with pytest.raises(user_tasks.TaskNotFoundError):
        act(world, user_tasks.view, "ht", confirm)


def test_the_view_says_whom_one_would_act_for(world, confirm):
    seen = act(world, user_tasks.view, "chen", confirm)

    assert seen.on_behalf_of == "hp"
    assert "complete" in seen.actions


def test_unowned_work_goes_to_service_management_and_the_journal_says_so(world):
    world.deploy(POOL.replace('value="pool"', 'value="empty"'))
    key = world.start("pool")

    assert len(world.holds("hou")) == len(world.holds("wang")) == 1
    (details,) = [d for event, _, d in world.events(key) if event == "TaskUnowned"]
    assert (details["duty"], details["people"]) == ("empty", ["hou", "wang"])


def test_a_task_that_only_tells_is_no_task(world):
    world.deploy(POOL.replace('value="pool"', 'value="told"'))

    key = world.start("pool")

    assert world.tasks() == []
    assert world.instance(key).state == "COMPLETED"


@pytest.mark.parametrize("named", ['"chen"', '"user:chen"', '["chen"]', '"manager"'])
def test_a_diagram_may_name_people_or_duties_by_an_expression(world, named):
    text = f"={named}".replace('"', "&quot;")
    world.deploy(POOL.replace('value="pool"', f'value="{text}"'))

    world.start("pool", scope=world.project(manager="chen"))

    assert len(world.holds("chen")) == 1
