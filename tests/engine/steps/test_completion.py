"""Completing tasks: what is written, how much, and what is refused."""

import pytest
from sqlalchemy import select

from engine import steps, user_tasks
from engine.authorization import NotCandidateError
from engine.errors import InvalidInputError
from engine.lifecycles import IllegalMoveError
from engine.schema import ElementInstance, JournalEntry, UserTask, UserTaskCandidate
from tests import builders
from tests.builders import diagram, end, line, person, start, task

TWO = diagram(
    "two",
    line(
        start(),
        task("UT_first", duty="clerk", form="UT_first"),
        task("UT_second", duty="pool"),
        end(),
    ),
)
FORM = {"note": {"type": "string"}, "amount": {"type": "integer", "x-kind": "money"}}
FORMS = {"UT_first": builders.form(required=["note"], **FORM)}


@pytest.fixture
def two(world):
    world.deploy(TWO, forms=FORMS)
    return world.start("two")


def test_answers_are_stored_as_one_object_under_the_result(world, two):
    world.complete("zhao", "UT_first", note="有货", amount=16800000)

    assert world.variables(two)["first"] == {"note": "有货", "amount": 16800000}


def test_a_task_without_a_form_merges_its_values_flat(world, two):
    world.complete("zhao", "UT_first", note="x")
    world.complete("jin", "UT_second", approved=True)

    assert world.variables(two)["approved"] is True


def test_the_next_task_is_there_when_the_completion_returns(world, two):
    world.complete("zhao", "UT_first", note="x")

    assert world.holds("zhao") == []
    assert len(world.holds("jin", "UT_second")) == 1
    assert world.instance(two).state == "ACTIVE"


def test_the_last_task_ends_the_instance(world, two):
    world.complete("zhao", "UT_first", note="x")
    world.complete("zhou", "UT_second")

    row = world.instance(two)
    assert (row.state, row.outcome) == ("COMPLETED", "EE")
    assert row.ended_at is not None


@pytest.mark.usefixtures("two")
def test_a_completed_task_is_in_nobodys_inbox(world):
    key = world.complete("zhao", "UT_first", note="x")

    with world.transaction() as session:
        rows = session.scalars(
            select(UserTaskCandidate).where(UserTaskCandidate.task_key == key)
        ).all()
    assert rows == []


def test_second_completion_is_a_conflict_and_changes_nothing(world, two):
    key = world.complete("zhao", "UT_first", note="x")

    with pytest.raises(IllegalMoveError), world.transaction() as session:
        user_tasks.complete(session, person("zhao"), key, {"note": "y"})

    assert world.variables(two)["first"]["note"] == "x"
    assert [e[0] for e in world.events(two)].count("TaskCompleted") == 1


@pytest.mark.usefixtures("two")
def test_a_stranger_may_not_complete(world):
    (key,) = world.holds("zhao")

    with pytest.raises(NotCandidateError), world.transaction() as session:
        user_tasks.complete(session, person("wang"), key, {"note": "x"})


@pytest.mark.usefixtures("two")
def test_a_customer_does_not_even_learn_that_the_task_exists(world):
    (key,) = world.holds("zhao")

    with pytest.raises(user_tasks.TaskNotFoundError), world.transaction() as session:
        user_tasks.complete(session, person("hp"), key, {"note": "x"})


def test_an_unknown_key_is_not_found(world):
    with pytest.raises(user_tasks.TaskNotFoundError), world.transaction() as session:
        user_tasks.complete(session, person("zhao"), 7, {})


@pytest.mark.usefixtures("two")
def test_values_that_do_not_fit_leave_the_task_open(world):
    (key,) = world.holds("zhao")

    with pytest.raises(InvalidInputError) as refused, world.transaction() as session:
        user_tasks.complete(session, person("zhao"), key, {"amount": "viel"})

    pointers = {problem.pointer for problem in refused.value.problems}
    assert pointers == {"/note", "/amount"}
    assert world.holds("zhao") == [key]


@pytest.mark.usefixtures("two")
def test_a_stale_version_is_refused(world):
    (key,) = world.holds("zhao")

    with (
        pytest.raises(user_tasks.TaskChangedError),
        world.transaction() as session,
    ):
        user_tasks.complete(session, person("zhao"), key, {"note": "x"}, revision=9)

    with world.transaction() as session:
        user_tasks.complete(session, person("zhao"), key, {"note": "x"}, revision=1)


def test_the_answers_stand_once_in_the_journal_and_not_on_the_task(world, two):
    key = world.complete("zhao", "UT_first", note="einmalig")

    with world.transaction() as session:
        details = session.scalars(
            select(JournalEntry.details).where(JournalEntry.instance_key == two)
        ).all()
        answers = session.scalar(select(UserTask.answers).where(UserTask.key == key))
    assert [str(d).count("einmalig") for d in details].count(1) == 1
    assert answers is None


def test_elements_leave_a_trace_with_their_flows(world, two):
    world.complete("zhao", "UT_first", note="x")

    with world.transaction() as session:
        rows = session.execute(
            select(
                ElementInstance.element_id,
                ElementInstance.state,
                ElementInstance.flow_id,
            )
            .where(ElementInstance.instance_key == two)
            .order_by(ElementInstance.key)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("SE", "COMPLETED", None),
        ("UT_first", "COMPLETED", "F_SE__UT_first"),
        ("UT_second", "ACTIVE", "F_UT_first__UT_second"),
    ]


@pytest.mark.usefixtures("two")
def test_the_element_instance_of_a_task_has_its_key(world):
    (key,) = world.holds("zhao")

    with world.transaction() as session:
        row = session.get(ElementInstance, key)
    assert row.element_id == "UT_first"


@pytest.mark.usefixtures("two")
def test_from_task_to_task_takes_ten_statements(world, statements):
    (key,) = world.holds("zhao")
    answers = {"note": "五" * 1700, "amount": 1}
    with world.transaction() as session:  # parses, compiles, fills the caches
        session.execute(select(1))
    statements.clear()

    with world.transaction() as session:
        user_tasks.complete(session, person("zhao"), key, answers)

    assert len(statements) <= 13, statements  # caches of forms and duties are cold

    again = world.start("two")
    (key,) = world.holds("zhao")
    statements.clear()
    with world.transaction() as session:
        user_tasks.complete(session, person("zhao"), key, answers)

    lock = 0 if world.database.is_sqlite else 1  # a command of PostgreSQL begins so
    assert len(statements) <= 10 + lock, statements
    assert world.instance(again).state == "ACTIVE"


def test_a_cold_process_goes_on_where_the_last_one_stopped(world, two):
    world.complete("zhao", "UT_first", note="x")
    world.database.info["caches"].clear()

    world.complete("jin", "UT_second")

    assert world.instance(two).state == "COMPLETED"


def test_a_state_that_was_rolled_back_is_not_used(world, two):
    (key,) = world.holds("zhao")

    class StopError(Exception):
        pass

    def fail():
        with world.transaction() as session:
            user_tasks.complete(session, person("zhao"), key, {"note": "verloren"})
            raise StopError

    with pytest.raises(StopError):
        fail()

    assert world.holds("zhao") == [key]
    world.complete("zhao", "UT_first", note="gilt")
    assert world.variables(two)["first"]["note"] == "gilt"


def test_the_loser_of_a_race_is_told(world, two):
    with world.transaction() as session:
        instance = steps.lock(session, two)
        instance.revision -= 1  # as if somebody had saved in between

        def command(live, around):
            return live.complete_task(next(iter(live.waits)), {}, around)

        with pytest.raises(steps.LostRaceError):
            steps.advance(session, person("zhao"), instance, command)
