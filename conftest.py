"""Which rules of the procedure a test proves, and on which of their elements.

A test names its rules in its docstring. It proves a rule on those of the rule's
elements that it sent an instance through before it made its last assertion: what is
asserted before anything happened proves nothing. The outcomes are kept beside the
checkout, where ``fuwu trace`` reads them; a run of some tests renews what it ran and
leaves the rest.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).parent
_RESULTS = _ROOT / ".test-cache" / "rules.json"
_RULE = re.compile(r"\bR\d(?:\.\d+)+\b")
_SPAN = re.compile(r"\b(R\d(?:\.\d+)+)\u2013(R\d(?:\.\d+)+)\b")
_OUTCOMES = ("passed", "failed", "skipped", "error")

Proofs = dict[str, dict[str, dict[str, Any]]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Note the rules that a test names; reports carry them along."""
    for item in items:
        document = getattr(getattr(item, "obj", None), "__doc__", None) or ""
        named = sorted(set(_RULE.findall(_SPAN.sub(" ", document))))
        if named:
            item.user_properties.append(("rules", named))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Keep the outcomes of the tests that name rules."""
    fresh: Proofs = {}
    for outcome in _OUTCOMES:
        for report in terminalreporter.stats.get(outcome, []):
            for rule in _properties(report, "rules"):
                found = fresh.setdefault(rule, {})
                found[report.nodeid] = {"result": outcome, "elements": []}
    # What a test went through is known when its servers have been closed.
    for report in terminalreporter.stats.get("", []):
        for rule, element in _properties(report, "reached"):
            proof = fresh.get(rule, {}).get(report.nodeid)
            if proof is not None and element not in proof["elements"]:
                proof["elements"].append(element)
    if fresh:
        _keep(fresh)


def _properties(report: Any, wanted: str) -> Iterator[Any]:
    for name, value in getattr(report, "user_properties", []):
        if name == wanted:
            yield from value


def _keep(fresh: Proofs) -> None:
    known: Proofs = {}
    if _RESULTS.exists():
        known = json.loads(_RESULTS.read_text(encoding="utf-8"))
    for rule, outcomes in fresh.items():
        known.setdefault(rule, {}).update(outcomes)
    _RESULTS.parent.mkdir(exist_ok=True)
    _RESULTS.write_text(
        json.dumps(known, ensure_ascii=False, indent=1, sort_keys=True) + "\n",
        encoding="utf-8",
    )
