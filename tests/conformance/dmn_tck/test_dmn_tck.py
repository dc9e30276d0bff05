"""The DMN compatibility cases that lie beside the checkout."""

import os
import tomllib
from functools import lru_cache
from pathlib import Path

import pytest

from tests.conformance.dmn_tck.cases import CASES, Question, questions
from tests.conformance.dmn_tck.judge import Verdict, judge

ALL = list(questions()) if CASES.is_dir() else []
LEVEL_2, LEVEL_3 = "compliance-level-2", "compliance-level-3"


def known_failures() -> dict[str, str]:
    text = Path(__file__).with_name("known_failures.toml").read_text("utf-8")
    return {
        f"{entry['folder']}/{case}": entry["reason"]
        for entry in tomllib.loads(text)["failure"]
        for case in entry["cases"]
    }


KNOWN = known_failures()


@lru_cache(maxsize=1)
def verdicts() -> dict[str, Verdict]:
    return {question.title: judge(question) for question in ALL}


def share_of_passed(level: str) -> float:
    judged = [v for v in verdicts().values() if v.level == level]
    return sum(not verdict.reason for verdict in judged) / len(judged)


def require_cases() -> None:
    if CASES.is_dir():
        return
    if os.getenv("CI") == "true":
        pytest.fail(f"the compatibility cases are not at {CASES}")
    pytest.skip(f"the compatibility cases are not at {CASES}")


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.title)
def test_the_answer_is_the_expected_one(question: Question) -> None:
    verdict = verdicts()[question.title]
    known = KNOWN.get(question.title)
    if known is None:
        assert verdict.reason == ""
        return

    # Refusing is the answer that we mean to give; passing would be news as well.
    assert known in verdict.reason


def test_every_case_has_a_name_of_its_own() -> None:
    require_cases()

    assert len(verdicts()) == len(ALL)


def test_known_failures_name_existing_cases() -> None:
    require_cases()

    assert KNOWN.keys() - verdicts().keys() == set()


def test_all_of_level_2_is_right() -> None:
    require_cases()

    assert share_of_passed(LEVEL_2) == 1


def test_at_least_95_percent_of_level_3_are_right() -> None:
    require_cases()

    assert share_of_passed(LEVEL_3) >= 0.95
