"""What other editors write for their own engines is read, or refused; never ignored."""

import pytest

from engine.runtime import Known, check
from tests.unit.findings.diagrams import (
    check_process,
    extension,
    file,
    found,
    line,
    process,
    task,
)

UNSUPPORTED = "extension-unsupported"


@pytest.mark.parametrize(
    ("kind", "inside", "name"),
    [
        ("userTask", '<zeebe:ioMapping><zeebe:input source="=a"/></zeebe:ioMapping>',
         "zeebe:ioMapping"),
        ("scriptTask", '<zeebe:script expression="=1" resultVariable="x"/>',
         "zeebe:script"),
        ("userTask", "<zeebe:taskListeners/>", "zeebe:taskListeners"),
        ("task", "<zeebe:executionListeners/>", "zeebe:executionListeners"),
        ("businessRuleTask", '<zeebe:taskDefinition type="x"/>',
         "zeebe:taskDefinition"),
        ("userTask", "<camunda:inputOutput/>", "camunda:inputOutput"),
        ("task", '<camunda:executionListener class="A" event="end"/>',
         "camunda:executionListener"),
        ("callActivity", '<camunda:in variables="all"/>', "camunda:in"),
        ("serviceTask", "<camunda:connector/>", "camunda:connector"),
    ],
)  # fmt: skip
def test_what_would_have_no_effect_is_refused(kind, inside, name):
    findings = check_process(line(task("x", kind, extension(inside))))

    (one,) = [each for each in findings if each.code == UNSUPPORTED]
    assert (one.element_id, one.severity) == ("x", "error")
    assert name in one.rule.en
    assert name in one.rule.zh


@pytest.mark.parametrize("name", ["class", "resultVariable", "delegateExpression"])
def test_attributes_of_other_engines_are_refused_too(name):
    body = line(task("x", "serviceTask", **{f"camunda:{name}": "y"}))

    assert (UNSUPPORTED, "x") in found(check_process(body))


def test_the_key_of_a_message_is_said_where_it_is_waited_for():
    subscription = extension('<zeebe:subscription correlationKey="=no"/>')
    message = f'<bpmn:message id="m" name="m">{subscription}</bpmn:message>'

    findings = check([file(process(line(task("t")), before=message))], Known())

    assert (UNSUPPORTED, "m") in found(findings)


@pytest.mark.parametrize(
    ("kind", "inside"),
    [
        ("userTask", '<zeebe:userTask/><zeebe:formDefinition formId="A"/>'),
        ("userTask", '<zeebe:assignmentDefinition candidateGroups="sales"/>'),
        ("serviceTask", ('<zeebe:taskDefinition type="x"/><zeebe:ioMapping/>'
                        "<zeebe:taskHeaders/>")),
        ("task", "<zeebe:properties/><camunda:properties/>"),
        ("task", ("<camunda:failedJobRetryTimeCycle>R3/PT1M"
                 "</camunda:failedJobRetryTimeCycle>")),
    ],
)  # fmt: skip
def test_what_is_read_or_has_no_effect_is_fine(kind, inside):
    findings = check_process(line(task("x", kind, extension(inside))))

    assert UNSUPPORTED not in {code for code, _ in found(findings)}


def test_what_is_read_in_part_is_warned_of():
    decides = task(
        "d",
        "businessRuleTask",
        extension('<zeebe:calledDecision decisionId="a" resultVariable="r"/>'),
    )
    calls = task(
        "c",
        "callActivity",
        extension(
            '<zeebe:calledElement processId="p" propagateAllChildVariables="false"/>'
        ),
    )

    findings = check_process(line(decides, calls))

    partly = ("extension-partly", "d"), ("extension-partly", "c")
    assert set(partly) <= found(findings, "warning")


def test_a_pool_that_is_only_drawn_may_say_what_it_likes():
    drawn = (
        '<bpmn:process id="q" isExecutable="false">'
        f"{line(task('x', 'task', extension('<zeebe:script/>')), suffix='q')}"
        "</bpmn:process>"
    )

    findings = check([file(process(line(task("t")), after=drawn))], Known())

    assert UNSUPPORTED not in {code for code, _ in found(findings)}
