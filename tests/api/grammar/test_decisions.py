"""Decisions over HTTP: found, read, evaluated by themselves and in processes."""

import json

import pytest
from camunda_orchestration_sdk.models import (
    DecisionDefinitionSearchQueryResult,
    EvaluateDecisionResult,
)

from engine.schema import JournalEntry
from tests.api.driver import JSON, Company, Person
from tests.api.models import begin, deploy
from tests.api.serving import House
from tests.builders import diagram, end, line, rule, start, task
from tests.unit.dmn.drawing import decision, file, input_data, literal, table

FEE = file(
    input_data("days"),
    input_data("customer"),
    decision("rate", literal("if customer = null then 100 else customer.rate")),
    decision(
        "fee",
        table(
            "COLLECT/SUM",
            ["days", "rate"],
            ["amount"],
            ("> 0", "-", "days * rate", "each day"),
            ("> 5", "-", "500", "long stay"),
            ("> 50", "-", "9000", "very long"),
            annotations=["why"],
        ),
        inputs=["days"],
        needs=["rate"],
    ),
    decision(
        "kind",
        table("UNIQUE", ["days"], ["kind"], ("> 1", '"a"'), ("> 2", '"b"')),
        inputs=["days"],
    ),
)
ASKING = diagram(
    "asking",
    line(start(), rule("BR_fee", "fee"), task("UT_see", duty="plan_approver"), end()),
)
EVALUATION = "/v2/decision-definitions/evaluation"


@pytest.fixture
def fees(company: Company) -> Company:
    deploy(company.admin, ASKING, fee__dmn=FEE)
    return company


def evaluate(person: Person, name: str, **variables: object) -> JSON:
    body = {"decisionDefinitionId": name, "variables": variables}
    found: JSON = person.ask("POST", EVALUATION, json=body)
    return found


def test_decisions_are_found_and_read_as_deployed(fees: Company) -> None:
    found = fees.hou.search("decision-definitions")
    one = fees.hou.search("decision-definitions", decisionDefinitionId="fee")[0]
    path = f"/v2/decision-definitions/{one['decisionDefinitionKey']}"

    assert [each["decisionDefinitionId"] for each in found] == ["rate", "fee", "kind"]
    assert fees.hou.ask("GET", path) == one
    assert fees.hou.call("GET", f"{path}/xml").content == FEE


def test_clients_of_camunda_read_the_answers(fees: Company) -> None:
    page = fees.hou.ask("POST", "/v2/decision-definitions/search", json={})
    done = evaluate(fees.hou, "fee", days=6)

    found = DecisionDefinitionSearchQueryResult.from_dict(page).items
    result = EvaluateDecisionResult.from_dict(done)

    assert [each.name for each in found] == ["rate", "fee", "kind"]
    assert [each.output for each in result.evaluated_decisions] == ["100", "1100"]


def test_an_evaluation_says_which_rows_matched_and_what_they_gave(
    fees: Company,
) -> None:
    done = evaluate(fees.hou, "fee", days=6, customer=None)

    rate, fee = done["evaluatedDecisions"]
    rows = [
        (row["ruleId"], row["ruleIndex"], row["annotations"]["why"])
        for row in fee["matchedRules"]
    ]
    given = [row["evaluatedOutputs"][0]["outputValue"] for row in fee["matchedRules"]]
    assert (done["output"], done["failureMessage"]) == ("1100", None)
    assert rows == [("r1", 1, "each day"), ("r2", 2, "long stay")]
    assert given == ["600", "500"]
    assert [c["inputValue"] for c in fee["evaluatedInputs"]] == ["6", "100"]
    assert (rate["decisionDefinitionType"], fee["decisionDefinitionType"]) == (
        "LITERAL_EXPRESSION",
        "DECISION_TABLE",
    )


def test_the_journal_keeps_an_evaluation(house: House, fees: Company) -> None:
    done = evaluate(fees.hou, "fee", days=6, secret="not read by it")

    with house.platform.database.reading() as session:
        entry = session.get_one(JournalEntry, int(done["decisionEvaluationKey"]))
        assert (entry.actor, entry.event) == ("hou", "DecisionTaken")
        assert entry.details["matched"] == [["fee", "r1", 1], ["fee", "r2", 2]]
        assert entry.details["inputs"] == {"days": 6}


def test_the_history_of_a_case_shows_the_rows_that_decided_it(fees: Company) -> None:
    key = begin(fees.admin, "asking", days=60)

    items = fees.hou.ask("GET", f"/v2/process-instances/{key}/history")["items"]

    (taken,) = [each for each in items if each["event"] == "DecisionTaken"]
    assert taken["elementId"] == "BR_fee"
    assert [row[2] for row in taken["details"]["matched"]] == [1, 2, 3]
    assert taken["details"]["output"] == 15500


def test_what_a_process_would_stop_at_is_said(fees: Company) -> None:
    zh = fees.hou.call(
        "POST",
        EVALUATION,
        json={"decisionDefinitionId": "kind", "variables": {"days": 9}},
        headers={"Accept-Language": "zh"},
    ).json()

    assert (zh["output"], zh["failedDecisionDefinitionId"]) == ("null", "kind")
    assert "第 1, 2 行" in zh["failureMessage"]
    assert [r["ruleIndex"] for r in zh["evaluatedDecisions"][0]["matchedRules"]] == [
        1,
        2,
    ]


def test_a_version_can_be_evaluated_by_its_key(fees: Company) -> None:
    (old,) = fees.hou.search("decision-definitions", decisionDefinitionId="kind")
    changed = FEE.replace(b'"a"', b'"c"')
    deploy(fees.admin, ASKING, fee__dmn=changed)
    body = {"decisionDefinitionKey": old["decisionDefinitionKey"]}

    then = fees.hou.ask("POST", EVALUATION, json={**body, "variables": {"days": 2}})
    now = evaluate(fees.hou, "kind", days=2)

    assert (json.loads(then["output"]), json.loads(now["output"])) == ("a", "c")
    assert (then["decisionDefinitionVersion"], now["decisionDefinitionVersion"]) == (
        1,
        2,
    )


def test_a_decision_without_end_or_beyond_data_fails_politely(
    company: Company,
) -> None:
    endless = literal("for i in 1..n return i")
    deploy(
        company.admin,
        ASKING,
        fee__dmn=FEE,
        odd__dmn=file(
            decision("endless", endless),
            decision("range", literal("[1..n]")),
        ),
    )

    for name in ("endless", "range"):
        done = evaluate(company.hou, name, n=10**30)
        assert (done["output"], bool(done["failureMessage"])) == ("null", True), name


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"decisionDefinitionId": "fee", "decisionDefinitionKey": "1"}, 400),
        ({"decisionDefinitionId": "nothing"}, 404),
        ({"decisionDefinitionKey": "12345"}, 404),
        ({"decisionDefinitionId": "fee", "variables": [1]}, 400),
    ],
)
def test_what_names_no_decision(fees: Company, body: JSON, status: int) -> None:
    answer = fees.hou.call("POST", EVALUATION, json=body)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_customers_evaluate_nothing(fees: Company) -> None:
    answer = fees.hp.call("POST", EVALUATION, json={"decisionDefinitionId": "fee"})

    assert answer.status_code == 403
