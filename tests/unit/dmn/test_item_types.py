"""Item definitions: types that a file defines, and how values are held to them."""

from typing import Any

import pytest

from tests.unit.dmn.drawing import decide, decision, file, input_data, literal, read


def item(name: str, inner: str, *, collection: bool = False) -> str:
    many = ' isCollection="true"' if collection else ""
    return f'<itemDefinition name="{name}"{many}>{inner}</itemDefinition>'


def allowed(kind: str, text: str) -> str:
    return (
        f"<typeRef>{kind}</typeRef><allowedValues><text>{text}</text></allowedValues>"
    )


GRADE = item("tGrade", allowed("string", '"A","B"'))
GRADES = item("tGrades", "<typeRef>tGrade</typeRef>", collection=True)
ORDER = item(
    "tOrder",
    '<itemComponent name="order no"><typeRef>string</typeRef></itemComponent>'
    '<itemComponent name="grade"><typeRef>tGrade</typeRef></itemComponent>',
)


def held(kind: str, value: Any) -> Any:
    xml = file(GRADE, GRADES, ORDER, decision("d", literal("x"), kind=kind))
    return decide(xml, "d", x=value).output


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("tGrade", "A", "A"),
        ("tGrade", "C", None),
        ("tGrade", 1, None),
        ("tGrade", None, None),
        ("tGrade", ["B"], "B"),
        ("tGrades", ["A", "B"], ["A", "B"]),
        ("tGrades", ["A", "C"], None),
        ("tGrades", "A", ["A"]),
        ("tOrder", {"order no": "1", "grade": "A"}, {"order no": "1", "grade": "A"}),
        ("tOrder", {"order no": "1", "grade": "C"}, None),
        ("tOrder", {"order no": "1"}, None),
        ("number", "1", None),
        ("number", [1], 1),
        ("boolean", True, True),
        ("string", True, None),
        ("integer", 3, 3),
    ],
)
def test_a_result_is_held_to_its_type(kind: str, value: Any, expected: Any) -> None:
    assert held(kind, value) == expected


def test_a_value_that_does_not_fit_is_noted() -> None:
    xml = file(
        GRADE, input_data("x", "tGrade"), decision("d", literal("x"), inputs=["x"])
    )

    result = decide(xml, "d", x="C")

    assert result.output is None
    assert result.notes[0].zh == "x 的值不符合其类型"


def test_names_of_components_may_have_spaces() -> None:
    xml = file(ORDER, GRADE, decision("d", literal("orders[order no = 2].order no")))

    assert decide(xml, "d", orders=[{"order no": 1}, {"order no": 2}]).output == [2]


def test_instance_of_knows_the_types_of_the_file() -> None:
    xml = file(GRADE, ORDER, decision("d", literal("x instance of tOrder")))

    assert decide(xml, "d", x={"order no": "1", "grade": "Z"}).output is True
    assert decide(xml, "d", x={"order no": 1, "grade": "A"}).output is False


def test_a_type_may_contain_itself() -> None:
    tree = item(
        "tTree",
        '<itemComponent name="children" isCollection="true"><typeRef>tTree</typeRef>'
        "</itemComponent>",
    )
    xml = file(tree, decision("d", literal("x"), kind="tTree"))
    value: Any = {"children": [{"children": []}]}

    assert decide(xml, "d", x=value).output == value
    assert decide(xml, "d", x={"children": [1]}).output is None


def test_allowed_values_of_numbers_may_be_ranges() -> None:
    percent = item("tPercent", allowed("number", "[0..100]"))
    decisions = read(percent, decision("d", literal("x"), kind="tPercent"))

    assert decisions.evaluate("d", {"x": 100}).output == 100
    assert decisions.evaluate("d", {"x": 101}).output is None


def test_a_constraint_may_look_at_the_whole_list() -> None:
    few = item(
        "tFew",
        "<typeRef>number</typeRef><typeConstraint><text>count(?) &lt;= 2</text>"
        "</typeConstraint>",
        collection=True,
    )
    decisions = read(few, decision("d", literal("x"), kind="tFew"))

    assert decisions.evaluate("d", {"x": [1, 2]}).output == [1, 2]
    assert decisions.evaluate("d", {"x": [1, 2, 3]}).output is None
