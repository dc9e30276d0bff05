"""Decision files: everything that is wrong in one, before it is deployed."""

import pytest

from engine.runtime import Known, SourceFile, check, read_decisions
from tests.unit.dmn.drawing import decision, file, input_data, literal, table


def codes(*elements: str) -> list[tuple[str, str | None]]:
    findings = check([SourceFile("t.dmn", file(*elements))], Known())
    return [(found.code, found.element_id) for found in findings]


def test_a_file_that_cannot_be_read_has_no_decisions() -> None:
    known, findings = read_decisions(SourceFile("t.dmn", b"<no/>"))

    assert known is None
    assert [found.code for found in findings] == ["decision-invalid"]


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = codes(
        decision("a", literal("1 +")),
        decision("b", literal("eval(x)")),
        decision("c", literal("x.__class__")),
        decision("d", literal('"a" * 2')),
    )

    assert found == [
        ("decision-invalid", "a"),
        ("function-unknown", "b"),
        ("expression-python-name", "c"),
        ("expression-always-null", "d"),
    ]


def test_cells_as_editors_write_them_are_fine() -> None:
    cells = ("-", 'not("a")', "< 5", "[1..3]", '"a","b"', "null", '? = "a"', "")

    drawn = table("FIRST", ["x"], ["y"], *((cell, '"ok"') for cell in cells))

    assert codes(input_data("x"), decision("t", drawn, inputs=["x"])) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_finding_names_rule_and_remedy(language: str) -> None:
    drawn = file(decision("b", literal("eval(x)")))

    (found,) = check([SourceFile("t.dmn", drawn)], Known())

    assert "eval" in found.rule.to(language)
    assert found.remedy.to(language)
