"""What holds for all rules, and the page that is made of them."""

import re
from importlib.resources import files
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.runtime import findings
from engine.runtime.findings import RULES, check
from engine.runtime.findings.coverage import ELEMENTS, Support
from engine.runtime.findings.page import render_coverage
from engine.runtime.step import Known, SourceFile
from tests.unit.findings.diagrams import (
    FORMAL,
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

PAGE = Path(findings.__file__).resolve().parents[3] / "docs" / "bpmn-coverage.md"
ABSTRACT = {"event", "eventDefinition", "formalExpression"}


def everything() -> SourceFile:
    """A diagram with something of nearly every kind in it."""
    timer = f"<bpmn:timeDuration {FORMAL}>PT1H</bpmn:timeDuration>"
    timed = f"<bpmn:timerEventDefinition>{timer}</bpmn:timerEventDefinition>"
    message = '<bpmn:messageEventDefinition messageRef="m"/>'
    loop = f"<bpmn:loopCardinality {FORMAL}>3</bpmn:loopCardinality>"
    several = "multiInstanceLoopCharacteristics"
    inner = line(
        task("t2", inside=f"<bpmn:{several}>{loop}</bpmn:{several}>"), suffix="2"
    )
    data = (
        '<bpmn:ioSpecification><bpmn:dataInput id="in" itemSubjectRef="i"/>'
        "<bpmn:inputSet><bpmn:dataInputRefs>in</bpmn:dataInputRefs></bpmn:inputSet>"
        "<bpmn:outputSet/></bpmn:ioSpecification><bpmn:dataInputAssociation>"
        "<bpmn:sourceRef>ref</bpmn:sourceRef><bpmn:targetRef>in</bpmn:targetRef>"
        "</bpmn:dataInputAssociation>"
    )
    operator = '<spiffworkflow:serviceTaskOperator id="notify"/>'
    body = (
        line(
            task("UT_1", "userTask", properties(duty="d", due="P2WD")),
            task("ST_1", "serviceTask", extension(operator)),
            task("SC_1", "scriptTask", "<bpmn:script>a = 1</bpmn:script>"),
            task("CA_1", "callActivity", calledElement="p"),
            task("sub", "subProcess", inner),
            task("t1", inside=data),
            task("wait", "intermediateCatchEvent", message),
        )
        + task("late", "boundaryEvent", timed, attachedToRef="UT_1")
        + end("e3")
        + flow("late", "e3")
        + task("esp", "subProcess", esp(message), triggeredByEvent="true")
        + '<bpmn:dataObject id="o" itemSubjectRef="i"/>'
        '<bpmn:dataObjectReference id="ref" dataObjectRef="o"/>'
    )
    roots = '<bpmn:itemDefinition id="i"/><bpmn:message id="m" name="m"/>'
    return file(process(body, before=roots))


def esp(trigger: str) -> str:
    return start("s4", trigger) + end("e4") + flow("s4", "e4")


def test_rules_are_told_apart_and_speak_both_languages():
    codes = [rule.code for rule in RULES]

    assert len(codes) == len(set(codes))
    for rule in RULES:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.code)
        words = [
            set(re.findall(r"\{\w+\}", text)) for text in (rule.rule.en, rule.rule.zh)
        ]
        assert words[0] == words[1], rule.code


def test_diagram_with_everything_is_fine():
    errors = [one for one in check([everything()], Known()) if one.severity == "error"]

    assert errors == []


DAMAGE = st.tuples(
    st.integers(0, 10_000),
    st.sampled_from(["drop", "strip", "swap", "text"]),
    st.sampled_from(["", "m", "UT_1", "x y", "= (", "a:b"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(DAMAGE, min_size=1, max_size=4))
def test_no_damage_makes_the_check_fail(damages):
    root = etree.fromstring(everything().content)
    for place, kind, text in damages:
        elements = list(root.iter())
        damage(elements[place % len(elements)], kind, text)

    found = check([SourceFile("damaged.bpmn", etree.tostring(root))], Known())

    assert all(one.rule.en and one.remedy.zh for one in found)


def damage(element, kind: str, text: str) -> None:
    names = list(element.attrib)
    if kind == "drop" and element.getparent() is not None:
        element.getparent().remove(element)
    elif kind == "strip" and names:
        del element.attrib[names[0]]
    elif kind == "swap":
        for name in names:
            element.set(name, text)
    elif kind == "text":
        element.text = text


def test_findings_come_in_the_order_of_the_file():
    broken = (
        everything().content.replace(b'"UT_1"', b'"UT_2"', 1).splitlines(keepends=True)
    )
    file = SourceFile("x", b"\n".join(broken))

    lines = [one.line or 0 for one in check([file], Known())]

    assert lines == sorted(lines)


def test_page_is_the_one_that_the_tables_make():
    assert PAGE.read_text("utf-8") == render_coverage(RULES)


def test_page_leaves_no_element_of_the_standard_out():
    schema = files("SpiffWorkflow") / "bpmn" / "parser" / "schema" / "Semantic.xsd"
    root = etree.fromstring(schema.read_bytes())
    groups = {"flowElement", "rootElement", "artifact", "collaboration", "choreography"}
    groups |= {"conversationNode", "loopCharacteristics", "performer", "resourceRole"}
    named = {
        element.get("name")
        for element in root.iterchildren("{*}element")
        if element.get("substitutionGroup") in groups
    }

    assert named - ABSTRACT <= {entry.name for entry in ELEMENTS}


def test_every_element_that_the_page_refuses_is_refused():
    refused = [one.name for one in ELEMENTS if one.support is Support.REFUSED]

    assert refused
    for name in refused:
        body = process(line(task())) + f'<bpmn:{name} id="x"/>'
        codes = {one.code for one in check([file(body)], Known())}
        assert "element-unsupported" in codes
