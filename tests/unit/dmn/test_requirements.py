"""Several decisions in a file: what they require of each other, and services."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.dmn import DecisionNotFoundError, parse
from tests.unit.dmn.drawing import (
    decide,
    decision,
    file,
    input_data,
    knowledge,
    literal,
    read,
    table,
)

SERVICE = (
    '<decisionService id="svc" name="svc"><variable name="svc"/>'
    '<outputDecision href="#total"/><encapsulatedDecision href="#net"/>'
    '<inputData href="#in_price"/></decisionService>'
)


def test_a_decision_uses_what_it_requires() -> None:
    xml = file(
        input_data("price"),
        decision("net", literal("price * 2"), inputs=["price"]),
        decision("gross", literal("net + price"), inputs=["price"], needs=["net"]),
    )

    assert decide(xml, "gross", price=10).output == 30


def test_names_that_no_arrow_supplies_come_from_the_caller() -> None:
    decisions = read(decision("d", literal("priority + extra")))

    assert decisions.inputs("d") == {"priority", "extra"}
    assert decisions.evaluate("d", {"priority": 1, "extra": 2}).output == 3


def test_inputs_are_those_of_everything_behind_a_decision() -> None:
    decisions = read(
        input_data("price"),
        decision("net", literal("price * rate"), inputs=["price"]),
        decision("gross", literal("net + fee(net)"), needs=["net"]),
        decision("other", literal("unrelated")),
    )

    assert decisions.inputs("gross") == {"price", "rate"}
    assert decisions.functions("gross") == {"fee"}


def test_a_decision_does_not_see_others_without_an_arrow() -> None:
    xml = file(decision("a", literal("1")), decision("b", literal("a")))

    assert decide(xml, "b").output is None


def test_a_knowledge_model_is_a_function_with_its_own_arrows() -> None:
    xml = file(
        knowledge("twice", ["n"], literal("n * 2")),
        knowledge("quad", ["n"], literal("twice(twice(n))"), knows=["twice"]),
        decision("d", literal("quad(n: 3)"), knows=["quad"]),
    )

    assert decide(xml, "d").output == 12


def test_a_knowledge_model_may_call_itself() -> None:
    body = literal("if n < 2 then 1 else n * fac(n - 1)")
    xml = file(
        knowledge("fac", ["n"], body), decision("d", literal("fac(5)"), knows=["fac"])
    )

    assert decide(xml, "d").output == 120


def test_a_table_in_a_knowledge_model_reports_its_rows() -> None:
    drawn = table("FIRST", ["n"], ["x"], ["> 5", "1"], ["-", "2"])
    xml = file(
        knowledge("rate", ["n"], drawn),
        decision("d", literal("rate(9) + rate(1)"), knows=["rate"]),
    )

    result = decide(xml, "d")

    assert result.output == 3
    assert [(m.decision_id, m.index) for m in result.matched] == [
        ("rate", 1),
        ("rate", 2),
    ]


def test_a_service_is_called_like_a_function() -> None:
    decisions = read(
        input_data("price", "number"),
        decision("net", literal("price * 2"), inputs=["price"]),
        decision("total", literal("net + 1"), needs=["net"]),
        SERVICE,
        decision("d", literal("svc(10) + svc(price: 20)"), knows=["svc"]),
    )

    assert decisions.evaluate("d", {"price": 999}).output == 62
    assert decisions.evaluate("svc", {"price": 5}).output == 11
    assert decisions.services == ("svc",)


def test_a_service_called_with_a_wrong_type_is_null() -> None:
    decisions = read(
        input_data("price", "number"),
        decision("net", literal("price * 2"), inputs=["price"]),
        decision("total", literal("1"), needs=["net"]),
        SERVICE,
        decision("d", literal('svc("text")'), knows=["svc"]),
    )

    assert decisions.evaluate("d", {}).output is None


def test_ids_and_names_are_for_people_and_machines() -> None:
    decisions = read(
        decision("first", literal("1")).replace(
            'name="first"><variable', 'name="第一个"><variable'
        ),
        knowledge("helper", [], literal("2")),
        decision("second", literal("3")),
    )

    assert decisions.ids == ("first", "second")
    assert decisions.name("first") == "第一个"


@pytest.mark.parametrize("element_id", ["", "missing", "in_price", "__class__"])
def test_an_unknown_decision_is_not_found(element_id: str) -> None:
    decisions = read(input_data("price"), decision("d", literal("1")))

    with pytest.raises(DecisionNotFoundError) as caught:
        decisions.evaluate(element_id, {})
    assert "test.dmn" in caught.value.text.zh


def test_now_and_lent_functions_come_from_the_caller() -> None:
    decisions = read(decision("d", literal("rate(now().year)")))
    moment = datetime(2026, 5, 1, tzinfo=UTC)

    def rate(year: Decimal) -> Decimal:
        return year / 2

    result = decisions.evaluate("d", {}, now=moment, functions={"rate": rate})
    assert result.output == 1013


def test_each_required_decision_is_evaluated_once() -> None:
    calls: list[int] = []
    decisions = read(
        decision("base", literal("tick()")),
        decision("left", literal("base"), needs=["base"]),
        decision("right", literal("base"), needs=["base"]),
        decision("top", literal("left + right"), needs=["left", "right"]),
    )

    def tick() -> int:
        calls.append(1)
        return 1

    assert decisions.evaluate("top", {}, functions={"tick": tick}).output == 2
    assert calls == [1]


@pytest.mark.parametrize(
    "version",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_all_versions_from_1_1_to_1_5_are_read(version: str) -> None:
    xml = file(decision("d", literal("1 + 1", "feel:number")), version=version)

    assert parse(xml).evaluate("d", {}).output == 2
