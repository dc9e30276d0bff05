"""Which rules of the procedure a test proves: those that its docstring names.

The outcomes are kept beside the checkout, where ``fuwu trace`` reads them; a run of
some tests renews what it ran and leaves the rest.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

_RESULTS = Path(__file__).parent / ".test-cache" / "rules.json"
_RULE = re.compile(r"\bR\d(?:\.\d+)+\b")
_SPAN = re.compile(r"\b(R\d(?:\.\d+)+)\u2013(R\d(?:\.\d+)+)\b")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Note the rules that a test names; reports carry them along."""
    for item in items:
        document = getattr(getattr(item, "obj", None), "__doc__", None) or ""
        named = sorted(set(_RULE.findall(_SPAN.sub(" ", document))))
        if named:
            item.user_properties.append(("rules", named))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Keep the outcomes of the tests that name rules."""
    fresh: dict[str, dict[str, str]] = {}
    for outcome in ("passed", "failed", "skipped", "error"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", []):
                if name == "rules":
                    for rule in value:
                        fresh.setdefault(rule, {})[report.nodeid] = outcome
    if fresh:
        _keep(fresh)


def _keep(fresh: dict[str, dict[str, str]]) -> None:
    known: dict[str, dict[str, str]] = {}
    if _RESULTS.exists():
        known = json.loads(_RESULTS.read_text(encoding="utf-8"))
    for rule, outcomes in fresh.items():
        known.setdefault(rule, {}).update(outcomes)
    _RESULTS.parent.mkdir(exist_ok=True)
    _RESULTS.write_text(
        json.dumps(known, ensure_ascii=False, indent=1, sort_keys=True) + "\n",
        encoding="utf-8",
    )
