"""Loops, calls, lanes and correlation, beyond the conformance models."""

from engine.runtime.findings import check
from engine.runtime.step import Known
from tests.unit.findings.diagrams import (
    FORMAL,
    chain,
    check_process,
    end,
    file,
    found,
    line,
    process,
    start,
    task,
)


def loop(inside: str = "", **more: str) -> str:
    attributes = "".join(f' {name}="{value}"' for name, value in more.items())
    name = "bpmn:standardLoopCharacteristics"
    return line(task(inside=f"<{name}{attributes}>{inside}</{name}>"))


def several(inside: str, **more: str) -> str:
    attributes = "".join(f' {name}="{value}"' for name, value in more.items())
    name = "bpmn:multiInstanceLoopCharacteristics"
    return line(task(inside=f"<{name}{attributes}>{inside}</{name}>"))


CARDINALITY = f"<bpmn:loopCardinality {FORMAL}>3</bpmn:loopCardinality>"


def test_loop_that_never_ends_is_refused():
    assert found(check_process(loop())) == {("loop-endless", "task")}


def test_loop_with_a_maximum_is_fine():
    assert found(check_process(loop(loopMaximum="3"))) == set()


def test_negative_number_of_rounds_is_refused():
    assert found(check_process(loop(loopMaximum="-1"))) == {("loop-negative", "task")}


def test_negative_number_of_instances_is_refused():
    body = several(CARDINALITY.replace("3", "-2"))

    assert found(check_process(body)) == {("loop-negative", "task")}


def test_several_instances_over_a_variable_are_fine():
    listed = "<bpmn:loopDataInputRef>members</bpmn:loopDataInputRef>"

    assert found(check_process(several(listed))) == set()


def test_complex_behaviour_is_refused():
    body = several(CARDINALITY, behavior="Complex")

    assert found(check_process(body)) == {("loop-behavior-unsupported", "task")}


def test_call_activity_says_what_it_calls():
    body = line(task("call", "callActivity"))

    assert found(check_process(body)) == {("call-target-missing", "call")}


def test_called_process_must_be_there_when_that_is_known():
    body = line(task("call", "callActivity", calledElement="other"))

    assert found(check_process(body, Known(processes=frozenset()))) == {
        ("process-unknown", "call")
    }
    assert found(check_process(body, Known(processes=frozenset({"other"})))) == set()
    assert found(check_process(body)) == set()


def test_called_process_may_come_in_another_file():
    calls = file(process(line(task("call", "callActivity", calledElement="other"))))
    called = file(process(line(task("inner")), key="other"), "other.bpmn")

    assert found(check([calls, called], Known(processes=frozenset()))) == set()


def test_called_process_in_another_file_needs_a_plain_start():
    message = '<bpmn:message id="Message_1" name="order"/>'
    trigger = '<bpmn:messageEventDefinition messageRef="Message_1"/>'
    starts = chain(start(inside=trigger), task("inner"), end())
    calls = file(process(line(task("call", "callActivity", calledElement="other"))))
    called = file(process(starts, before=message, key="other"), "other.bpmn")

    assert found(check([calls, called], Known())) == {("called-start-missing", "call")}


def test_called_process_must_be_executable():
    called = process(line(task("x"), suffix="2"), key="other")
    called = called.replace('"true"', '"false"')
    body = line(task("call", "callActivity", calledElement="other"))

    assert found(check_process(body, after=called)) == {
        ("called-not-executable", "call")
    }


def test_call_without_its_own_list_of_data_takes_everything():
    listed = (
        '<bpmn:ioSpecification><bpmn:dataInput id="case"/><bpmn:inputSet>'
        "<bpmn:dataInputRefs>case</bpmn:dataInputRefs></bpmn:inputSet>"
        "<bpmn:outputSet/></bpmn:ioSpecification>"
    )
    calls = file(process(line(task("call", "callActivity", calledElement="other"))))
    called = file(process(listed + line(task("inner")), key="other"), "other.bpmn")

    assert found(check([calls, called], Known())) == set()


def test_two_files_must_not_bring_one_process_twice():
    one, two = (file(process(line(task())), name) for name in ("a.bpmn", "b.bpmn"))

    findings = [
        finding for finding in check([one, two], Known()) if finding.severity == "error"
    ]

    assert [(found.file, found.code) for found in findings] == [
        ("a.bpmn", "duplicate-process"),
        ("b.bpmn", "duplicate-process"),
    ]
    assert "b.bpmn" in findings[0].rule.en
    assert "a.bpmn" in findings[1].rule.zh


def test_process_has_an_id():
    anonymous = file(process(line(task())).replace(' id="p"', ""))

    assert ("process-without-id", "definitions") in found(check([anonymous], Known()))


def lanes(**held: str) -> str:
    inside = "".join(
        f'<bpmn:lane id="{lane}">'
        + "".join(
            f"<bpmn:flowNodeRef>{node}</bpmn:flowNodeRef>" for node in nodes.split()
        )
        + "</bpmn:lane>"
        for lane, nodes in held.items()
    )
    return f'<bpmn:laneSet id="lanes">{inside}</bpmn:laneSet>'


def test_element_lies_in_one_lane():
    body = lanes(sales="start task", office="task end") + line(task())

    assert found(check_process(body)) == {("lane-twice", "office")}


def test_lane_holds_elements_of_its_own_process():
    other = process(line(task("x"), suffix="2"), key="q")
    body = lanes(sales="start x") + line(task())

    assert found(check_process(body, after=other)) == {("lane-foreign-node", "sales")}


def test_lane_may_hold_what_lies_in_a_sub_process():
    inner = line(task("x"), suffix="2")
    body = lanes(sales="start x start2") + line(task("sub", "subProcess", inner))

    assert found(check_process(body)) == set()


def test_correlation_key_is_made_of_properties():
    key = '<bpmn:correlationKey id="key" name="order"/>'
    drawn = f'<bpmn:collaboration id="pools">{key}</bpmn:collaboration>'

    assert found(check_process(line(task()), before=drawn)) == {
        ("correlation-key-empty", "key")
    }


def test_subscription_binds_properties_of_its_key():
    roots = (
        '<bpmn:message id="m" name="m"/>'
        + "".join(
            f'<bpmn:correlationProperty id="{name}">'
            '<bpmn:correlationPropertyRetrievalExpression messageRef="m">'
            "<bpmn:messagePath>order.number</bpmn:messagePath>"
            "</bpmn:correlationPropertyRetrievalExpression></bpmn:correlationProperty>"
            for name in ("number", "other")
        )
        + '<bpmn:collaboration id="pools"><bpmn:correlationKey id="key">'
        "<bpmn:correlationPropertyRef>number</bpmn:correlationPropertyRef>"
        "</bpmn:correlationKey></bpmn:collaboration>"
    )
    subscription = (
        '<bpmn:correlationSubscription id="sub" correlationKeyRef="key">'
        '<bpmn:correlationPropertyBinding correlationPropertyRef="{name}">'
        "<bpmn:dataPath>number</bpmn:dataPath></bpmn:correlationPropertyBinding>"
        "</bpmn:correlationSubscription>"
    )
    foreign, own = (
        subscription.replace("{name}", name) for name in ("other", "number")
    )

    assert found(check_process(line(task()) + foreign, before=roots)) == {
        ("correlation-property-foreign", "sub")
    }
    assert found(check_process(line(task()) + own, before=roots)) == set()
