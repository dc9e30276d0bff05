"""The bundled diagrams: valid, drawn, named, and carrying the procedure's rules."""

import json
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnValidator

from engine.runtime import Known, check
from tests.processes import library

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
EXTENSION = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
NAMED = ("process", "participant", "lane", "messageFlow", "sequenceFlow")
DRAWN_ONCE = pytest.mark.parametrize("path", library.diagrams(), ids=lambda p: p.stem)
FOURTEEN = {
    "charge_negotiation",
    "customer_visit",
    "data_import",
    "dual_signoff",
    "implementation",
    "plan_approval",
    "post_expiry_followup",
    "post_expiry_request",
    "pre_implementation",
    "project_lifecycle",
    "request_fulfilment",
    "requirement_development",
    "service_period",
    "service_request",
}


@cache
def validator() -> BpmnValidator:
    return BpmnValidator()


def tree(path: Path) -> etree._ElementTree:
    return etree.parse(path)


def rules_of(element_id: str) -> set[str]:
    """Return the rules that elements of this id name, wherever they are drawn."""
    return {
        rule
        for element in library.elements()
        if element.id == element_id
        for rule in element.properties.get("rules", "").split()
    }


def known() -> Known:
    duties = tomllib.loads((library.PROCESSES / "duties.toml").read_text("utf-8"))
    return Known(
        duties=frozenset(duties["duties"]),
        forms=frozenset(path.stem for path in library.FORMS.glob("*/*.json")),
        decisions=frozenset(library.decisions()),
        operations=frozenset(library.common()["operations"]),
        processes=frozenset(library.processes()),
    )


def test_the_fourteen_processes_are_there() -> None:
    assert set(library.processes()) == FOURTEEN


@DRAWN_ONCE
def test_diagram_fits_the_schema_of_bpmn(path: Path) -> None:
    validator().validate(tree(path).getroot(), path.name)


def test_deployment_finds_nothing_to_say() -> None:
    assert check(library.sources(), known()) == []


@pytest.mark.parametrize("process_id", sorted(FOURTEEN))
def test_process_compiles(process_id: str) -> None:
    assert library.model(process_id)


@pytest.mark.parametrize("rule_id", sorted(library.procedure()))
def test_rule_stands_on_each_of_its_elements(rule_id: str) -> None:
    elements = library.procedure()[rule_id]["elements"]

    assert [e for e in elements if rule_id not in rules_of(e)] == []


def test_procedure_has_ninety_rules_in_both_languages() -> None:
    rules = library.procedure()

    assert len(rules) == 90
    assert all(r["zh"] and r["en"] and r["clause"] for r in rules.values())
    assert [r for r, rule in rules.items() if not rule["elements"]] == ["R0.3"]


def test_elements_name_known_rules_only() -> None:
    additions = {f"X{n}" for n in range(1, 10)}
    named = {
        rule
        for element in library.elements()
        for rule in element.properties.get("rules", "").split()
    }

    assert named - additions <= set(library.procedure())


def test_additions_stand_where_the_design_puts_them() -> None:
    places = {
        "X1": "BE_contract_terminated",
        "X2": "GW_lapsed",
        "X3": "BE_chase_confirmation",
        "X4": "BE_period_changed",
        "X5": "BE_visit_overdue ST_close_visits",
    }

    missing = [
        (rule, element)
        for rule, elements in places.items()
        for element in elements.split()
        if rule not in rules_of(element)
    ]

    assert missing == []


def test_every_user_task_names_duty_form_and_due_time() -> None:
    incomplete = [
        (element.process_id, element.id)
        for element in library.elements()
        if element.type == "userTask"
        and not {"duty", "form", "due"} <= set(element.properties)
    ]

    assert incomplete == []


@DRAWN_ONCE
def test_whatever_has_a_chinese_name_has_an_english_one(path: Path) -> None:
    unnamed = []
    for node in tree(path).iter():
        flow_node = node.tag.startswith(BPMN) and re.match(
            r"^(UT|ST|SC|BR|GW|SE|CE|TE|EE|BE|SP|ESP|CA)_", node.get("id", "")
        )
        if not node.get("name") or not (
            flow_node or node.tag in {BPMN + tag for tag in NAMED}
        ):
            continue
        names = node.findall(
            f"{BPMN}extensionElements/{EXTENSION}properties/{EXTENSION}property"
        )
        if not any(n.get("name") == "name_en" and n.get("value") for n in names):
            unnamed.append(node.get("id"))

    assert unnamed == []


@DRAWN_ONCE
def test_exclusive_gateway_that_splits_has_a_default(path: Path) -> None:
    without = [
        gateway.get("id")
        for gateway in tree(path).iter(BPMN + "exclusiveGateway")
        if len(gateway.findall(BPMN + "outgoing")) > 1 and not gateway.get("default")
    ]

    assert without == []


def test_ids_tell_the_kind_of_element() -> None:
    prefixes = {
        "userTask": "UT_",
        "serviceTask": "ST_",
        "scriptTask": "SC_",
        "businessRuleTask": "BR_",
        "callActivity": "CA_",
        "startEvent": "SE_",
        "endEvent": "EE_",
        "boundaryEvent": "BE_",
        "intermediateCatchEvent": "CE_",
        "intermediateThrowEvent": "TE_",
        "exclusiveGateway": "GW_",
        "parallelGateway": "GW_",
        "eventBasedGateway": "GW_",
    }

    wrong = [
        element.id
        for element in library.elements()
        if not element.id.startswith(prefixes.get(element.type, ""))
    ]

    assert wrong == []


def test_lint_knows_the_operations_that_scenarios_answer() -> None:
    lint = json.loads((library.PROCESSES / "lint" / "operations.json").read_text())

    assert set(library.common()["operations"]) <= set(lint)


def test_no_file_says_an_element_twice() -> None:
    for path in library.diagrams():
        nodes = tree(path).iter(BPMN + "*")
        ids = Counter(node.get("id") for node in nodes if node.get("id"))
        assert [name for name, times in ids.items() if times > 1] == []
