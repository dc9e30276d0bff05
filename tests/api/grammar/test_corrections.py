"""Expressions that fail while a case runs, and data that is corrected by hand."""

import pytest

from tests.api.driver import JSON, Company
from tests.api.models import begin, deploy
from tests.builders import (
    boundary,
    call,
    diagram,
    end,
    flow,
    gateway,
    line,
    script,
    start,
    task,
)

CHOOSING = diagram(
    "choosing",
    line(start(), gateway("GW", default="UT_small"), task("UT_small"), end()),
    flow("GW", "UT_big", "order.amount > 100"),
    line(task("UT_big"), end("EE_big")),
)
CALLING = diagram("calling", line(start(), call("CA", "choosing"), end()))
CONDITION = (
    "<bpmn:conditionalEventDefinition><bpmn:condition "
    'xsi:type="bpmn:tFormalExpression">'
    "urgent = true</bpmn:condition></bpmn:conditionalEventDefinition>"
)
WATCHED = diagram(
    "watched",
    line(start(), task("UT_work"), end()),
    boundary("BE", "UT_work", CONDITION)[1],
    line(("BE", ""), task("UT_hurry"), end("EE_hurry")),
)
FORKED = diagram(
    "forked",
    line(start(), gateway("GW", "parallelGateway")),
    flow("GW", "UT_a"),
    flow("GW", "UT_b"),
    line(task("UT_a"), gateway("GW_a"), task("UT_a_yes"), end("EE_a")),
    flow("GW_a", "EE_a_no"),
    end("EE_a_no")[1],
    task("UT_b")[1],
    end("EE_b")[1],
    flow("UT_b", "EE_b"),
)
FLAT = diagram("flat", line(start(), script("ST", "x = order.amount + 1"), end()))


def incident(company: Company, key: str) -> JSON:
    (found,) = company.admin.search("incidents", processInstanceKey=key, state="ACTIVE")
    return found


def correct(company: Company, key: str, values: JSON, *, local: bool = False) -> None:
    path = f"/v2/element-instances/{key}/variables"
    body = {"variables": values, "local": local}
    company.admin.ask("PUT", path, json=body)


def resolve(company: Company, found: JSON, values: JSON | None = None) -> None:
    path = f"/v2/incidents/{found['incidentKey']}/resolution"
    company.admin.ask("POST", path, json={"variables": values} if values else None)


def element(company: Company, key: str, element_id: str) -> str:
    (found,) = company.admin.search(
        "element-instances",
        processInstanceKey=key,
        elementId=element_id,
        state="ACTIVE",
    )
    return str(found["elementInstanceKey"])


def open_elements(company: Company, key: str) -> set[str]:
    found = company.admin.search("user-tasks", processInstanceKey=key, state="CREATED")
    return {each["elementId"] for each in found}


def test_an_incident_names_element_expression_and_what_is_missing(
    company: Company,
) -> None:
    deploy(company.admin, CHOOSING)
    key = begin(company.admin, "choosing")

    found = incident(company, key)

    assert found["elementId"] == "GW"
    assert found["expression"] == "order.amount > 100"
    assert found["missing"] == ["order"]
    assert "order" in found["errorMessage"]


def test_corrected_data_lets_a_case_go_on_from_there(company: Company) -> None:
    deploy(company.admin, CHOOSING)
    key = begin(company.admin, "choosing")

    correct(company, key, {"order": {"amount": 500}})
    resolve(company, incident(company, key))

    assert open_elements(company, key) == {"UT_big"}


def test_wrong_data_again_is_a_new_incident(company: Company) -> None:
    deploy(company.admin, CHOOSING)
    key = begin(company.admin, "choosing")
    first = incident(company, key)

    resolve(company, first, {"order": {}})
    second = incident(company, key)
    resolve(company, second, {"order": {"amount": 1}})

    assert first["incidentKey"] != second["incidentKey"]
    assert second["missing"] == ["order.amount"]
    assert open_elements(company, key) == {"UT_small"}


@pytest.mark.parametrize("way", ["resolution", "element"])
def test_data_of_a_called_process_is_corrected_there(
    company: Company, way: str
) -> None:
    deploy(company.admin, CHOOSING, CALLING)
    key = begin(company.admin, "calling")
    found, values = incident(company, key), {"order": {"amount": 500}}

    if way == "resolution":
        resolve(company, found, values)
    else:
        correct(company, element(company, key, "GW"), values)
        resolve(company, found)

    assert open_elements(company, key) == {"UT_big"}


def test_a_condition_that_a_correction_makes_true_is_caught(company: Company) -> None:
    deploy(company.admin, WATCHED)
    key = begin(company.admin, "watched")

    correct(company, key, {"urgent": True})

    assert open_elements(company, key) == {"UT_hurry"}


def test_local_data_is_set_at_one_element_alone(company: Company) -> None:
    deploy(company.admin, WATCHED)
    key = begin(company.admin, "watched")

    correct(company, element(company, key, "UT_work"), {"note": "x"}, local=True)

    path = f"/v2/process-instances/{key}/variables"
    assert company.admin.ask("GET", path) == {"note": "x"}


def test_the_journal_tells_who_corrected_what(company: Company) -> None:
    deploy(company.admin, WATCHED)
    key = begin(company.admin, "watched")

    correct(company, key, {"note": "x", "amount": 1})

    items = company.hou.ask("GET", f"/v2/process-instances/{key}/history")["items"]
    (entry,) = [each for each in items if each["event"] == "VariablesCorrected"]
    assert (entry["actor"], entry["details"]) == (
        "admin",
        {"corrected": ["amount", "note"]},
    )


def test_what_cannot_be_corrected(company: Company) -> None:
    deploy(company.admin, WATCHED, FLAT)
    key = begin(company.admin, "watched")
    over = element(company, key, "UT_work")
    correct(company, key, {"urgent": True})
    hurried = element(company, key, "UT_hurry")
    body = {"variables": {"x": 1}}

    def refused(name: str, person: str = "admin") -> tuple[int, str]:
        path = f"/v2/element-instances/{name}/variables"
        answer = getattr(company, person).call("PUT", path, json=body)
        return answer.status_code, answer.json()["code"]

    assert refused("1") == (404, "element-instance-not-found")
    assert refused(over) == (409, "illegal-move")
    assert refused(hurried, "hou") == (403, "permission-missing")
    company.admin.ask("POST", f"/v2/process-instances/{key}/cancellation", json={})
    assert refused(hurried)[0] == 409
