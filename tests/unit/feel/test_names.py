"""Names: Chinese, of several words, with signs, quoted, and misleading ones."""

import pytest

from engine.feel import FeelSyntaxError, compile_expression
from tests.unit.feel.asking import ask


def test_chinese_names_need_no_declaration() -> None:
    assert ask("客户.等级 = 目标等级", 客户={"等级": "A"}, 目标等级="A") is True


def test_declared_names_of_several_words_are_read_as_one() -> None:
    expression = compile_expression(
        "monthly income * 12 > yearly limit", ["monthly income", "yearly limit"]
    )

    assert expression.names == {"monthly income", "yearly limit"}
    assert expression.evaluate({"monthly income": 10, "yearly limit": 100}) is True


def test_the_longest_declared_name_wins() -> None:
    expression = compile_expression("a-b", ["a-b"])

    assert expression.evaluate({"a": 5, "b": 3, "a-b": 100}) == 100


def test_a_name_with_a_keyword_in_it_can_be_declared() -> None:
    expression = compile_expression("terms and conditions", ["terms and conditions"])

    assert expression.evaluate({"terms and conditions": "ok"}) == "ok"


def test_full_width_brackets_may_be_part_of_a_declared_name() -> None:
    expression = compile_expression("金额（元） > 5", ["金额（元）"])

    assert expression.evaluate({"金额（元）": 6}) is True


def test_backticks_quote_any_name() -> None:
    assert ask("data.`a b` + `x-y`", data={"a b": 1}, **{"x-y": 2}) == 3


def test_members_of_several_words_are_known_from_the_expression_itself() -> None:
    assert ask("{first name: 1}.first name") == 1


def test_members_of_several_words_need_no_declaration() -> None:
    order = {"delivery date": 5, "flight 1": 2}

    assert ask("order.delivery date > 3 and order.flight 1 = 2", order=order) is True
    assert ask("order.delivery date instance of number", order=order) is True


@pytest.mark.parametrize("text", ["a.b is None", "a.b not in c", "a.b if c else d"])
def test_python_behind_a_member_is_still_an_error(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_expression(text)


def test_undeclared_words_in_a_row_are_one_name() -> None:
    expression = compile_expression("monthly income > 3 and 客户 等级 = 1")

    assert expression.names == {"monthly income", "客户 等级"}
    assert expression.evaluate({"monthly income": 4, "客户 等级": 1}) is True


def test_an_undeclared_name_followed_by_a_bracket_is_a_function() -> None:
    expression = compile_expression("working days(start, end)")

    assert expression.functions == {"working days"}


@pytest.mark.parametrize(
    "text",
    [
        "for x in [1] return x y",
        "for x in [1] return y x",
        "(function(a) a b)(1)",
        "order.paid order.approved",
        "import os",
        "a not in b",
        "x 1.5",
        'name "text"',
    ],
)
def test_a_forgotten_operator_is_an_error(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_expression(text)


@pytest.mark.parametrize("word", ["True", "False", "None"])
def test_python_constants_are_an_error_and_not_a_missing_name(word: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(f"approved = {word}")

    assert caught.value.hint is not None


def test_loop_variables_hide_what_is_around_them() -> None:
    assert ask("for x in [1, 2] return x + y", x=100, y=10) == [11, 12]


def test_inner_functions_see_what_is_around_them() -> None:
    assert ask("for x in [1, 2] return (function(y) x * y * z)(10)", z=3) == [30, 60]
