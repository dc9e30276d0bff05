"""What people are told when a text is no FEEL."""

import pytest

from engine.feel import (
    FeelSyntaxError,
    compile_expression,
    compile_script,
    compile_unary_tests,
)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("1 +", 3),
        ("(1 + 2", 6),
        ("[1, 2", 5),
        ("if a then b", 11),
        ("for in x return 1", 4),
        ('a "b"', 2),
        ("x == 3", 3),
        ("a && b", 2),
        ("'text'", 0),
        ('"open', 0),
        ("1 /* open", 2),
        ("${amount > 3}", 0),
        ("not a", 4),
        ("f(a: 1, 2)", 10),
        ("{a 1}", 4),
        ("x.", 2),
        ("a instance of", 13),
        ("金额＞3", 2),
        ('f（"a"）', 1),
        ("import os", 7),
        ("lambda x: x", 7),
        ("x if y else z", 2),
        ("a[1:2]", 3),
    ],
)
def test_the_error_says_where(text: str, position: int) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(text)

    assert caught.value.position == position


@pytest.mark.parametrize(
    "text", ["x == 3", "'a'", "a && b", "f（1）", "not a", "x is y"]
)
def test_the_usual_mistakes_come_with_a_hint_in_both_languages(text: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(text)

    hint = caught.value.hint
    assert hint is not None
    assert hint.en in caught.value.text.en
    assert hint.zh in caught.value.text.zh


def test_line_and_column_count_from_one() -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression("1 +\n  2 +\n  )")

    assert (caught.value.line, caught.value.column) == (3, 3)
    assert "第 3 行第 3 个字符" in caught.value.text.zh


def test_a_long_wrong_token_is_shortened_in_the_message() -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression("1 " + "b" * 10_000)

    assert len(str(caught.value)) < 200


def test_a_cell_reports_errors_as_well() -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_unary_tests("> 3, <")

    assert caught.value.position == 6


def test_positions_in_a_script_count_from_its_start() -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_script("a = 1\nb = (2")

    assert caught.value.position == len("a = 1\nb = (2")
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "text", ["print(1)", "a.b = 1", "a", "= 1", "import os", "x += 1", "a = 1 b = 2"]
)
def test_a_script_line_must_be_an_assignment(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_script(text)


def test_external_functions_are_refused() -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression('function(a) external {java: {class: "java.lang.Math"}}')

    assert caught.value.found == "external"
