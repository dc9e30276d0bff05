"""Sending work back to tasks that were done before."""

import pytest

from engine.runtime import MoveRefusedError, NotWaitingError
from tests.unit.runtime.branches import parallel, straight
from tests.unit.runtime.diagrams import (
    boundary,
    chain,
    end,
    fork,
    several,
    start,
    sub,
    timer,
    user,
)
from tests.unit.runtime.driving import Run, compiled


def targets(run: Run, element_id: str, *finished: str) -> dict[str, list[str]]:
    """Where a task can go back to, and the ids of what that cancels."""
    found = run.live.returns(run.wait(element_id).ref, finished or run.trace)
    return {each.element_id: [w.element_id for w in each.cancels] for each in found}


def back(run: Run, element_id: str, target: str) -> None:
    ref = run.wait(element_id).ref
    run.command(lambda live: live.send_back(ref, target, run.around, "look again"))


def test_every_finished_task_before_is_a_target() -> None:
    run = Run(straight("a", "b", "c", "d"))
    run.do("a")
    run.do("b")

    assert targets(run, "c") == {"a": ["c"], "b": ["c"]}


def test_a_task_that_was_not_done_is_none() -> None:
    run = Run(straight("a", "b", "c"))
    run.do("a")

    assert targets(run, "b", "a", "c") == {"a": ["b"]}


def test_what_was_entered_stays_and_the_round_counts_on() -> None:
    run = Run(straight("a", "b", "c"), {"n": 0})
    run.do("a", n=1)
    run.do("b", m=2)

    back(run, "c", "a")

    assert run.tasks == ["a"]
    assert run.wait("a").round == 2
    assert run.data == {"n": 1, "m": 2}
    (closed,) = run.step.closed
    assert (closed.wait.element_id, closed.completed, closed.reason) == (
        "c", False, "look again",
    )  # fmt: skip
    for name in ("a", "b", "c"):
        run.do(name)
    assert run.finished
    assert run.trace.count("a") == 2


def test_within_a_branch_the_other_branch_goes_on() -> None:
    run = Run(parallel(), {"again": False})
    run.do("first")
    run.do("a1")
    run.do("b1")

    assert targets(run, "a2") == {"first": ["a2", "b2"], "a1": ["a2"]}
    back(run, "a2", "a1")

    assert run.tasks == ["a1", "b2"]
    for name in ("b2", "a1", "a2", "last"):
        run.do(name)
    assert run.finished


def test_beyond_the_parting_all_branches_are_cancelled() -> None:
    run = Run(parallel(), {"again": False})
    run.do("first")
    run.do("a1", a=1)
    run.do("b1", b=1)

    back(run, "a2", "first")

    assert run.tasks == ["first"]
    assert (run.data["a"], run.data["b"]) == (1, 1)
    run.do("first")
    for name in ("a1", "a2", "b1", "b2", "last"):
        run.do(name)
    assert run.finished


def test_a_token_that_waits_at_the_join_is_taken_back_too() -> None:
    run = Run(parallel(), {"again": False})
    run.do("first")
    run.do("b1")
    run.do("b2")

    assert targets(run, "a1") == {"first": ["a1"]}
    back(run, "a1", "first")
    run.do("first")

    assert run.tasks == ["a1", "b1"]


def test_a_task_of_a_branch_is_no_target_from_behind_the_join() -> None:
    run = Run(parallel(), {"again": False})
    for name in ("first", "a1", "a2", "b1", "b2"):
        run.do(name)

    assert targets(run, "last") == {"first": ["last"]}
    before = run.live.dump()
    with pytest.raises(MoveRefusedError) as caught:
        run.live.send_back(run.wait("last").ref, "a1", run.around, "no")

    assert caught.value.remarks[0].code == "no-return"
    assert run.live.dump() == before


def test_a_task_of_another_scope_is_no_target() -> None:
    ways = chain("start", "a", "s", "end")
    inner = sub("s", user("one"), user("two"), chain("one", "two"))
    run = Run(compiled(start(), user("a"), inner, end(), ways))
    run.do("a")
    run.do("one")

    assert targets(run, "two") == {"one": ["two"]}


def test_armed_events_go_with_their_task() -> None:
    late = boundary("late", "b", timer(duration="P1D"))
    ways = chain("start", "a", "b", "end") + chain("late", "end")
    run = Run(compiled(start(), user("a"), user("b"), late, end(), ways))
    run.do("a")

    assert targets(run, "b") == {"a": ["b", "late"]}
    back(run, "b", "a")

    assert run.waits() == ["a"]


def test_a_loop_goes_back_as_a_whole() -> None:
    ways = chain("start", "a", "u", "end")
    run = Run(compiled(start(), user("a"), user("u", several("[1, 2]", "i")), end(),
                       ways))  # fmt: skip
    run.do("a")

    assert targets(run, "u") == {"a": ["u", "u"]}
    back(run, "u", "a")

    assert run.tasks == ["a"]


def test_a_branch_that_would_begin_again_is_cancelled_even_without_a_join() -> None:
    ways = chain("start", "a", "f", "b", "c", "end") + chain("f", "side", "aside")
    nodes = map(user, ("a", "b", "c", "side"))
    run = Run(compiled(start(), *nodes, fork("f"), end(), end("aside"), ways))
    run.do("a")
    run.do("b")

    assert targets(run, "c") == {"a": ["c", "side"], "b": ["c"]}
    back(run, "c", "a")
    run.do("a")

    assert run.tasks == ["b", "side"]


def test_nothing_goes_back_from_where_nobody_works() -> None:
    run = Run(straight("a", "b"))

    with pytest.raises(NotWaitingError):
        run.live.returns("00", ["a"])
