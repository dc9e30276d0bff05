"""Boxed expressions."""

from typing import Any

import pytest

from tests.unit.dmn.drawing import decide, decision, file, literal


def value(logic: str, **values: Any) -> Any:
    return decide(file(decision("d", logic)), "d", **values).output


def entry(name: str, text: str, kind: str = "") -> str:
    reference = f' typeRef="{kind}"' if kind else ""
    variable = f'<variable name="{name}"{reference}/>' if name else ""
    return f"<contextEntry>{variable}{literal(text)}</contextEntry>"


def test_a_context_gives_its_entries() -> None:
    logic = f"<context>{entry('a', '1')}{entry('b c', 'a + 1')}</context>"

    assert value(logic) == {"a": 1, "b c": 2}


def test_a_context_with_a_result_gives_that() -> None:
    logic = f"<context>{entry('a b', '2')}{entry('', 'a b * x')}</context>"

    assert value(logic, x=5) == 10


def test_a_typed_entry_is_checked() -> None:
    logic = f"<context>{entry('a', 'x', 'number')}</context>"

    assert value(logic, x="text") == {"a": None}


def test_an_invocation_binds_by_name() -> None:
    function = (
        "<functionDefinition><formalParameter name='price'/>"
        f"<formalParameter name='tax rate'/>{literal('price * (1 + tax rate)')}"
        "</functionDefinition>"
    )
    invocation = (
        f"<invocation>{literal('gross')}"
        f"<binding><parameter name='tax rate'/>{literal('0.5')}</binding>"
        f"<binding><parameter name='price'/>{literal('100')}</binding></invocation>"
    )
    logic = (
        f"<context><contextEntry><variable name='gross'/>{function}</contextEntry>"
        f"<contextEntry>{invocation}</contextEntry></context>"
    )

    assert value(logic) == 150


def test_a_relation_is_a_list_of_contexts() -> None:
    logic = (
        "<relation><column name='id'/><column name='unit price'/>"
        f"<row>{literal('1')}{literal('10 * x')}</row>"
        f"<row>{literal('2')}{literal('5')}</row></relation>"
    )

    assert value(logic, x=2) == [
        {"id": 1, "unit price": 20},
        {"id": 2, "unit price": 5},
    ]


def test_a_list_gives_its_boxes() -> None:
    assert value(f"<list>{literal('1')}<list>{literal('x')}</list></list>", x=2) == [
        1,
        [2],
    ]


@pytest.mark.parametrize(
    ("flag", "expected"), [(True, "yes"), (False, "no"), (None, "no"), ("text", None)]
)
def test_a_conditional_chooses(flag: Any, expected: Any) -> None:
    logic = (
        f"<conditional><if>{literal('flag')}</if>"
        f"<then>{literal(chr(34) + 'yes' + chr(34))}</then>"
        f"<else>{literal(chr(34) + 'no' + chr(34))}</else></conditional>"
    )

    assert value(logic, flag=flag) == expected


def test_a_filter_keeps_what_matches() -> None:
    logic = (
        f"<filter><in>{literal('items')}</in><match>{literal('a > 1')}</match></filter>"
    )

    assert value(logic, items=[{"a": 1}, {"a": 2}]) == [{"a": 2}]


def test_a_for_visits_lists_and_ranges() -> None:
    body = f"<return>{literal('n * 2')}</return>"
    over_list = f"<for iteratorVariable='n'><in>{literal('[1, 2]')}</in>{body}</for>"
    over_range = f"<for iteratorVariable='n'><in>{literal('[1..3]')}</in>{body}</for>"

    assert value(over_list) == [2, 4]
    assert value(over_range) == [2, 4, 6]


@pytest.mark.parametrize(("kind", "expected"), [("some", True), ("every", False)])
def test_quantifiers_ask_every_item(kind: str, *, expected: bool) -> None:
    logic = (
        f"<{kind} iteratorVariable='n'><in>{literal('[1, 2]')}</in>"
        f"<satisfies>{literal('n > 1')}</satisfies></{kind}>"
    )

    assert value(logic) is expected


def test_a_typed_box_is_converted_or_null() -> None:
    assert value(literal("[x]", "number"), x=1) == 1
    assert value(literal("x", "string"), x=1) is None
    assert value(literal("x", "Any"), x=1) == 1


def test_a_decision_without_logic_is_null() -> None:
    assert value("") is None
    assert value("<literalExpression/>") is None


def test_a_function_that_a_decision_gives_can_be_called_by_another() -> None:
    xml = file(
        decision("make", literal("function(x) x * 3")),
        decision("use", literal("make(4)"), needs=["make"]),
    )

    assert decide(xml, "use").output == 12
