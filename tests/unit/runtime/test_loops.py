"""Standard loops and multi-instance activities."""

from typing import Any

import pytest

from engine.runtime import LiveInstance, ModelError
from tests.unit.runtime.diagrams import (
    boundary,
    chain,
    declare,
    end,
    flow,
    loop,
    message,
    node,
    script,
    several,
    signal,
    start,
    sub,
    timer,
    user,
)
from tests.unit.runtime.driving import Run, compiled

COLLECT = several("people", "person", output="answers", output_item="answer")
IN_TURN = several(
    "people", "person", output="answers", output_item="answer", one_by_one=True
)
COMPLEX = (
    '<bpmn:multiInstanceLoopCharacteristics behavior="Complex">'
    "<bpmn:loopCardinality>1</bpmn:loopCardinality>"
    "</bpmn:multiInstanceLoopCharacteristics>"
)
THREE = {"people": ["ann", "bob", "cy"]}


def asking(characteristics: str, *more: str, data: Any = THREE) -> Run:
    model = compiled(
        start(),
        user("ask", characteristics),
        user("after"),
        chain("start", "ask", "after"),
        *more,
    )
    return Run(model, data)


def test_every_item_gets_its_task_side_by_side() -> None:
    run = asking(COLLECT)

    people = [
        run.live.variables(wait.ref)["person"] for wait in run.live.waits.values()
    ]
    assert (run.tasks, people) == (["ask"] * 3, ["ann", "bob", "cy"])


def test_results_stand_in_the_order_of_the_items_whoever_answers_first() -> None:
    run = asking(COLLECT)
    run.do("ask", 2, answer="c")
    run.do("ask", 0, answer="a")
    run.do("ask", 0, answer="b")

    assert run.tasks == ["after"]
    assert run.data == {**THREE, "answers": ["a", "b", "c"]}


def test_items_one_after_the_other() -> None:
    run = asking(IN_TURN)
    for number, person in enumerate(THREE["people"]):
        assert run.live.variables(run.wait("ask").ref)["person"] == person
        run.do("ask", answer=number)

    assert run.data["answers"] == [0, 1, 2]


def test_a_pass_sees_what_earlier_ones_changed_when_they_come_in_turn() -> None:
    run = asking(IN_TURN)
    run.do("ask", answer=1, note="seen")

    assert run.live.variables(run.wait("ask").ref)["note"] == "seen"


def test_changes_beside_the_result_are_merged_after_all_passes() -> None:
    run = asking(several("people", "person"), data={**THREE, "d": {}})
    run.do("ask", 0, d={"a": 1})
    run.do("ask", 0, d={"b": 2})
    run.do("ask", 0)

    assert run.data == {**THREE, "d": {"a": 1, "b": 2}}


def test_no_items_mean_no_task_and_an_empty_result() -> None:
    run = asking(COLLECT, data={"people": []})

    assert (run.tasks, run.data["answers"]) == (["after"], [])


@pytest.mark.parametrize("people", [None, "ann", {"a": 1}])
def test_what_is_no_list_is_an_incident(people: object) -> None:
    run = asking(COLLECT, data={"people": people})

    assert [found.element_id for found in run.incidents] == ["ask"]


def test_a_number_of_passes() -> None:
    run = asking(several(number="n + 1"), data={"n": 1})

    assert run.tasks == ["ask", "ask"]


def test_a_negative_number_of_passes_is_an_incident() -> None:
    run = asking(several(number="n"), data={"n": -1})

    assert [found.code for found in run.incidents] == ["expression-failed"]


def test_a_completion_condition_makes_the_rest_superfluous() -> None:
    enough = several(
        "people",
        "person",
        output="answers",
        output_item="answer",
        until="numberOfCompletedInstances >= 2",
    )
    run = asking(enough)
    run.do("ask", 0, answer="a")
    step = run.do("ask", 0, answer="b")

    assert run.tasks == ["after"]
    assert [(c.wait.element_id, c.completed) for c in step.closed][1:] == [
        ("ask", False)
    ]
    assert run.data["answers"] == ["a", "b", None]


def test_the_loop_as_a_whole_is_told_apart_from_its_passes() -> None:
    run = asking(COLLECT)

    kinds = [event.element_type for event in run.step.events]

    assert kinds == ["startEvent", "startEvent", "multiInstanceBody"] + ["userTask"] * 3


def test_an_interrupting_boundary_event_ends_all_passes() -> None:
    run = asking(
        COLLECT, boundary("late", "ask", timer(duration="P1D")), flow("late", "after")
    )
    run.do("ask", 0, answer="a")
    run.fire("late")

    assert (run.tasks, run.cut) == (["after"], ["ask", "ask"])


def test_a_boundary_event_that_stays_fires_during_any_pass() -> None:
    run = asking(
        IN_TURN,
        boundary("late", "ask", timer(cycle="R/P1D"), stays=True),
        script("remind", "reminded = person"),
        flow("late", "remind"),
    )
    run.fire("late")
    run.do("ask", answer=1)
    run.fire("late")

    assert run.trace.count("remind") == 2
    assert run.waits() == ["ask", "late"]


def test_sub_processes_repeat_with_data_of_their_own() -> None:
    each = sub(
        "each",
        several("people", "person", output="all", output_item="mine"),
        start("s"),
        user("u"),
        script("t", "mine = person + said"),
        chain("s", "u", "t"),
    )
    model = compiled(start(), each, user("after"), chain("start", "each", "after"))
    run = Run(model, {"people": ["a", "b"]})
    run.do("u", 1, said="2")
    run.do("u", 0, said="1")

    assert run.data == {"people": ["a", "b"], "said": "1", "all": ["a1", "b2"]}


def test_loops_within_loops() -> None:
    inner = sub("inner", several("[1, 2]", "y"), user("u"))
    outer = sub("outer", several("[1, 2, 3]", "x", one_by_one=True), inner)
    run = Run(compiled(outer, user("after"), chain("outer", "after")))

    for _ in range(3):
        assert run.tasks == ["u", "u"]
        run.do("u")
        run.do("u")
    assert run.tasks == ["after"]


def repeating(characteristics: str, **data: Any) -> Run:
    model = compiled(
        start(),
        user("u", characteristics),
        user("after"),
        chain("start", "u", "after"),
    )
    return Run(model, data)


def test_a_standard_loop_goes_on_while_its_condition_holds() -> None:
    run = repeating(loop("more"), more=False)
    run.do("u", more=True)
    run.do("u", more=True)
    assert run.tasks == ["u"]

    run.do("u", more=False)

    assert run.tasks == ["after"]


def test_a_standard_loop_may_test_first() -> None:
    assert repeating(loop("more", first_test=True), more=False).tasks == ["after"]
    assert repeating(loop("more", first_test=True), more=True).tasks == ["u"]


def test_a_standard_loop_stops_at_its_maximum() -> None:
    run = repeating(loop("true", maximum="2"))
    run.do("u")
    run.do("u")

    assert run.tasks == ["after"]


def test_a_loop_counter_is_seen_inside_and_gone_after() -> None:
    model = compiled(
        script("s", "sum = sum + loopCounter", loop(maximum="3")),
        user("u"),
        chain("s", "u"),
    )

    assert Run(model, {"sum": 0}).data == {"sum": 6}


def test_a_condition_that_fails_between_passes_is_tried_again_there() -> None:
    run = repeating(loop("more"))
    run.do("u", n=1)
    assert [found.missing for found in run.incidents] == [("more",)]
    run.live.set_variables({"more": True})

    run.retry("u")

    assert (run.tasks, run.data["n"]) == (["u"], 1)


def test_a_message_boundary_interrupts_a_standard_loop() -> None:
    model = compiled(
        start(),
        user("u", loop("true")),
        boundary("stop", "u", message("halt")),
        user("after"),
        chain("start", "u"),
        chain("stop", "after"),
        beside=declare("message", "halt"),
    )
    run = Run(model)
    run.do("u")
    run.do("u")
    run.send("stop", {"why": "enough"})

    assert (run.tasks, run.data) == (["after"], {"why": "enough"})


def test_each_pass_that_completes_may_be_told_to_the_boundary() -> None:
    told = (
        '<bpmn:multiInstanceLoopCharacteristics isSequential="true" behavior="None" '
        'noneBehaviorEventRef="def"><bpmn:loopCardinality>2</bpmn:loopCardinality>'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    model = compiled(
        start(),
        user("u", told),
        boundary("told", "u", signal("one")),
        script("note", "n = n + 1"),
        end(),
        chain("start", "u", "end"),
        flow("told", "note"),
        beside=declare("signal", "one")
        + '<bpmn:signalEventDefinition id="def" signalRef="one"/>',
    )
    run = Run(model, {"n": 0})
    run.do("u")
    assert run.trace.count("note") == 1

    assert run.do("u").finished
    assert run.trace.count("note") == 2


@pytest.mark.parametrize(
    ("characteristics", "code"),
    [
        (loop(maximum="-1"), "loop-maximum-invalid"),
        (loop(), "loop-endless"),
        (loop(maximum="2") + several(number="2"), "loop-twice"),
        (several(), "loop-number-missing"),
        (COMPLEX, "loop-behavior-unsupported"),
    ],
)
def test_loops_that_cannot_run_are_refused(characteristics: str, code: str) -> None:
    with pytest.raises(ModelError) as refused:
        compiled(user("u", characteristics))

    assert [finding.code for finding in refused.value.findings] == [code]


def test_ten_thousand_rounds_leave_nothing_behind() -> None:
    model = compiled(
        start(),
        node("exclusiveGateway", "m"),
        user("u"),
        chain("start", "m", "u", "m"),
    )
    run = Run(model, {"n": 0})
    size = len(run.live.dump())
    live = run.live
    for number in range(10_000):
        (ref,) = live.waits
        live.complete_task(ref, {"n": number}, run.around)

    assert live.waits[next(iter(live.waits))].round == 10_001
    assert len(live.dump()) < size + 40
    assert LiveInstance.load(model, live.dump()).variables() == {"n": 9_999}


def test_thousands_of_side_branches_do_no_harm() -> None:
    model = compiled(
        start(),
        node("exclusiveGateway", "m"),
        node("parallelGateway", "f"),
        user("round"),
        user("side"),
        end(),
        chain("start", "m", "f", "round", "m"),
        chain("f", "side", "end"),
    )
    live = Run(model, {"n": 0}).live
    around = Run(model).around
    for number in range(1500):
        ref = next(r for r, w in live.waits.items() if w.element_id == "round")
        live.complete_task(ref, {"n": number}, around)

    live = LiveInstance.load(model, live.dump())
    sides = [ref for ref, wait in live.waits.items() if wait.element_id == "side"]
    assert len(sides) == 1501
    live.complete_task(sides[700], {"seen": 700}, around)
    assert live.variables()["seen"] == 700
    assert len(live.cancel(around, "enough").closed) == 1501


def test_a_timer_that_fires_beside_its_task_a_thousand_times_is_not_nested() -> None:
    model = compiled(
        start(),
        user("u"),
        boundary("again", "u", timer(cycle="R/PT1H"), stays=True),
        user("chase"),
        chain("start", "u"),
        flow("again", "chase"),
    )
    run = Run(model, {"x": 1})
    live = run.live
    for _ in range(1200):
        ref = next(r for r, w in live.waits.items() if w.element_id == "again")
        live.fire_timer(ref, run.around)
    live = LiveInstance.load(model, live.dump())

    chased = [ref for ref, wait in live.waits.items() if wait.element_id == "chase"]
    live.complete_task(chased[5], {"y": 1}, run.around)

    assert live.variables() == {"x": 1, "y": 1}
    assert len(live.waits) == 1201
