"""Asking the evaluator what a case asks, and judging the answer."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.dmn import Decisions, DmnError, parse
from engine.errors import EngineError
from engine.feel import YearMonthDuration
from tests.conformance.dmn_tck.cases import Months, Question

NOW = datetime(2026, 1, 31, 10, 30, tzinfo=UTC)
_TOLERANCE = Decimal("1e-8")


@dataclass(frozen=True)
class Verdict:
    """How one question ended; ``reason`` is empty if it is right."""

    title: str
    level: str
    reason: str


@lru_cache(maxsize=8)
def _decisions(folder: Path, model: str) -> Decisions:
    others = {f.name: f.read_bytes() for f in folder.glob("*.dmn") if f.name != model}
    return parse((folder / model).read_bytes(), model, others)


def judge(question: Question) -> Verdict:
    """Return whether the evaluator answers a question as expected."""
    try:
        decisions = _decisions(question.folder, question.model)
        reason = _compare(question, answer(decisions, question))
    except (EngineError, DmnError) as error:
        reason = f"{type(error).__name__}: {error}"
    return Verdict(question.title, question.level, reason)


def answer(decisions: Decisions, question: Question) -> Any:
    """Return the value of the decision, or of the service's decision, asked for."""
    wanted = question.service or question.asked
    ids = decisions.services if question.service else decisions.ids
    element = next((i for i in ids if decisions.name(i) == wanted), wanted)
    output = decisions.evaluate(element, _given(question.inputs), now=NOW).output
    several = question.service and isinstance(output, dict)
    return output.get(question.asked, output) if several else output


def _given(value: Any) -> Any:
    if isinstance(value, Months):
        return YearMonthDuration(value.months)
    if isinstance(value, list):
        return [_given(item) for item in value]
    if isinstance(value, dict):
        return {key: _given(item) for key, item in value.items()}
    return value


def _compare(question: Question, found: Any) -> str:
    if same(found, question.expected):
        return ""
    return f"expected {question.expected!r}, got {found!r}"


def same(found: Any, expected: Any) -> bool:
    """Tell whether an answer is the expected one; numbers to eight digits."""
    if isinstance(expected, Decimal):
        if isinstance(found, bool) or not isinstance(found, int | Decimal):
            return False
        return abs(found - expected) <= _TOLERANCE * max(Decimal(1), abs(expected))
    if isinstance(expected, Months):
        return isinstance(found, YearMonthDuration) and found.months == expected.months
    if isinstance(expected, list):
        return (
            isinstance(found, list)
            and len(found) == len(expected)
            and all(same(f, e) for f, e in zip(found, expected, strict=True))
        )
    return _same_other(found, expected)


def _same_other(found: Any, expected: Any) -> bool:
    if isinstance(expected, dict):
        return (
            isinstance(found, dict)
            and found.keys() == expected.keys()
            and all(same(found[key], expected[key]) for key in expected)
        )
    if isinstance(expected, datetime | time):
        return (
            type(found) is type(expected)
            and found == expected
            and found.utcoffset() == expected.utcoffset()
        )
    return type(found) is type(expected) and found == expected
