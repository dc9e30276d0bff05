"""Two processes on one database, each with its memory, never act on old states."""

import copy
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine import journal
from engine.errors import ConflictError
from engine.schema import JournalEntry, UserTask
from tests.builders import (
    DUTIES,
    call,
    diagram,
    end,
    flow,
    gateway,
    line,
    script,
    start,
    task,
)
from tests.consistency import crew as crews

BRANCHES = {"one": ("UT_a", "UT_b"), "two": ("UT_c",), "three": ("UT_d", "UT_e")}
PARTS = diagram("parts", line(start(), task("UT_part", duty="pool"), end()))
ROUNDS = diagram(
    "rounds",
    line(start(), script("ST_begin", "n = 0"), gateway("GW_again", default=None)),
    line(("GW_again", ""), gateway("GW_fork", "parallelGateway")),
    *(
        line(("GW_fork", ""), *(task(name, duty="pool") for name in names),
             ("GW_join", ""))
        for names in BRANCHES.values()
    ),
    line(("GW_fork", ""), task("UT_both", duty="pair"), ("GW_join", "")),
    line(gateway("GW_join", "parallelGateway"), call("CA_parts", "parts"),
         script("ST_count", "n = n + 1"), gateway("GW_done", default="EE")),
    flow("GW_done", "GW_again", "n < 2"),
    line(("GW_done", ""), end()),
)  # fmt: skip
COMPLETIONS = 2 * (5 + 2 + 1)


def answer(element_id, turn):
    """What anybody answers: it depends on the task alone, not on who is faster."""
    return {element_id.lower(): turn, f"text_{element_id}": "很长的说明" * 60}


def data_of(world, key):
    """Process data, without who was the faster of two and when."""
    data = world.variables(key)
    for name in ("both_list", "both_previous"):
        for item in data[name]:
            item["completed_at"] = ""
        data[name].sort(key=lambda item: item["completed_by"])
    return data


@pytest.fixture(autouse=True, scope="module")
def deployed(shared):
    """The diagrams are there for all."""
    shared.deploy(PARTS, ROUNDS)


@pytest.fixture(scope="module")
def alone(shared):
    """The same case, done by one process, one task after the other."""
    hand = crews.Hand(shared.database)
    key = shared.start("rounds")
    done, conflicts = hand.finish([key], 0, answer)
    assert (len(done), conflicts) == (COMPLETIONS, [])
    return data_of(shared, key), crews.history(shared.database, key)


def open_tasks(world, key):
    return world.tasks(processInstanceKey=str(key), state="CREATED")


def task_of(world, key, element_id):
    (found,) = [t for t in open_tasks(world, key) if t.element_id == element_id]
    return found.key


def test_two_processes_end_a_case_in_any_order_as_one_does(shared, crew, alone):
    @settings(
        max_examples=6,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(
        seeds=st.tuples(st.integers(0, 2**32), st.integers(0, 2**32)),
        cases=st.integers(1, 2),
    )
    def run(seeds, cases):
        keys = [crew.tell(n % 2, "start", "rounds") for n in range(cases)]

        found = crew.tell_all("finish", *((keys, seed, answer) for seed in seeds))

        completed = [key for done, _ in found for key in done]
        assert len(completed) == len(set(completed)) == COMPLETIONS * cases
        for key in keys:
            assert shared.instance(key).state == "COMPLETED"
            assert (data_of(shared, key), crews.history(shared.database, key)) == alone
            assert_all_is_kept(shared, key, set(completed))

    run()


def assert_all_is_kept(world, key, completed):
    """Each completion stands in the journal once, and its chain holds."""
    with world.database.reading() as session:
        assert journal.verify(session, key).intact
        entries = journal.entries_of(session, instance_key=key)
        tasks = session.scalars(select(UserTask).where(UserTask.instance_key == key))
        own = {row.key for row in tasks}
    noted = Counter(e.task_key for e in entries if e.event == "TaskCompleted")
    assert noted == Counter(completed & own)


def test_what_a_process_has_in_memory_is_not_used_once_another_went_on(shared, crew):
    key = crew.tell(0, "start", "rounds")
    crew.tell(0, "remember", key)
    for element_id in ("UT_a", "UT_c", "UT_d"):
        found = task_of(shared, key, element_id)
        crew.tell(1, "complete", found, "jin", {element_id: "said"})
    crew.tell(0, "compare", key)

    crew.tell(0, "complete", task_of(shared, key, "UT_b"), "zhou", {"UT_b": "said"})

    crew.tell(1, "compare", key)
    assert {t.element_id for t in open_tasks(shared, key)} == {"UT_both", "UT_e"}
    crew.tell_all("finish", *(([key], seed, answer) for seed in range(2)))
    data = shared.variables(key)
    assert {
        name: data[name] for name in ("UT_a", "UT_b", "UT_c", "UT_d")
    } == dict.fromkeys(("UT_a", "UT_b", "UT_c", "UT_d"), "said")


def test_processes_that_were_forked_from_one_never_draw_the_same_key(crew):
    drawn = [
        key for keys in crew.tell_all("draw_keys", [50_000], [50_000]) for key in keys
    ]

    assert len(set(drawn)) == 100_000


def test_the_second_completion_of_a_task_in_another_process_is_a_conflict(shared, crew):
    key = crew.tell(0, "start", "rounds")
    found = task_of(shared, key, "UT_a")
    crew.tell(1, "complete", found, "zhou", {})

    hand = crews.Hand(shared.database)
    with pytest.raises(ConflictError):
        hand.complete(found, "jin", {})


def test_duties_changed_in_one_process_are_followed_in_the_other(shared, crew):
    before = crew.tell(1, "start", "parts")
    crew.tell(1, "remember", before)
    content = copy.deepcopy(DUTIES)
    content["duties"]["pool"]["members"] = ["user:chen"]

    crew.tell(0, "replace_duties", content)

    after = crew.tell(1, "start", "parts")
    crew.tell(0, "replace_duties", DUTIES)
    back = crew.tell(1, "start", "parts")
    with shared.database.reading() as session:
        created = select(UserTask.instance_key, JournalEntry.details).join(
            JournalEntry, JournalEntry.task_key == UserTask.key
        )
        told = session.execute(created.where(JournalEntry.event == "TaskCreated"))
        people = {key: details["people"] for key, details in told}
    assert [people[key] for key in (before, after, back)] == [
        ["jin", "zhou"],
        ["chen"],
        ["jin", "zhou"],
    ]
    assert open_tasks(shared, after)[0].candidates == ["jin", "zhou"]
