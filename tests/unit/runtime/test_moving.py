"""Tokens that people put, move and take away."""

import pytest

from engine.runtime import Activation, Move, MoveRefusedError, Termination
from tests.unit.runtime.branches import parallel, straight
from tests.unit.runtime.diagrams import (
    boundary,
    call,
    chain,
    end,
    flow,
    fork,
    loop,
    process,
    several,
    start,
    sub,
    timer,
    user,
    xor,
)
from tests.unit.runtime.driving import Run, compiled


def modify(run: Run, *instructions: Activation | Move | Termination) -> None:
    run.command(lambda live: live.modify(instructions, run.around, "by hand"))


def refused(run: Run, *instructions: Activation | Move | Termination) -> str:
    before = run.live.dump()
    with pytest.raises(MoveRefusedError) as caught:
        run.live.modify(instructions, run.around, "by hand")

    assert run.live.dump() == before
    return caught.value.remarks[0].code


def test_a_token_moves_on_with_its_data() -> None:
    run = Run(straight("a", "b", "c"), {"n": 1})
    ref = run.wait("a").ref

    modify(run, Move(ref=ref, element_id="c", values={"m": 2}))

    assert run.tasks == ["c"]
    assert run.data == {"n": 1, "m": 2}
    (closed,) = run.step.closed
    assert (closed.wait.ref, closed.completed, closed.reason) == (ref, False, "by hand")
    assert run.cut == ["a"]
    run.do("c")
    assert run.finished


def test_a_token_moves_within_its_branch() -> None:
    run = Run(parallel(), {"again": False})
    run.do("first")
    modify(run, Move(ref=run.wait("b1").ref, element_id="b2"))
    run.do("b2", b=2)
    run.do("a1", a=1)
    run.do("a2")

    assert run.tasks == ["last"]
    assert (run.data["a"], run.data["b"]) == (1, 2)


def test_moving_one_branch_behind_the_join_would_strand_the_other() -> None:
    run = Run(parallel(), {"again": False})
    run.do("first")

    assert refused(run, Move(ref=run.wait("b1").ref, element_id="last")) == (
        "join-stranded"
    )


def test_taking_one_branch_away_would_strand_the_other() -> None:
    run = Run(parallel())
    run.do("first")

    assert refused(run, Termination(ref=run.wait("b1").ref)) == "join-stranded"


def test_a_second_token_in_a_branch_would_never_be_joined() -> None:
    run = Run(parallel())
    run.do("first")

    assert refused(run, Activation(element_id="a2")) == "join-stranded"


def test_both_branches_can_be_replaced_by_what_follows_the_join() -> None:
    run = Run(parallel(), {"again": False})
    run.do("first", n=1)

    modify(
        run,
        Move(ref=run.wait("a1").ref, element_id="last"),
        Termination(ref=run.wait("b1").ref),
    )

    assert run.tasks == ["last"]
    run.do("last")
    assert run.finished


def test_a_join_that_a_token_is_put_at_is_passed() -> None:
    run = Run(parallel(), {"again": False})
    run.do("first")
    modify(
        run,
        Move(ref=run.wait("a1").ref, element_id="j"),
        Termination(ref=run.wait("b1").ref),
    )

    assert run.tasks == ["last"]


def test_a_second_token_beside_the_first_sees_its_data() -> None:
    run = Run(straight("a", "b"), {"n": 1})

    modify(run, Activation(element_id="b", values={"m": 2}))

    assert run.tasks == ["a", "b"]
    assert run.live.variables(run.wait("b").ref) == {"n": 1, "m": 2}
    run.do("b")
    run.do("a")
    run.do("b")
    assert run.finished


def test_nothing_may_be_left_of_no_case() -> None:
    run = Run(straight("a", "b"))

    assert refused(run, Termination(ref=run.wait("a").ref)) == "nothing-left"


def test_the_last_token_of_a_sub_process_takes_it_along() -> None:
    late = boundary("late", "s", timer(duration="P1D"))
    inner = sub("s", user("in"))
    ways = chain("start", "s", "after", "end") + flow("late", "end")
    run = Run(compiled(start(), inner, user("after"), late, end(), ways))

    modify(run, Move(ref=run.wait("in").ref, element_id="after"))

    assert run.waits() == ["after"]
    assert run.cut == ["in", "s"]


def test_a_sub_process_that_does_not_run_is_opened() -> None:
    late = boundary("late", "s", timer(duration="P1D"))
    inner = sub("s", user("one"), user("two"), chain("one", "two"))
    ways = chain("start", "a", "s", "end") + flow("late", "end")
    run = Run(compiled(start(), user("a"), inner, late, end(), ways), {"n": 1})

    modify(run, Move(ref=run.wait("a").ref, element_id="two"))

    assert run.waits() == ["late", "two"]
    assert run.wait("two").path == ("s",)
    run.do("two", n=2)
    assert run.finished
    assert run.data["n"] == 2


def test_a_called_process_is_opened_with_its_data() -> None:
    called = process(user("one"), user("two"), chain("one", "two"), name="q")
    ways = chain("start", "a", "c", "end")
    run = Run(
        compiled(start(), user("a"), call("c", "q"), end(), ways, beside=called),
        {"n": 1},
    )

    modify(run, Move(ref=run.wait("a").ref, element_id="two"))
    run.do("two", n=2)

    assert run.finished
    assert run.data["n"] == 2


def test_several_running_scopes_have_to_be_told_apart() -> None:
    each = sub("s", user("one"), user("two"), chain("one", "two"))
    ways = chain("start", "f", "s", "end") + chain("f", "t", "end")
    other = sub("t", call("c", "q"), call("d", "q"))
    called = process(user("qu"), user("qv"), chain("qu", "qv"), name="q")
    run = Run(compiled(start(), fork("f"), each, other, end(), ways, beside=called))
    inner = next(w for w in run.live.waits.values() if w.path == ("t", "c"))

    assert refused(run, Activation(element_id="qv")) == "scope-ambiguous"
    (host,) = run.live.refs_at("d")
    modify(run, Move(ref=inner.ref, element_id="qv"))
    modify(run, Activation(element_id="qv", within=host))

    moved = [w.path for w in run.live.waits.values() if w.element_id == "qv"]
    assert sorted(moved) == [("t", "c"), ("t", "d")]


@pytest.mark.parametrize("name", ["start", "late", "nowhere"])
def test_tokens_come_to_events_only_by_events(name: str) -> None:
    late = boundary("late", "a", timer(duration="P1D"))
    ways = chain("start", "a", "end") + flow("late", "end")
    run = Run(compiled(start(), user("a"), late, end(), ways))

    code = refused(run, Activation(element_id=name))

    assert code == ("element-unknown" if name == "nowhere" else "not-by-hand")


@pytest.mark.parametrize("kind", [several("[1, 2]", "i"), loop("true", maximum="3")])
def test_a_loop_moves_as_a_whole(kind: str) -> None:
    ways = chain("start", "u", "b", "end")
    run = Run(compiled(start(), user("u", kind), user("b"), end(), ways))
    assert refused(run, Termination(ref=run.wait("u").ref)) == "token-bound"
    (body,) = run.live.refs_at("u")

    modify(run, Move(ref=body, element_id="b"))

    assert run.tasks == ["b"]


def test_a_condition_that_fails_becomes_an_incident_of_the_new_token() -> None:
    ways = chain("start", "a", "g") + flow("g", "b", "missing.value > 1")
    run = Run(compiled(start(), user("a"), user("b"), xor("g"), ways))

    modify(run, Move(ref=run.wait("a").ref, element_id="g"))

    assert [found.element_id for found in run.incidents] == ["g"]
