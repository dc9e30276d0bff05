"""Event sub-processes in every scope, interrupting and not."""

from tests.unit.runtime.diagrams import (
    call,
    chain,
    condition,
    declare,
    end,
    error,
    escalation,
    event_sub,
    flow,
    fork,
    message,
    process,
    script,
    signal,
    start,
    sub,
    throw,
    timer,
    user,
)
from tests.unit.runtime.driving import Run, compiled

DECLARED = (
    declare("message", "hello")
    + declare("signal", "ring")
    + declare("error", "E1", errorCode="E1")
    + declare("escalation", "S1", escalationCode="S1")
)


def esp(event: str, *, stays: bool) -> str:
    begins = start("es", event, isInterrupting="false" if stays else "true")
    return event_sub("esp", begins, user("handle"), chain("es", "handle"))


def beside(event: str, *, stays: bool = True) -> Run:
    main = start() + user("u") + user("v") + chain("start", "u", "v")
    return Run(compiled(main, esp(event, stays=stays), beside=DECLARED), {"x": 0})


def test_a_start_of_an_event_sub_process_is_waited_for_with_its_path() -> None:
    run = beside(message("hello"))
    wait = run.wait("es")

    assert (wait.starts, wait.interrupting, wait.path) == (True, False, ("esp",))


def test_a_message_starts_it_beside_or_instead_of_the_main_flow() -> None:
    stays = beside(message("hello"), stays=True)
    instead = beside(message("hello"), stays=False)
    for run in (stays, instead):
        run.send("es", {"y": 1})
        assert run.live.variables(run.wait("handle").ref) == {"x": 0, "y": 1}

    assert (stays.tasks, stays.cut) == (["handle", "u"], [])
    assert (instead.tasks, instead.cut) == (["handle"], ["u"])


def test_a_message_that_does_not_interrupt_is_waited_for_again() -> None:
    run = beside(message("hello"))
    ref = run.wait("es").ref
    run.send("es")
    run.send("es")

    assert run.tasks == ["handle", "handle", "u"]
    assert run.wait("es").ref == ref


def test_the_process_ends_with_the_main_flow_and_the_running_handlers() -> None:
    run = beside(message("hello"))
    run.send("es")
    run.do("u")
    run.do("v")
    assert not run.finished

    step = run.do("handle")

    assert step.finished
    assert [(c.wait.element_id, c.completed) for c in step.closed] == [
        ("handle", True),
        ("es", False),
    ]


def test_a_handler_sees_what_the_main_flow_has_done_and_the_other_way_round() -> None:
    run = beside(message("hello"))
    run.do("u", x=1)
    run.send("es")
    assert run.live.variables(run.wait("handle").ref) == {"x": 1}
    run.do("handle", plan="new")

    assert run.live.variables(run.wait("v").ref) == {"x": 1, "plan": "new"}


def test_later_changes_of_both_survive() -> None:
    run = beside(message("hello"))
    run.send("es", {"a": 0})
    run.do("u", x=1)
    run.do("v", y=1)
    run.do("handle", a=1)

    assert run.finished
    assert run.data == {"x": 1, "y": 1, "a": 1}


def test_a_main_flow_that_ends_first_hands_its_changes_to_the_handler() -> None:
    run = beside(message("hello"))
    run.do("u", x=1)
    run.send("es")
    run.do("v", x=2)

    assert run.live.variables(run.wait("handle").ref) == {"x": 2}


def test_handlers_beside_several_branches_lose_nothing() -> None:
    model = compiled(
        start(), fork("f"), user("a"), user("b"), fork("j"), user("last"),
        chain("start", "f", "a", "j", "last"), chain("f", "b", "j"),
        esp(message("hello"), stays=True), beside=DECLARED,
    )  # fmt: skip
    run = Run(model, {"a": 0, "b": 0, "h": 0})
    run.do("a", a=1)
    run.send("es")
    assert run.live.variables(run.wait("handle").ref) == {"a": 1, "b": 0, "h": 0}
    run.do("handle", h=1)
    run.do("b", b=1)

    assert run.live.variables(run.wait("last").ref) == {"a": 1, "b": 1, "h": 1}


def test_a_timer_starts_it_once_and_a_cycle_repeatedly() -> None:
    once, often = beside(timer(duration="P1D")), beside(timer(cycle="R/P1D"))
    for run in (once, often):
        run.fire("es")
    often.fire("es")

    assert once.waits() == ["handle", "u"]
    assert often.waits() == ["es", "handle", "handle", "u"]


def test_a_signal_starts_it() -> None:
    run = beside(signal("ring"), stays=False)
    run.signal("ring", {"y": 1})

    assert (run.waits(), run.data) == (["handle"], {"x": 0, "y": 1})


def test_a_condition_starts_it_when_it_becomes_true() -> None:
    run = beside(condition("x = 1"), stays=False)
    run.do("u", x=1)

    assert run.waits() == ["handle"]


def in_sub_process(event: str, thrown: str, *, stays: bool) -> Run:
    inner = sub(
        "inner", esp(event, stays=stays), user("iu"), thrown, user("rest"),
        chain("iu", "t", "rest"),
    )  # fmt: skip
    model = compiled(
        start(), inner, user("after"), chain("start", "inner", "after"), beside=DECLARED
    )
    return Run(model, {"x": 0})


def test_an_error_is_caught_by_the_handler_of_its_scope() -> None:
    inner = sub(
        "inner", esp(error("E1"), stays=False), user("iu"), user("other"),
        end("t", error("E1")), chain("iu", "t"),
    )  # fmt: skip
    model = compiled(start(), inner, user("after"), chain("start", "inner", "after"),
                     beside=DECLARED)  # fmt: skip
    run = Run(model, {"x": 0})
    assert run.tasks == ["iu", "other"]
    run.do("iu", x=1)

    assert (run.tasks, run.cut) == (["handle"], ["other"])
    run.do("handle", y=1)
    assert (run.tasks, run.data) == (["after"], {"x": 1, "y": 1})


def test_an_escalation_starts_a_handler_of_its_scope() -> None:
    thrown = throw("t", escalation("S1"))
    stays = in_sub_process(escalation("S1"), thrown, stays=True)
    instead = in_sub_process(escalation("S1"), thrown, stays=False)
    for run in (stays, instead):
        run.do("iu")

    assert (stays.tasks, instead.tasks) == (["handle", "rest"], ["handle"])


def test_event_sub_processes_work_in_nested_scopes_and_called_processes() -> None:
    deep = sub("deep", user("du"), esp(message("hello"), stays=False))
    called = process(deep, user("qu"), chain("deep", "qu"), name="q")
    model = compiled(
        start(), call("ca", "q"), end(), chain("start", "ca", "end"),
        beside=DECLARED + called,
    )  # fmt: skip
    run = Run(model)
    run.send("es")

    assert run.waits() == ["handle"]
    assert run.wait("handle").path == ("ca", "deep", "esp")
    run.do("handle")
    assert run.waits() == ["qu"]


def test_a_handler_may_hold_handlers_and_boundaries_of_its_own() -> None:
    inner_esp = event_sub(
        "esp2", start("es2", signal("ring"), isInterrupting="false"),
        script("note", "seen = true"), chain("es2", "note"),
    )  # fmt: skip
    outer = event_sub(
        "esp", start("es", message("hello"), isInterrupting="false"), user("handle"),
        chain("es", "handle"), inner_esp,
    )  # fmt: skip
    run = Run(compiled(start(), user("u"), chain("start", "u"), outer, beside=DECLARED))
    assert run.waits() == ["es", "u"]
    run.send("es")
    assert run.waits() == ["es", "es2", "handle", "u"]

    run.signal("ring")

    assert run.trace[-1] == "esp2"
    assert run.live.variables(run.wait("handle").ref)["seen"] is True


def test_what_a_running_handler_waits_for_is_withdrawn_with_the_scope() -> None:
    run = beside(message("hello"))
    run.send("es")
    run.cancel("stop")

    assert (run.waits(), run.cut) == ([], ["u", "handle", "esp"])


def test_an_interrupting_handler_withdraws_the_other_starts() -> None:
    model = compiled(
        start(), user("u"), chain("start", "u"), esp(message("hello"), stays=False),
        event_sub("esp2", start("es2", signal("ring")), user("h2"), chain("es2", "h2")),
        beside=DECLARED,
    )  # fmt: skip
    run = Run(model)
    run.send("es")

    assert run.waits() == ["handle"]


def test_an_ended_scope_waits_for_nothing() -> None:
    inner = sub("inner", user("iu"), esp(message("hello"), stays=True))
    model = compiled(
        start(), inner, user("after"), chain("start", "inner", "after"), beside=DECLARED
    )
    run = Run(model)
    run.do("iu")

    assert run.waits() == ["after"]


def test_a_flow_of_the_main_process_is_not_touched_by_a_nested_handler() -> None:
    inner = sub("inner", user("iu"), esp(message("hello"), stays=False))
    model = compiled(start(), inner, user("u"), chain("start", "inner"),
                     flow("start", "u"), beside=DECLARED)  # fmt: skip
    run = Run(model)
    run.send("es")

    assert run.tasks == ["handle", "u"]


def test_the_end_of_an_interrupting_handler_is_the_outcome_of_the_process() -> None:
    def run_with(*, stays: bool) -> Run:
        begins = start("es", message("hello"), isInterrupting=str(not stays).lower())
        handler = event_sub("esp", begins, end("withdrawn"), chain("es", "withdrawn"))
        main = start() + user("u") + end() + chain("start", "u", "end")
        run = Run(compiled(main, handler, beside=DECLARED))
        run.send("es")
        return run

    assert run_with(stays=False).step.outcome == "withdrawn"
    assert run_with(stays=True).do("u").outcome == "end"
