"""The models that nobody here drew, and what is known about them.

They lie beside the checkout. Where they are missing, tests that need them are
skipped and say so; a build server that has lost them fails.
"""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from engine.errors import Finding
from engine.runtime.findings import check
from engine.runtime.step import Known, SourceFile

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parents[2].parent / "shared" / "conformance"
MODELS = CORPUS / "cases" / "betsy" / "bpmn_constraints"
TABLES = ("structure", "data", "events", "paths")


def require_corpus() -> None:
    """Skip where the models are not, and fail where they have to be."""
    if not CORPUS.is_dir():
        reason = "the conformance models are not beside this checkout"
        if os.getenv("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def expected() -> dict[str, list[tuple[str, str]]]:
    """Return, by model, the findings (code, element) that must be among its own."""
    found: dict[str, list[tuple[str, str]]] = {}
    for table in TABLES:
        for constraint in _toml(table).values():
            for model, pairs in constraint.items():
                if model != "says":
                    found[model] = [(code, element) for code, element in pairs]
    return found


def twins() -> dict[str, list[tuple[str, str]]]:
    """Return, by model, the replacements that take its violation out."""
    return {
        model: [(old, new) for old, new in twin["replace"]]
        for model, twin in _toml("twins").items()
    }


def cases() -> list[dict[str, Any]]:
    """Return the executable cases and those derived from them; none where missing."""
    file = CORPUS / "expectations.json"
    if not file.is_file():
        return []
    every = json.loads(file.read_text("utf-8"))["cases"]
    return [case for case in every if case["group"] != "bpmn_constraints"]


def read(file: Path) -> SourceFile:
    """Return the model as it would be handed in."""
    require_corpus()
    return SourceFile(file.name, file.read_bytes())


def findings(file: SourceFile) -> list[Finding]:
    """Return what is found without knowing anything besides the file."""
    return check([file], Known())


def errors(file: SourceFile) -> list[Finding]:
    """Return the findings that refuse the file."""
    return [found for found in findings(file) if found.severity == "error"]


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))
