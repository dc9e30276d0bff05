"""Tables that people maintain, written as DMN and asked like any other."""

from decimal import Decimal
from typing import Any

import pytest

from company.decision_tables import to_dmn
from company.published_tables import charge_table, scope_table
from engine.dmn import parse

PRICES: list[dict[str, Any]] = [
    {
        "serviceType": "other",
        "title": "其他",
        "unit": "人天",
        "priceInPeriod": 900,
        "priceAfter": 1000,
    },
    {
        "serviceType": "remote",
        "title": "远程",
        "unit": "次",
        "priceInPeriod": 300,
        "priceAfter": 500,
    },
    {
        "serviceType": "training",
        "title": "培训",
        "unit": "人天",
        "priceInPeriod": 700,
        "priceAfter": 700,
        "minimum": 2000,
    },
]
SCOPE: list[dict[str, Any]] = [
    {"category": "usage", "title": "使用", "scope": "in"},
    {
        "category": "defect",
        "title": "缺陷",
        "scope": "in",
        "notIfCausedByCustomer": True,
    },
    {"category": "training", "title": "培训", "scope": "out"},
]


def ask(content: bytes, decision: str, **context: Any) -> dict[str, Any]:
    return dict(parse(content).evaluate(decision, context).outputs)


@pytest.mark.parametrize(
    ("kind", "quantity", "inside", "unit", "amount"),
    [
        ("remote", 2, True, "次", 600),
        ("remote", 2, False, "次", 1000),
        ("training", 2, True, "人天", 2000),
        ("training", 3, False, "人天", 2100),
        ("hardware", 1, True, "人天", 900),
        ("hardware", 1, False, "人天", 1000),
    ],
)
def test_price_list_prices_every_service(
    kind: str, quantity: int, *, inside: bool, unit: str, amount: int
) -> None:
    """R4.2.1: in a period and after it, with a minimum, and everything else."""
    found = ask(
        to_dmn(charge_table(PRICES)),
        "charge_standard",
        service_type=kind,
        quantity=quantity,
        in_service=inside,
    )

    assert (found["unit"], found["standard_amount"]) == (unit, Decimal(amount))


@pytest.mark.parametrize(
    ("category", "bought", "caused", "scope"),
    [
        ("usage", True, True, "in"),
        ("usage", False, False, "out"),
        ("defect", True, False, "in"),
        ("defect", True, True, "unclear"),
        ("training", True, False, "out"),
        ("remote", True, False, "unclear"),
    ],
)
def test_service_standard_suggests_the_scope(
    category: str, *, bought: bool, caused: bool, scope: str
) -> None:
    """R4.1.1, R4.3.1: in, out, or for a person to say."""
    found = ask(
        to_dmn(scope_table(SCOPE)),
        "service_scope",
        category=category,
        module_in_contract=bought,
        caused_by_customer=caused,
    )

    assert found["suggested_scope"] == scope


def test_what_people_type_stays_text() -> None:
    """A quote or a backslash in a unit is part of the unit."""
    odd = {**PRICES[1], "unit": '次"\\ + <b>'}

    found = ask(
        to_dmn(charge_table([odd])),
        "charge_standard",
        service_type="remote",
        quantity=1,
        in_service=True,
    )

    assert found["unit"] == '次"\\ + <b>'
