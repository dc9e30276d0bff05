"""Decision tables: which rows match and what they make together."""

from decimal import Decimal
from typing import Any

import pytest

from engine.dmn import DecisionResult, MatchedRule
from tests.unit.dmn.drawing import decide, decision, file, table

BANDS = [(">= 60", '"high"'), (">= 30", '"middle"'), ("-", '"low"')]


def bands(policy: str, *rules: tuple[str, ...], **options: Any) -> bytes:
    drawn = table(policy, ["score"], ["band"], *(rules or BANDS), **options)
    return file(decision("band", drawn))


def rows(result: DecisionResult) -> list[int]:
    return [rule.index for rule in result.matched]


def test_unique_gives_the_only_row() -> None:
    xml = bands("UNIQUE", ("< 30", '"low"'), (">= 30", '"high"'))

    result = decide(xml, "band", score=40)

    assert (result.output, rows(result), result.notes) == ("high", [2], ())


def test_unique_with_two_rows_is_null_and_says_which() -> None:
    result = decide(bands("UNIQUE"), "band", score=40)

    assert (result.output, rows(result)) == (None, [2, 3])
    assert "2, 3" in result.notes[0].en
    assert "UNIQUE" in result.notes[0].zh


def test_first_gives_the_first_row_of_several() -> None:
    result = decide(bands("FIRST"), "band", score=70)

    assert (result.output, rows(result)) == ("high", [1])


def test_any_gives_what_all_rows_agree_on() -> None:
    xml = bands("ANY", (">= 60", '"ok"'), (">= 30", '"ok"'))

    assert decide(xml, "band", score=70).output == "ok"


def test_any_with_different_outputs_is_null() -> None:
    result = decide(bands("ANY"), "band", score=70)

    assert result.output is None
    assert len(result.notes) == 1


def test_priority_gives_the_best_output_value() -> None:
    xml = bands("PRIORITY", *reversed(BANDS), values=['"high", "middle", "low"'])

    result = decide(xml, "band", score=70)

    assert (result.output, rows(result)) == ("high", [3])


def test_output_order_sorts_by_output_values() -> None:
    xml = bands("OUTPUT ORDER", *BANDS, values=['"low", "middle", "high"'])

    result = decide(xml, "band", score=70)

    assert result.output == ["low", "middle", "high"]
    assert rows(result) == [3, 2, 1]


def test_rule_order_keeps_the_order_of_rows() -> None:
    assert decide(bands("RULE ORDER"), "band", score=40).output == ["middle", "low"]


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [("", [5, 7, 1]), ("/SUM", 13), ("/MIN", 1), ("/MAX", 7), ("/COUNT", 3)],
)
def test_collect_gathers_or_aggregates(aggregation: str, expected: Any) -> None:
    xml = bands(f"COLLECT{aggregation}", ("> 1", "5"), ("> 2", "7"), ("-", "1"))

    assert decide(xml, "band", score=9).output == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("UNIQUE", None),
        ("FIRST", None),
        ("ANY", None),
        ("RULE ORDER", []),
        ("COLLECT", []),
        ("COLLECT/SUM", None),
        ("COLLECT/COUNT", 0),
    ],
)
def test_without_a_row_there_is_nothing(policy: str, expected: Any) -> None:
    result = decide(bands(policy, ("> 100", "1")), "band", score=1)

    assert result.output == expected
    assert result.matched == ()


def test_without_a_row_the_default_output_counts() -> None:
    xml = bands("UNIQUE", ("> 100", '"x"'), defaults=['"none of " + string(score)'])

    assert decide(xml, "band", score=1).output == "none of 1"


def test_null_is_a_value_that_a_cell_can_ask_for() -> None:
    xml = bands("FIRST", ("null", '"unknown"'), ("-", '"known"'))

    assert decide(xml, "band", score=None).output == "unknown"
    assert decide(xml, "band").output == "unknown"
    assert decide(xml, "band", score=0).output == "known"


def test_cells_may_look_at_each_other_and_compute() -> None:
    drawn = table(
        "FIRST",
        ["price * count", "customer.class"],
        ["discount", "total"],
        ["> limit", '"A", "B"', "0.1", "price * count * 0.9"],
        ["[100..limit]", 'not("C")', "0.05", "price * count * 0.95"],
        ["-", "-", "0", "price * count"],
    )
    xml = file(decision("offer", drawn))
    values = {"price": 50, "count": 10, "limit": 400, "customer": {"class": "B"}}

    result = decide(xml, "offer", **values)

    assert result.output == {"discount": Decimal("0.1"), "total": 450}
    assert result.outputs == result.output


def test_one_output_is_named_by_its_column() -> None:
    assert decide(bands("FIRST"), "band", score=1).outputs == {"band": "low"}


def test_several_outputs_without_a_row_are_all_null() -> None:
    xml = file(decision("d", table("UNIQUE", ["a"], ["x", "y"], ["1", "2", "3"])))

    result = decide(xml, "d", a=2)

    assert (result.output, result.outputs) == (None, {"x": None, "y": None})


def test_several_outputs_collected_are_one_list() -> None:
    drawn = table("COLLECT", ["a"], ["x", "y"], ["1", "2", "3"], ["-", "4", "5"])

    result = decide(file(decision("d", drawn)), "d", a=1)

    assert result.output == [{"x": 2, "y": 3}, {"x": 4, "y": 5}]
    assert result.outputs == {"d": result.output}


def test_matched_rows_bring_their_annotations() -> None:
    drawn = table(
        "FIRST",
        ["a"],
        ["x"],
        ["1", "2", "R3.1.2", "since 2026"],
        annotations=["rule", "remark"],
    )

    result = decide(file(decision("d", drawn)), "d", a=1)

    notes = (("rule", "R3.1.2"), ("remark", "since 2026"))
    assert result.matched == (MatchedRule("d", "r1", 1, notes),)


def test_the_description_of_a_row_is_an_annotation_without_name() -> None:
    drawn = table("FIRST", ["a"], ["x"], ["-", "1"]).replace(
        '<rule id="r1">', '<rule id="r1"><description>R5.3</description>'
    )

    result = decide(file(decision("d", drawn)), "d", a=1)

    assert result.matched[0].annotations == (("", "R5.3"),)


def test_an_output_of_another_type_is_null_and_noted() -> None:
    xml = bands("FIRST", ("-", "5"), kinds=["string"])

    result = decide(xml, "band", score=1)

    assert result.output is None
    assert "band" in result.notes[0].zh


def test_an_empty_cell_accepts_everything() -> None:
    assert decide(bands("FIRST", ("", "1")), "band", score=None).output == 1
