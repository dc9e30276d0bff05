"""What would be passed over in silence is told before it is deployed."""

import pytest

from engine.runtime import Known, check
from tests.unit.findings.diagrams import (
    FORMAL,
    check_process,
    extension,
    file,
    found,
    line,
    process,
    task,
)


@pytest.mark.parametrize("inside", ["", "<bpmn:script> </bpmn:script>"])
def test_script_task_without_a_script_is_warned_of(inside):
    findings = check_process(line(task("x", "scriptTask", inside)))

    assert ("script-missing", "x") in found(findings, "warning")


def test_send_task_without_a_message_is_warned_of():
    worked = extension('<zeebe:taskDefinition type="mail"/>')

    findings = check_process(line(task("x", "sendTask"), task("y", "sendTask", worked)))

    told = found(findings, "warning")
    assert ("send-nothing", "x") in told
    assert ("send-nothing", "y") not in told


def test_assignment_of_a_data_association_is_refused():
    data = (
        '<bpmn:ioSpecification><bpmn:dataInput id="d" name="amount"/><bpmn:inputSet>'
        "<bpmn:dataInputRefs>d</bpmn:dataInputRefs></bpmn:inputSet><bpmn:outputSet/>"
        "</bpmn:ioSpecification><bpmn:dataInputAssociation><bpmn:targetRef>d"
        f"</bpmn:targetRef><bpmn:assignment><bpmn:from {FORMAL}>42</bpmn:from>"
        f"<bpmn:to {FORMAL}>amount</bpmn:to></bpmn:assignment>"
        "</bpmn:dataInputAssociation>"
    )

    findings = check_process(line(task("x", "userTask", data)))

    assert found(findings) == {("data-assignment", "x")}


@pytest.mark.parametrize("name", ["=order.id", "${order}", "#{order}"])
def test_name_of_a_message_is_no_expression(name):
    message = f'<bpmn:message id="m" name="{name}"/>'

    findings = check([file(process(line(task("t")), before=message))], Known())

    assert found(findings) == {("name-expression", "m")}
