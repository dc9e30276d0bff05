"""What a table held: rows, problems and control totals."""

from typing import Any

import pytest

from company import import_check
from company.import_files import TableRows
from engine.rendering.specification import Column

COLUMNS = [
    Column(title="编码", required=True),
    Column(title="数量", kind="integer"),
    Column(title="金额", kind="money"),
]


def held(*rows: tuple[Any, ...]) -> dict[str, Any]:
    table = TableRows("库存", ("编码", "数量", "金额"), 5, rows)
    problems = import_check.check(table, COLUMNS)
    return import_check.summary(table, COLUMNS, problems)


def test_numbers_are_added_up_exactly() -> None:
    told = held(("A", 1, "0.10"), ("B", 2, "1,000.20"), (None, None, None))

    assert (told["rows"], told["problems"]) == (2, 0)
    assert told["totals"] == {"数量": "3", "金额": "1000.30"}


@pytest.mark.parametrize("value", ["drei", "NaN", "Infinity", True, "=1+1"])
def test_what_is_no_number_adds_nothing(value: object) -> None:
    told = held(("A", 1, "0.10"), ("B", 2, value))

    assert told["totals"]["金额"] == "0.10"
    assert told["problems"] == 1
