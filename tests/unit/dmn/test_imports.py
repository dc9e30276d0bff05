"""Files that use the decisions, functions and types of other files."""

import pytest

from engine.dmn import DmnError, parse
from tests.unit.dmn.drawing import decision, file, input_data, knowledge, literal

TYPE = (
    '<itemDefinition name="tGrade"><typeRef>string</typeRef>'
    '<allowedValues><text>"A","B"</text></allowedValues></itemDefinition>'
)
SHARED = file(
    TYPE,
    input_data("grade", "tGrade"),
    knowledge("twice", ["n"], literal("n * 2")),
    decision("base rate", literal('if grade = "A" then 5 else 7'), inputs=["grade"]),
    namespace="urn:shared",
)


def importing(
    *elements: str, name: str = "shared", namespace: str = "urn:main"
) -> bytes:
    line = (
        f'<import name="{name}" namespace="urn:shared"'
        ' importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
    )
    return file(line, *elements, namespace=namespace)


def test_imported_elements_are_seen_under_the_name_of_the_import() -> None:
    xml = importing(
        decision(
            "d",
            literal("shared.twice(shared.base rate)"),
            needs=["urn:shared#base rate"],
            knows=["urn:shared#twice"],
        )
    )

    decisions = parse(xml, "main.dmn", {"shared.dmn": SHARED})

    assert decisions.ids == ("d",)
    assert decisions.inputs("d") == {"grade"}
    assert decisions.evaluate("d", {"grade": "A"}).output == 10


def test_an_import_without_a_name_needs_no_prefix() -> None:
    xml = importing(
        decision("d", literal("base rate + 1"), needs=["urn:shared#base rate"]), name=""
    )

    decisions = parse(xml, "main.dmn", {"shared.dmn": SHARED})

    assert decisions.evaluate("d", {"grade": "B"}).output == 8


def test_imported_types_are_named_with_the_prefix() -> None:
    xml = importing(decision("d", literal("x"), kind="shared.tGrade"))
    decisions = parse(xml, "main.dmn", {"shared.dmn": SHARED})

    assert decisions.evaluate("d", {"x": "A"}).output == "A"
    assert decisions.evaluate("d", {"x": "C"}).output is None


def test_a_missing_import_is_an_error() -> None:
    with pytest.raises(DmnError, match="urn:shared"):
        parse(importing(decision("d", literal("1"))), "main.dmn")


def test_files_that_import_each_other_are_an_error() -> None:
    back = file('<import name="m" namespace="urn:main"/>', TYPE, namespace="urn:shared")
    xml = importing(decision("d", literal("1")))

    with pytest.raises(DmnError, match="import each other"):
        parse(xml, "main.dmn", {"shared.dmn": back, "main.dmn": xml})


def test_errors_of_an_imported_file_name_that_file() -> None:
    broken = file(decision("x", literal("1 +")), namespace="urn:shared")

    with pytest.raises(DmnError) as caught:
        parse(importing(decision("d", literal("1"))), "m.dmn", {"s.dmn": broken})

    assert caught.value.file == "s.dmn"
