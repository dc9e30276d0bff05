"""Every model that breaks the standard is refused, for the rule that it breaks."""

import pytest

from tests.conformance.bpmn_constraints.corpus import (
    MODELS,
    errors,
    expected,
    findings,
    read,
    require_corpus,
)

EXPECTED = expected()


def test_every_model_is_in_the_table():
    require_corpus()

    assert {file.stem for file in MODELS.glob("*.bpmn")} == set(EXPECTED)
    assert len(EXPECTED) == 301


@pytest.mark.parametrize("model", EXPECTED)
def test_model_is_refused_for_the_rule_it_breaks(model: str):
    file = read(MODELS / f"{model}.bpmn")

    named = {(found.code, found.element_id) for found in findings(file)}

    assert errors(file)
    assert set(EXPECTED[model]) <= named


@pytest.mark.parametrize("model", EXPECTED)
def test_finding_says_where_and_what_to_do_in_both_languages(model: str):
    for found in findings(read(MODELS / f"{model}.bpmn")):
        assert found.line
        assert found.file == f"{model}.bpmn"
        for text in (found.rule, found.remedy):
            assert "{" not in text.en + text.zh
            assert text.en.endswith(".")
            assert text.zh.endswith("。")
            assert any("一" <= letter <= "鿿" for letter in text.zh)
