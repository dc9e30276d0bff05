"""States on disk: what the journal holds is not in them again, and nothing is lost."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from engine import instances
from engine.runtime import StateError
from engine.schema import ProcessInstance
from engine.steps import states
from tests.builders import ADMIN, diagram, end, line, start, task

LONG = "这是一段很长的说明" * 40
THREE = diagram(
    "three",
    line(
        start(),
        task("UT_form", duty="clerk", form="UT_form"),
        task("UT_pair", duty="pair"),
        task("UT_flat", duty="clerk"),
        task("UT_end", duty="clerk"),
        end(),
    ),
)
FORMS = {"UT_form": {"note": {"type": "string"}, "n": {"type": "number"}}}


@pytest.fixture
def three(world):
    world.deploy(THREE, forms=FORMS)
    key = world.start("three", begun="2026-03-02")
    world.complete("zhao", "UT_form", note=LONG + "1", n=0.1)
    world.complete("hou", "UT_pair", note=LONG + "2")
    world.complete("wang", "UT_pair", note=LONG + "3")
    world.complete("zhao", "UT_flat", first=1, second=LONG + "4")
    return key


def stored(world, key):
    with world.transaction() as session:
        blob = session.scalar(
            select(ProcessInstance.state_blob).where(ProcessInstance.key == key)
        )
    return zlib.decompress(blob)


def expected(data):
    return [
        data["form"],
        [item["note"] for item in data["pair_list"]],
        data["first"],
        data["second"],
        data["begun"],
    ] == [
        {"note": LONG + "1", "n": 0.1},
        [LONG + "2", LONG + "3"],
        1,
        LONG + "4",
        "2026-03-02",
    ]


def test_answers_are_not_in_the_state_again(world, three):
    assert LONG.encode() not in stored(world, three)
    assert expected(world.variables(three))


def test_a_cold_process_puts_the_state_together_again(world, three):
    world.database.info["caches"].clear()

    assert expected(world.variables(three))
    world.database.info["caches"].clear()
    world.complete("zhao", "UT_end")
    assert world.instance(three).state == "COMPLETED"


def test_the_data_of_a_finished_instance_stay_readable(world, three):
    world.complete("zhao", "UT_end")
    world.database.info["caches"].clear()

    assert LONG.encode() not in stored(world, three)
    assert expected(world.variables(three))


def test_answers_that_were_changed_afterwards_stay_in_the_state(world, three):
    with world.transaction() as session:
        instances.set_variables(session, ADMIN, three, {"second": LONG + "neu"})
    world.database.info["caches"].clear()

    assert world.variables(three)["second"] == LONG + "neu"


def test_a_forged_journal_does_not_become_process_data(world, three):
    world.database.info["caches"].clear()
    with world.transaction() as session:
        if session.connection().dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER journal_entry_no_update"))
        else:
            session.execute(text("ALTER TABLE journal_entry DISABLE TRIGGER USER"))
        session.execute(
            text(
                "UPDATE journal_entry SET details = :forged "
                "WHERE event = 'TaskCompleted'"
            ),
            {"forged": b'j{"values": {"note": "forged"}}'},
        )

    with pytest.raises(StateError):
        world.variables(three)


@given(
    st.lists(st.binary(max_size=60), max_size=6),
    st.dictionaries(
        st.integers(1, 2**62), st.text(min_size=210, max_size=400), max_size=3
    ),
)
def test_what_is_encoded_is_decoded_again(literals, texts):
    values = {key: {"note": written} for key, written in texts.items()}
    answers = {
        key: found
        for key, each in values.items()
        if (found := states.as_stored(each)) is not None
    }
    state = b"".join(
        piece
        for pair in zip(literals, [*answers.values(), b""] * 6, strict=False)
        for piece in pair
    )

    blob, used = states.encode(state, answers)
    back, known = states.decode(blob, lambda keys: {key: values[key] for key in keys})

    assert back == state
    assert known == used
    assert all(answer in state for answer in used.values())


@pytest.mark.parametrize("values", [{}, {"note": "short"}])
def test_short_answers_are_not_worth_cutting(values):
    assert states.as_stored(values) is None
