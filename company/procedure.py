"""The procedure itself: its rules, what carries them, and which tests prove them.

``processes/procedure.toml`` holds the rules with the words that they come from.
Diagrams name the rules in the property ``rules`` of their elements. The test run
leaves its results beside the checkout; an installed package has none.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine import resources
from engine.errors import Text
from engine.runtime import SourceFile, describe

API_ONLY = "API"
_RESULTS = Path(".test-cache") / "rules.json"

# Rule → test → ``result`` and the ``elements`` that it proved the rule on.
Results = Mapping[str, Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: where it stands, its words, and the elements that must carry it."""

    id: str
    clause: str
    section: str
    text: Text
    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """A test that names a rule, how it ended last, and what it proved the rule on.

    ``elements`` are those of the rule that the test went through before it asserted.
    """

    test: str
    result: str
    elements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Traced:
    """A rule with the elements that do carry it and the tests that prove it."""

    rule: Rule
    elements: tuple[str, ...]
    proofs: tuple[Proof, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The elements that ought to carry the rule and do not."""
        return tuple(e for e in self.rule.elements if e not in self.elements)

    @property
    def unproven(self) -> tuple[str, ...]:
        """The elements of the rule that no passed test went through and asserted on."""
        proven = {e for p in self.proofs if p.result == "passed" for e in p.elements}
        wanted = self.rule.elements or (API_ONLY,)
        return tuple(e for e in wanted if e not in proven)

    @property
    def is_proven(self) -> bool:
        """Tell whether tests prove the rule on each element, and none failed."""
        failed = any(p.result in {"failed", "error"} for p in self.proofs)
        return not self.unproven and not failed


@cache
def rules() -> tuple[Rule, ...]:
    """Return the ninety rules in the order of the procedure."""
    file = resources.bundled("processes") / "procedure.toml"
    listed = tomllib.loads(file.read_text(encoding="utf-8"))["rule"]
    return tuple(
        Rule(
            id=each["id"],
            clause=each["clause"],
            section=each["section"],
            text=Text(en=each["en"], zh=each["zh"]),
            elements=tuple(each["elements"]),
        )
        for each in listed
    )


def trace(results: Results | None = None) -> list[Traced]:
    """Return rule → elements → tests.

    Args:
        results: Rule → test → outcome; those of the last run where not given.
    """
    carried = _carried()
    known = last_results() if results is None else results
    return [
        Traced(
            rule=rule,
            elements=carried.get(rule.id, ()) or _api_only(rule),
            proofs=tuple(
                Proof(test, found["result"], tuple(found["elements"]))
                for test, found in sorted(known.get(rule.id, {}).items())
            ),
        )
        for rule in rules()
    ]


def last_results() -> Results:
    """Return what the last test run left; nothing where no tests ran.

    What an earlier release has left, or a run that was killed, proves nothing.
    """
    file = resources.bundled("processes").parent / _RESULTS
    try:
        found: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {
        rule: {test: told for test, told in tests.items() if isinstance(told, dict)}
        for rule, tests in found.items()
    }


def _api_only(rule: Rule) -> tuple[str, ...]:
    return () if rule.elements else (API_ONLY,)


@cache
def _carried() -> dict[str, tuple[str, ...]]:
    """Return rule → elements of the bundled diagrams that name it."""
    found: dict[str, list[str]] = {}
    for file in sorted(resources.bundled("processes").glob("*/*.bpmn")):
        described = describe(SourceFile(file.name, file.read_bytes()))
        for process in described.processes:
            for element in process.elements:
                for rule in element.properties.get("rules", "").split():
                    found.setdefault(rule, []).append(element.id)
    return {rule: tuple(dict.fromkeys(ids)) for rule, ids in found.items()}
