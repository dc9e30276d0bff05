"""What a file declares, read from any prefix and from several editors' words."""

import pytest

from engine.runtime.describe import describe
from engine.runtime.step import SourceFile
from engine.runtime.xml import UnreadableFileError
from tests.unit.findings.diagrams import (
    chain,
    end,
    extension,
    file,
    flow,
    line,
    process,
    properties,
    start,
    task,
)


def only_process(content: str):
    (found,) = describe(file(content)).processes
    return found


def element(content: str, key: str):
    return next(one for one in only_process(content).elements if one.id == key)


def test_process_tells_its_names_and_version():
    named = properties(name_en="Sales", version_tag="2026-05")
    body = process(named + line(task())).replace('id="p"', 'id="p" name="销售"')

    found = only_process(body)

    assert (found.id, found.name, found.name_en) == ("p", "销售", "Sales")
    assert (found.version_tag, found.executable) == ("2026-05", True)


@pytest.mark.parametrize(
    ("attribute", "executable"),
    [('isExecutable="true"', True), ('isExecutable="false"', False), ("", True)],
)
def test_process_is_executable_unless_it_says_otherwise(attribute, executable):
    body = process(line(task())).replace('isExecutable="true"', attribute)

    assert only_process(body).executable is executable


def test_user_task_tells_its_properties():
    named = properties(
        duty="sales_manager", mode="all", form="UT_1", due="P2WD", rules="R1 R2"
    )
    found = element(process(line(task("UT_1", "userTask", named, name="审核"))), "UT_1")

    assert (found.type, found.name, found.process_id) == ("userTask", "审核", "p")
    assert found.properties["duty"] == "sales_manager"
    assert found.properties["rules"].split() == ["R1", "R2"]


def test_form_is_named_without_a_suffix():
    for written in ("UT_1", "UT_1.json", "UT_1.schema.json"):
        named = properties(formJsonSchemaFilename=written)
        body = process(line(task("UT_1", "userTask", named)))

        assert element(body, "UT_1").properties["form"] == "UT_1"
        assert only_process(body).forms == {"UT_1"}


def test_service_task_tells_its_operation():
    operator = '<spiffworkflow:serviceTaskOperator id="notify" resultVariable="x"/>'
    body = process(line(task("ST_1", "serviceTask", extension(operator))))

    assert element(body, "ST_1").operation == "notify"
    assert only_process(body).operations == {"notify"}


def test_decisions_and_called_processes_are_gathered():
    called = "<spiffworkflow:calledDecisionId>cycle</spiffworkflow:calledDecisionId>"
    rule = task("BR_1", "businessRuleTask", extension(called))
    call = task("CA_1", "callActivity", calledElement="plan_approval")

    found = only_process(process(line(rule, call)))

    assert (found.decisions, found.called_processes) == ({"cycle"}, {"plan_approval"})


def test_words_of_other_editors_are_read():
    camunda = task(
        "a", "userTask", **{"camunda:formKey": "A", "camunda:dueDate": "P1D"}
    )
    zeebe = task(
        "b",
        "userTask",
        extension(
            '<zeebe:formDefinition formId="B"/>'
            '<zeebe:assignmentDefinition candidateGroups="sales"/>'
        ),
    )
    worker = task("c", "serviceTask", extension('<zeebe:taskDefinition type="mail"/>'))
    decides = task("d", "businessRuleTask", **{"camunda:decisionRef": "cycle"})
    calls = task(
        "e", "callActivity", extension('<zeebe:calledElement processId="other"/>')
    )

    found = only_process(process(line(camunda, zeebe, worker, decides, calls)))
    by_id = {one.id: one for one in found.elements}

    assert by_id["a"].properties == {"form": "A", "due": "P1D"}
    assert by_id["b"].properties == {"form": "B", "duty": "sales"}
    assert by_id["c"].operation == "mail"
    assert by_id["d"].decision_id == "cycle"
    assert by_id["e"].called_element == "other"


def test_prefix_does_not_matter():
    content = file(process(line(task(name="登记")))).content.decode()
    bare = content.replace("bpmn:", "").replace("xmlns:bpmn=", "xmlns=")

    (found,) = describe(SourceFile("x.bpmn", bare.encode())).processes

    assert [one.id for one in found.elements] == ["start", "task", "end"]


def test_inner_elements_know_what_is_around_them():
    deep = task("deep", "subProcess", line(task("inner"), suffix="3"))
    outer = task("outer", "subProcess", line(deep, suffix="2"))

    body = process(line(outer))

    assert element(body, "inner").parent_id == "deep"
    assert element(body, "deep").parent_id == "outer"
    assert element(body, "outer").parent_id is None


def test_boundary_event_knows_its_host():
    event = task("event", "boundaryEvent", attachedToRef="task")

    assert element(process(line(task()) + event), "event").attached_to == "task"


def test_innermost_lane_is_told():
    lanes = (
        '<bpmn:laneSet id="s"><bpmn:lane id="company" name="公司">'
        "<bpmn:flowNodeRef>task</bpmn:flowNodeRef><bpmn:flowNodeRef>sub</bpmn:flowNodeRef>"
        '<bpmn:childLaneSet id="c"><bpmn:lane id="sales" name="销售">'
        "<bpmn:flowNodeRef>task</bpmn:flowNodeRef></bpmn:lane></bpmn:childLaneSet>"
        "</bpmn:lane></bpmn:laneSet>"
    )
    sub = task("sub", "subProcess", line(task("inner"), suffix="2"))
    body = process(lanes + line(task(), sub))

    assert element(body, "task").lane == "销售"
    assert element(body, "inner").lane == "公司"
    assert element(body, "end").lane == ""


MESSAGE = '<bpmn:message id="m" name="project.created"/>'
SIGNAL = '<bpmn:signal id="s" name="alarm"/>'
TIMER = (
    "<bpmn:timerEventDefinition><bpmn:timeCycle>R/P1D</bpmn:timeCycle>"
    "</bpmn:timerEventDefinition>"
)


@pytest.mark.parametrize(
    ("trigger", "kind", "name", "timer"),
    [
        ("", "none", "", ""),
        (
            '<bpmn:messageEventDefinition messageRef="m"/>',
            "message",
            "project.created",
            "",
        ),
        ('<bpmn:signalEventDefinition signalRef="s"/>', "signal", "alarm", ""),
        (TIMER, "timer", "", "R/P1D"),
    ],
)
def test_start_tells_what_starts_it(trigger, kind, name, timer):
    body = process(chain(start(inside=trigger), end()), before=MESSAGE + SIGNAL)

    (found,) = only_process(body).starts

    assert (found.element_id, found.kind) == ("start", kind)
    assert (found.name, found.timer) == (name, timer)


def test_definition_at_the_top_of_the_file_starts_too():
    top = '<bpmn:messageEventDefinition id="shared" messageRef="m"/>'
    trigger = "<bpmn:eventDefinitionRef>shared</bpmn:eventDefinitionRef>"
    body = process(chain(start(inside=trigger), end()), before=MESSAGE + top)

    assert [one.name for one in only_process(body).starts] == ["project.created"]


def test_process_without_a_start_event_starts_plainly():
    (found,) = only_process(process(task())).starts

    assert (found.element_id, found.kind) == ("", "none")


def test_receive_task_may_start_a_process():
    receive = task("get", "receiveTask", messageRef="m", instantiate="true")
    body = process(chain(receive, end()), before=MESSAGE)

    (found,) = only_process(body).starts

    assert (found.element_id, found.kind, found.name) == (
        "get",
        "message",
        "project.created",
    )


def test_event_gateway_may_start_a_process():
    waits = [
        task("a", "intermediateCatchEvent", TIMER),
        task("b", "receiveTask", messageRef="m"),
    ]
    gateway = task("gate", "eventBasedGateway", instantiate="true")
    body = gateway + "".join(waits) + flow("gate", "a") + flow("gate", "b")

    found = only_process(process(body, before=MESSAGE)).starts

    assert [(one.element_id, one.kind) for one in found] == [
        ("a", "timer"),
        ("b", "message"),
    ]


def test_start_of_a_sub_process_starts_no_process():
    sub = task("sub", "subProcess", line(task("inner"), suffix="2"))

    assert [one.element_id for one in only_process(process(line(sub))).starts] == [
        "start"
    ]


def test_global_task_is_a_process_of_one_element():
    shared = task(
        "shared", "globalUserTask", properties(duty="d", form="F"), name="共用"
    )

    (found,) = describe(file(shared)).processes

    assert (found.id, found.name, found.executable) == ("shared", "共用", False)
    assert [one.type for one in found.elements] == ["globalUserTask"]
    assert found.forms == {"F"}
    assert found.starts == ()


def test_elements_without_an_id_are_left_out():
    body = process(line(task()) + "<bpmn:task/>")

    assert [one.id for one in only_process(body).elements] == ["start", "task", "end"]


def test_file_that_would_be_refused_is_described_all_the_same():
    body = process(task("a") + flow("a", "nowhere"))

    assert [one.id for one in only_process(body).elements] == ["a"]


def test_file_that_cannot_be_read_is_an_error():
    with pytest.raises(UnreadableFileError):
        describe(SourceFile("x.bpmn", b"?"))
