from datetime import timedelta

import pytest

from engine.runtime import NotWaitingError, WaitKind
from tests.unit.runtime.diagrams import chain, end, node, start, user
from tests.unit.runtime.driving import MONDAY, Run, compiled


def only(*inner: str, **properties: str) -> Run:
    """A process with one user task ``UT_a``, begun with two values."""
    model = compiled(
        start(),
        user("UT_a", *inner, **properties),
        end(),
        chain("start", "UT_a", "end"),
    )
    return Run(model, {"days": 3, "boss": "sales_manager"})


def test_a_user_task_waits_with_what_the_diagram_asks() -> None:
    run = only(duty="sales", mode="any", form="UT_a", due="P2WD", priority="7")

    wait = run.wait("UT_a")

    assert (wait.kind, wait.duty, wait.mode, wait.form) == (
        WaitKind.TASK,
        "sales",
        "any",
        "UT_a",
    )
    assert (wait.due_at, wait.priority) == (MONDAY + timedelta(days=2), 7)


def test_answers_are_named_after_the_task_unless_the_diagram_says_otherwise() -> None:
    assert only(form="UT_a").wait("UT_a").result == "a"
    assert only(form="UT_a", result="reply").wait("UT_a").result == "reply"


def test_without_a_form_answers_have_no_name() -> None:
    assert only(duty="sales").wait("UT_a").result is None


def test_values_of_a_completed_task_become_process_data() -> None:
    run = only()

    step = run.do("UT_a", approved=True)

    assert step.finished
    assert run.data == {"days": 3, "boss": "sales_manager", "approved": True}


def test_a_duty_may_be_an_expression() -> None:
    assert only(duty="=boss").wait("UT_a").duty == "sales_manager"


def test_a_duty_expression_may_name_several_people() -> None:
    wait = only(duty='=["ann", "bob"]').wait("UT_a")

    assert wait.candidates == ("ann", "bob")


def test_a_due_date_may_be_an_expression() -> None:
    wait = only(due='=duration("P" + string(days) + "D")').wait("UT_a")

    assert wait.due_at == MONDAY + timedelta(days=3)


def test_a_date_without_a_time_is_due_at_the_end_of_that_day_in_the_zone() -> None:
    wait = only(due='=date("2026-03-05")').wait("UT_a")

    assert wait.due_at is not None
    assert wait.due_at.isoformat() == "2026-03-05T15:59:59+00:00"


def test_a_task_cannot_be_completed_twice() -> None:
    run = only()
    ref = run.wait("UT_a").ref
    run.do("UT_a")

    with pytest.raises(NotWaitingError):
        run.live.complete_task(ref, {}, run.around)


@pytest.mark.parametrize("ref", ["", "no hex", "00" * 16])
def test_an_unknown_ref_is_a_conflict(ref: str) -> None:
    run = only()

    with pytest.raises(NotWaitingError):
        run.live.complete_task(ref, {}, run.around)


def test_the_same_element_in_a_loop_counts_its_rounds() -> None:
    model = compiled(
        start(),
        node("exclusiveGateway", "again"),
        user("UT_a"),
        node("exclusiveGateway", "done", default_="out"),
        end(),
        chain("start", "again", "UT_a", "done"),
        '<bpmn:sequenceFlow id="out" sourceRef="done" targetRef="end"/>'
        '<bpmn:sequenceFlow id="back" sourceRef="done" targetRef="again">'
        "<bpmn:conditionExpression>more</bpmn:conditionExpression>"
        "</bpmn:sequenceFlow>",
    )
    run = Run(model)
    run.do("UT_a", more=True)

    step = run.do("UT_a", more=True)

    assert [wait.round for wait in step.opened] == [3]


def test_a_manual_task_passes_and_one_with_a_duty_waits() -> None:
    model = compiled(
        start(),
        node("manualTask", "by_hand"),
        node("task", "anything"),
        '<bpmn:manualTask id="by_ann"><bpmn:extensionElements>'
        '<spiffworkflow:properties><spiffworkflow:property name="duty" value="ann"/>'
        "</spiffworkflow:properties></bpmn:extensionElements></bpmn:manualTask>",
        end(),
        chain("start", "by_hand", "anything", "by_ann", "end"),
    )

    run = Run(model)

    assert run.trace == ["start", "by_hand", "anything"]
    assert run.tasks == ["by_ann"]


def test_a_step_says_what_was_entered_and_left() -> None:
    run = only()

    step = run.do("UT_a")

    assert [
        (event.element_id, event.element_type, event.state) for event in step.events
    ] == [
        ("UT_a", "userTask", "completed"),
        ("end", "endEvent", "activated"),
        ("end", "endEvent", "completed"),
    ]
    assert [(closed.wait.element_id, closed.completed) for closed in step.closed] == [
        ("UT_a", True)
    ]
    assert step.outcome == "end"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("duty", "=days"),
        ("duty", '=["ann", 1]'),
        ("priority", "days > 1"),
        ("due", "=days"),
        ("due", '="soon"'),
    ],
)
def test_what_is_no_duty_priority_or_time_is_an_incident(name: str, text: str) -> None:
    run = only(**{name: text})

    assert [wait.kind for wait in run.live.waits.values()] == [WaitKind.INCIDENT]


def test_a_task_may_be_due_at_no_time() -> None:
    assert only(due="=null").wait("UT_a").due_at is None
