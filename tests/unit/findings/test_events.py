"""Events, compensation and sub-processes, beyond the conformance models."""

import pytest

from tests.unit.findings.diagrams import (
    chain,
    check_process,
    end,
    flow,
    found,
    line,
    start,
    task,
)

SIGNAL = '<bpmn:signal id="Signal_1" name="alarm"/>'
ERROR = '<bpmn:error id="Error_1" errorCode="E1"/>'
TIMER = (
    '<bpmn:timerEventDefinition><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">'
    "PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"
)


def event(kind: str, definition: str = "", key: str = "event", **more: str) -> str:
    return task(key, kind=kind, inside=definition, **more)


def boundary(definition: str, key: str = "event", on: str = "task", **more: str) -> str:
    return event("boundaryEvent", definition, key, attachedToRef=on, **more)


def test_boundary_timer_on_a_task_is_fine():
    body = line(task()) + boundary(TIMER) + end("late")

    assert found(check_process(body + flow("event", "late"))) == set()


def test_event_sub_process_has_no_boundary_events():
    inner = chain(start("s2", TIMER), end("e2"))
    body = line(task()) + task("esp", "subProcess", inner, triggeredByEvent="true")
    body += boundary(TIMER, on="esp") + end("e3") + flow("event", "e3")

    assert found(check_process(body)) == {("boundary-on-event-sub-process", "event")}


def test_signal_event_names_its_signal():
    throws = event("intermediateThrowEvent", "<bpmn:signalEventDefinition/>")

    assert found(check_process(line(throws))) == {("signal-missing", "event")}


def test_signal_that_is_named_is_fine():
    throws = event(
        "intermediateThrowEvent", '<bpmn:signalEventDefinition signalRef="Signal_1"/>'
    )

    assert found(check_process(line(throws), before=SIGNAL)) == set()


def test_error_end_event_names_an_error_with_a_code():
    ends = event("endEvent", "<bpmn:errorEventDefinition/>", "failed")

    assert found(check_process(chain(start(), ends))) == {
        ("error-code-missing", "failed")
    }


def test_error_boundary_event_may_catch_every_error():
    body = line(task()) + boundary("<bpmn:errorEventDefinition/>")
    body += end("late") + flow("event", "late")

    assert found(check_process(body)) == set()


def test_error_end_event_with_a_code_is_fine():
    ends = event(
        "endEvent", '<bpmn:errorEventDefinition errorRef="Error_1"/>', "failed"
    )

    assert found(check_process(chain(start(), ends), before=ERROR)) == set()


def test_timer_says_when():
    waits = event("intermediateCatchEvent", "<bpmn:timerEventDefinition/>")

    assert found(check_process(line(waits))) == {("timer-missing", "event")}


def test_sub_process_starts_at_one_place():
    inner = chain(start("s1"), end("e1"))
    inner += chain(start("s2"), end("e2"))

    findings = check_process(line(task("sub", "subProcess", inner)))

    assert found(findings) == {("sub-process-several-starts", "sub")}


def test_empty_sub_process_is_warned_of():
    findings = check_process(line(task("sub", "subProcess")))

    assert found(findings) == set()
    assert ("subprocess-empty", "sub") in found(findings, "warning")


def test_links_are_matched_by_name_in_their_scope():
    link = '<bpmn:linkEventDefinition name="over there"/>'
    leaves = chain(start(), event("intermediateThrowEvent", link, "from"))
    arrives = chain(event("intermediateCatchEvent", link, "to"), end())

    assert found(check_process(leaves + arrives)) == set()


def test_two_links_may_arrive_at_one_place_but_not_leave_to_two():
    link = '<bpmn:linkEventDefinition name="over there"/>'
    leaves = chain(start(), event("intermediateThrowEvent", link, "from"))
    one = chain(event("intermediateCatchEvent", link, "to"), end())
    two = chain(event("intermediateCatchEvent", link, "too"), end("end2"))

    assert found(check_process(leaves + one + two)) == {("link-without-target", "from")}


def test_message_without_item_needs_no_operation():
    message = '<bpmn:message id="Message_1" name="order"/>'
    waits = event(
        "intermediateCatchEvent",
        '<bpmn:messageEventDefinition messageRef="Message_1"/>',
    )

    assert found(check_process(line(waits), before=message)) == set()


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [("signal", True), ("message", True), ("error", True), ("cancel", False)],
)
def test_event_sub_process_starts_by_what_can_happen_around_it(kind, allowed):
    refers = {"signal": 'signalRef="Signal_1"', "message": 'messageRef="Message_1"'}
    definition = f"<bpmn:{kind}EventDefinition {refers.get(kind, '')}/>"
    inner = event("startEvent", definition, "s2") + end("e2")
    body = line(task()) + task(
        "esp", "subProcess", inner + flow("s2", "e2"), triggeredByEvent="true"
    )
    roots = SIGNAL + '<bpmn:message id="Message_1" name="order"/>'

    refused = found(check_process(body, before=roots))

    assert refused == (set() if allowed else {("event-definition-not-allowed", "s2")})


def test_definition_at_the_top_of_the_file_may_be_referred_to():
    top = '<bpmn:signalEventDefinition id="shared" signalRef="Signal_1"/>'
    waits = event(
        "intermediateCatchEvent",
        "<bpmn:eventDefinitionRef>shared</bpmn:eventDefinitionRef>",
    )

    assert found(check_process(line(waits), before=SIGNAL + top)) == set()


def test_only_an_intermediate_event_waits_for_all():
    both = TIMER + '<bpmn:signalEventDefinition signalRef="Signal_1"/>'
    waits = event("intermediateCatchEvent", both, "wait", parallelMultiple="true")
    hangs = boundary(both, parallelMultiple="true") + end("late")
    body = line(task(), waits) + hangs + flow("event", "late")

    assert found(check_process(body, before=SIGNAL)) == {
        ("event-parallel-multiple", "event")
    }
