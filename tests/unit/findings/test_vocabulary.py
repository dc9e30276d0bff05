"""Duties, forms, decisions and operations that a diagram refers to."""

from engine.runtime.findings import check
from engine.runtime.step import Known, SourceFile
from tests.unit.findings.diagrams import (
    check_process,
    extension,
    file,
    found,
    line,
    process,
    properties,
    task,
)

NOTHING = Known(
    duties=frozenset(),
    forms=frozenset(),
    decisions=frozenset(),
    operations=frozenset(),
    processes=frozenset(),
)
DMN = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d"
 name="d" namespace="urn:test">
 <decision id="cycle" name="cycle"><variable name="cycle"/>
 <literalExpression><text>1 + 1</text></literalExpression></decision></definitions>"""


def user(**named: str) -> str:
    return line(task("UT_1", "userTask", properties(**named)))


def decides(name: str) -> str:
    called = f"<spiffworkflow:calledDecisionId>{name}</spiffworkflow:calledDecisionId>"
    return line(task("BR_1", "businessRuleTask", extension(called)))


def calls(name: str) -> str:
    operator = f'<spiffworkflow:serviceTaskOperator id="{name}"/>'
    return line(task("ST_1", "serviceTask", extension(operator)))


def test_user_task_without_a_duty_is_warned_of():
    findings = check_process(line(task("UT_1", "userTask")))

    assert found(findings) == set()
    assert ("duty-missing", "UT_1") in found(findings, "warning")


def test_unknown_duty_is_refused_when_duties_are_known():
    known = Known(duties=frozenset({"sales_manager"}))

    assert found(check_process(user(duty="boss"), known)) == {("duty-unknown", "UT_1")}
    assert found(check_process(user(duty="sales_manager"), known)) == set()
    assert found(check_process(user(duty="=executor"), known)) == set()
    assert found(check_process(user(duty="boss"))) == set()


def test_duty_of_a_global_task_is_looked_at():
    shared = task("shared", "globalUserTask", properties(duty="boss"))

    findings = check_process(line(task()), NOTHING, after=shared)

    assert found(findings) == {("duty-unknown", "shared")}


def test_mode_is_one_of_four():
    assert found(check_process(user(duty="d", mode="most"))) == {
        ("mode-unknown", "UT_1")
    }
    for mode in ("one", "any", "all", "notify"):
        assert found(check_process(user(duty="d", mode=mode))) == set()


def test_priority_is_a_number_or_an_expression():
    assert found(check_process(user(duty="d", priority="high"))) == {
        ("priority-invalid", "UT_1")
    }
    for priority in ("50", "=urgency * 10"):
        assert found(check_process(user(duty="d", priority=priority))) == set()


def test_unknown_form_is_refused_unless_it_is_deployed_along():
    diagram = file(process(user(duty="=d", form="UT_1")))
    form = SourceFile("forms/sales/UT_1.json", b"{}")

    assert found(check([diagram], NOTHING)) == {("form-unknown", "UT_1")}
    assert found(check([diagram, form], NOTHING)) == set()
    assert found(check([diagram], Known())) == set()


def test_unknown_decision_is_refused_unless_it_is_deployed_along():
    diagram = file(process(decides("cycle")))
    table = SourceFile("tables/cycle.dmn", DMN)

    assert found(check([diagram], NOTHING)) == {("decision-unknown", "BR_1")}
    assert found(check([diagram, table], NOTHING)) == set()


def test_broken_decision_file_is_a_finding():
    findings = check([SourceFile("broken.dmn", b"<no/>")], Known())

    assert [one.file for one in findings] == ["broken.dmn"]
    assert findings[0].severity == "error"


def test_business_rule_task_names_a_decision():
    body = line(task("BR_1", "businessRuleTask"))

    assert found(check_process(body)) == {("decision-missing", "BR_1")}


def test_unknown_operation_is_refused_when_operations_are_known():
    known = Known(operations=frozenset({"notify"}))

    assert found(check_process(calls("fax"), known)) == {("operation-unknown", "ST_1")}
    assert found(check_process(calls("notify"), known)) == set()


def test_service_task_names_an_operation():
    body = line(task("ST_1", "serviceTask"))

    assert found(check_process(body)) == {("operation-missing", "ST_1")}


def test_duty_in_two_lanes_is_warned_of():
    tasks = [
        task(f"UT_{number}", "userTask", properties(duty="sales_manager", name_en="x"))
        for number in range(3)
    ]
    lanes = (
        '<bpmn:laneSet id="lanes"><bpmn:lane id="sales" name="销售经理">'
        "<bpmn:flowNodeRef>UT_0</bpmn:flowNodeRef><bpmn:flowNodeRef>UT_1</bpmn:flowNodeRef>"
        '</bpmn:lane><bpmn:lane id="office" name="实施部">'
        "<bpmn:flowNodeRef>UT_2</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
    )

    findings = check_process(lanes + line(*tasks))

    assert found(findings) == set()
    assert ("lane-duty-differs", "UT_2") in found(findings, "warning")


def test_other_files_of_a_package_are_passed_over():
    mail = SourceFile("mails/N0.txt.j2", b"Hello {{ name }}")

    assert check([mail], NOTHING) == []
