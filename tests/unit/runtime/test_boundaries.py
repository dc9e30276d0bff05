"""Boundary events: what goes on, what stays, whose data."""

from tests.unit.runtime.diagrams import (
    boundary,
    call,
    chain,
    condition,
    declare,
    end,
    flow,
    fork,
    message,
    process,
    script,
    service,
    start,
    sub,
    timer,
    user,
)
from tests.unit.runtime.driving import Run, compiled

HELLO = declare("message", "hello")


def hosted(event: str, *, stays: bool = False, host: str = "", beside: str = "") -> Run:
    model = compiled(
        start(),
        host or user("u"),
        boundary("b", "u", event, stays=stays),
        user("handle"),
        user("after"),
        chain("start", "u", "after"),
        chain("b", "handle"),
        beside=beside,
    )
    return Run(model, {"x": 0})


def test_an_interrupting_timer_takes_the_place_of_its_task() -> None:
    run = hosted(timer(duration="P1D"))
    step = run.fire("b")

    assert (run.tasks, run.cut) == (["handle"], ["u"])
    assert [(c.wait.element_id, c.completed, c.reason) for c in step.closed] == [
        ("b", True, ""),
        ("u", False, "b"),
    ]
    assert [(e.element_id, e.state) for e in step.events][:3] == [
        ("u", "terminated"),
        ("b", "activated"),
        ("b", "completed"),
    ]


def test_a_boundary_event_knows_its_host() -> None:
    run = hosted(timer(duration="P1D"))

    assert run.wait("b").host_ref == run.wait("u").ref
    assert run.wait("b").interrupting


def test_events_at_the_boundary_are_withdrawn_when_the_task_is_done() -> None:
    run = hosted(timer(duration="P1D"))
    step = run.do("u")

    assert run.waits() == ["after"]
    assert [(c.wait.element_id, c.reason) for c in step.closed] == [
        ("u", ""),
        ("b", "u"),
    ]


def test_what_happens_beside_a_task_is_merged_with_its_answers() -> None:
    run = hosted(timer(duration="P1D"), stays=True)
    run.fire("b")
    assert run.tasks == ["handle", "u"]
    run.do("u", x=1)
    run.do("handle", y=2)

    assert run.data == {"x": 1, "y": 2}
    assert run.live.variables(run.wait("after").ref) == {"x": 1, "y": 2}


def test_the_events_of_one_task_are_armed_again_in_each_round() -> None:
    model = compiled(
        start(),
        user("u"),
        boundary("b", "u", timer(duration="P1D")),
        user("again"),
        chain("start", "u"),
        chain("b", "again", "u"),
    )
    run = Run(model)
    for number in (1, 2, 3):
        assert run.wait("b").round == number
        run.fire("b")
        run.do("again")

    assert run.waits() == ["b", "u"]


INNER = sub(
    "u", start("is"), script("s", "x = 1"), user("iu"), user("iu2"),
    chain("is", "s", "iu", "iu2"),
)  # fmt: skip


def test_what_a_sub_process_has_done_is_known_where_it_is_interrupted() -> None:
    run = hosted(message("hello"), host=INNER, beside=HELLO)
    run.do("iu", y=2)
    run.send("b", {"why": "stop"})

    assert run.tasks == ["handle"]
    assert run.data == {"x": 1, "y": 2, "why": "stop"}
    assert run.cut == ["iu2", "u"]


def test_a_called_process_that_is_interrupted_gives_nothing_back() -> None:
    model = compiled(
        start(),
        call("u", "q"),
        boundary("b", "u", timer(duration="P1D")),
        user("handle"),
        chain("start", "u"),
        chain("b", "handle"),
        beside=process(user("q1"), user("q2"), chain("q1", "q2"), name="q"),
    )
    run = Run(model, {"x": 0})
    run.do("q1", x=1)
    run.fire("b")

    assert (run.tasks, run.data) == (["handle"], {"x": 0})


def test_inner_and_outer_boundaries_are_apart() -> None:
    inner = sub("u", user("iu"), boundary("ib", "iu", timer(duration="PT1H")),
                user("ih"), chain("ib", "ih"))  # fmt: skip
    run = hosted(timer(duration="P1D"), host=inner)
    run.fire("ib")

    assert run.waits() == ["b", "ih"]
    run.fire("b")
    assert run.waits() == ["handle"]


def test_an_interrupted_branch_leaves_others_alone() -> None:
    model = compiled(
        start(), fork("f"), user("u"), boundary("b", "u", timer(duration="P1D")),
        user("v"), fork("j"), user("after"),
        chain("start", "f", "u", "j", "after"), chain("f", "v", "j"), flow("b", "j"),
    )  # fmt: skip
    run = Run(model, {"x": 0})
    run.fire("b")
    run.do("v", x=1)

    # The boundary's flow is a third way into the join; it has brought its token.
    assert run.waits() == []
    assert not run.finished


def test_a_service_task_may_be_overtaken_by_time() -> None:
    run = hosted(timer(duration="PT1H"), host=service("u", "slow"))
    run.fire("b")

    assert run.tasks == ["handle"]


def test_a_condition_fires_when_data_of_another_branch_makes_it_true() -> None:
    model = compiled(
        start(), fork("f"), user("u"), boundary("b", "u", condition("x > 1")),
        user("v"), user("w"), user("handle"),
        chain("start", "f", "u"), chain("f", "v", "w"), chain("b", "handle"),
    )  # fmt: skip
    run = Run(model, {"x": 0})
    assert run.waits() == ["b", "u", "v"]

    run.do("v", x=2)

    assert run.waits() == ["handle", "w"]


def test_a_condition_that_stays_fires_each_time_it_becomes_true() -> None:
    model = compiled(
        start(), fork("f"), user("u"),
        boundary("b", "u", condition("x > 1"), stays=True), script("s", "n = 1"),
        user("v1"), user("v2"), user("v3"), user("v4"),
        chain("start", "f", "u"), chain("f", "v1", "v2", "v3", "v4"), chain("b", "s"),
    )  # fmt: skip
    run = Run(model, {"x": 0})
    run.do("v1", x=2)
    run.do("v2", x=3)
    assert run.trace.count("b") == 1
    run.do("v3", x=0)
    run.do("v4", x=5)

    assert run.trace.count("b") == 2


def test_an_end_event_behind_a_boundary_event_does_not_end_the_process() -> None:
    model = compiled(
        start(), user("u"), boundary("b", "u", timer(duration="P1D"), stays=True),
        end("told"), end(), chain("start", "u", "end"), flow("b", "told"),
    )  # fmt: skip
    run = Run(model)
    assert not run.fire("b").finished

    step = run.do("u")

    assert (step.finished, step.outcome) == (True, "end")
