"""What fails stays where it is and can be tried again."""

from datetime import date

import pytest

from engine.runtime import NotWaitingError, WaitKind
from engine.runtime.engine_script import RefusedScriptError
from tests.unit.runtime.diagrams import (
    boundary,
    call,
    chain,
    condition,
    end,
    event_sub,
    flow,
    fork,
    node,
    process,
    script,
    scripts,
    service,
    several,
    start,
    sub,
    timer,
    user,
)
from tests.unit.runtime.driving import Run, compiled


def test_a_duty_that_names_nobody_stops_before_the_task_opens() -> None:
    model = compiled(
        start(), user("u", duty="=boss"), end(), chain("start", "u", "end")
    )
    run = Run(model, {"x": 1})

    wait = run.wait("u")
    assert (wait.kind, run.data) == (WaitKind.INCIDENT, {"x": 1})
    assert [(found.code, found.missing) for found in run.step.incidents] == [
        ("value-missing", ("boss",))
    ]

    run.live.set_variables({"boss": "ann"})
    run.retry("u")

    assert run.wait("u").duty == "ann"
    assert run.do("u").finished


def test_messages_of_an_incident_exist_in_both_languages() -> None:
    run = Run(compiled(start(), user("u", duty="=boss"), chain("start", "u")))

    (incident,) = run.incidents

    assert "boss" in incident.message_en
    assert "缺少" in incident.message_zh


def test_a_failing_script_after_a_task_keeps_the_answers_and_is_tried_again() -> None:
    after = scripts("", 'first = if kind = "a" then 1 else [1..2]')
    model = compiled(
        start(), node("userTask", "u", after), end(), chain("start", "u", "end")
    )
    run = Run(model)

    step = run.do("u", kind="b")

    assert [(closed.wait.kind, closed.completed) for closed in step.closed] == [
        (WaitKind.TASK, True)
    ]
    assert [wait.kind for wait in step.opened] == [WaitKind.INCIDENT]
    assert run.data == {"kind": "b"}
    run.live.set_variables({"kind": "a"})
    assert run.retry("u").finished
    assert run.data == {"kind": "a", "first": 1}


def test_a_retry_that_fails_again_leaves_one_incident() -> None:
    run = Run(compiled(start(), user("u", duty="=boss"), chain("start", "u")))

    step = run.retry("u")

    assert len(run.incidents) == 1
    assert [wait.kind for wait in step.opened] == [WaitKind.INCIDENT]


def test_only_an_incident_can_be_retried() -> None:
    run = Run(compiled(start(), user("u"), chain("start", "u")))

    with pytest.raises(NotWaitingError):
        run.retry("u")


def test_a_boundary_timer_that_says_no_time_names_the_timer() -> None:
    model = compiled(
        start(),
        user("u"),
        boundary("late", "u", timer(duration="=wait")),
        end(),
        chain("start", "u", "end"),
        flow("late", "end"),
    )
    run = Run(model, {"wait": "soon"})

    (incident,) = run.incidents
    assert (incident.code, incident.element_id) == ("timer-invalid", "late")
    run.live.set_variables({"wait": "PT1H"})
    run.retry("u")
    assert run.waits() == ["late", "u"]


def test_an_event_sub_process_that_cannot_wait_does_not_stop_its_scope() -> None:
    model = compiled(
        start(),
        user("u"),
        chain("start", "u"),
        event_sub("esp", start("at", timer(date="=day")), chain("at", "v"), user("v")),
    )
    run = Run(model)
    assert run.tasks == ["u"]
    assert [found.element_id for found in run.incidents] == ["at"]

    run.live.set_variables({"day": "2026-04-01"})
    run.retry("esp")

    assert run.waits() == ["at", "u"]


def test_failing_parts_of_a_called_process_tell_their_path() -> None:
    called = process(
        start("s"), sub("inner", script("bad", "x = [1..2]")), chain("s", "inner"),
        name="q",
    )  # fmt: skip
    run = Run(
        compiled(
            start(), call("ca", "q"), end(), chain("start", "ca", "end"), beside=called
        )
    )

    assert run.wait("bad").path == ("ca", "inner")


def test_processes_that_call_each_other_without_end_are_stopped() -> None:
    model = compiled(start(), call("again", "p"), chain("start", "again"))
    run = Run(model)

    assert [found.code for found in run.incidents] == ["nesting-too-deep"]


def test_a_service_task_can_be_tried_again_after_an_error_nobody_caught() -> None:
    model = compiled(start(), service("s", "op"), end(), chain("start", "s", "end"))
    run = Run(model)

    step = run.fail("s", "E1", "no network")

    assert step.failed
    assert [found.code for found in run.incidents] == ["error-not-caught"]
    run.retry("s")
    assert run.wait("s").kind is WaitKind.CALL
    assert run.answer("s").finished


def test_cancelling_closes_everything_with_the_reason() -> None:
    model = compiled(
        start(),
        user("u"),
        boundary("late", "u", timer(duration="P1D")),
        sub("inner", user("v")),
        chain("start", "u"),
        flow("start", "inner"),
        end(),
        flow("late", "end"),
    )
    run = Run(model, {"x": 1})

    step = run.cancel("withdrawn")

    assert step.finished
    assert {(c.wait.element_id, c.completed, c.reason) for c in step.closed} == {
        ("u", False, "withdrawn"),
        ("late", False, "withdrawn"),
        ("v", False, "withdrawn"),
    }
    assert run.cut == ["u", "v", "inner"]
    assert (run.waits(), run.data) == ([], {"x": 1})


def test_nothing_can_be_done_with_a_finished_instance() -> None:
    run = Run(compiled(start(), user("u"), end(), chain("start", "u", "end")))
    ref = run.wait("u").ref
    run.do("u")

    with pytest.raises(NotWaitingError):
        run.live.complete_task(ref, {}, run.around)
    assert run.signal("anything").finished


def test_a_boundary_condition_that_fails_can_be_watched_again() -> None:
    model = compiled(
        start(),
        fork("f"),
        user("u"),
        boundary(
            "b", "u", condition("day = date(text) and count(split(text, pat)) > 0")
        ),
        user("v"),
        user("handle"),
        chain("start", "f", "u"),
        chain("f", "v"),
        chain("b", "handle"),
    )
    run = Run(model, {"text": "2026-03-02", "pat": "-"})
    assert run.waits() == ["b", "u", "v"]

    run.live.set_variables({"day": date(2026, 3, 2)})
    run.do("v")

    assert run.waits() == ["handle"]


def test_what_a_library_entry_is_asked_to_evaluate_is_refused() -> None:
    engine = Run(
        compiled(start(), user("u"), chain("start", "u"))
    ).live._root.script_engine
    text = "__import__('os')"
    for ask in (
        lambda: engine.validate(text),
        lambda: engine.evaluate(None, text),
        lambda: engine.execute(None, text),
        lambda: engine.call_service(None, name=text),
        lambda: engine.environment.evaluate(text, {}),
        lambda: engine.environment.execute(text, {}),
        lambda: engine.environment.call_service({}, name=text),
    ):
        with pytest.raises(RefusedScriptError):
            ask()


def test_too_many_passes_of_a_loop_are_an_incident() -> None:
    model = compiled(start(), user("u", several(number="20000")), chain("start", "u"))

    assert [found.code for found in Run(model).incidents] == ["expression-failed"]


def test_a_script_after_a_task_runs_once_however_often_it_is_tried() -> None:
    after = scripts("", "n = n + 1")
    model = compiled(
        start(),
        node("userTask", "u", after),
        user("v"),
        chain("start", "u"),
        flow("u", "v", "ready"),
    )
    run = Run(model, {"n": 0})
    run.do("u")
    run.retry("u")
    assert [found.missing for found in run.incidents] == [("ready",)]
    run.live.set_variables({"ready": True})
    run.retry("u")

    assert (run.tasks, run.data["n"]) == (["v"], 1)


def test_a_call_that_is_nested_too_deeply_arms_nothing_when_tried_again() -> None:
    model = compiled(
        start(),
        call("again", "p"),
        boundary("late", "again", timer(duration="P1D")),
        end(),
        chain("start", "again", "end"),
        flow("late", "end"),
    )
    run = Run(model)
    timers = len(run.waits(WaitKind.TIMER))
    run.retry("again")

    assert len(run.incidents) == 1
    assert len(run.waits(WaitKind.TIMER)) == timers
