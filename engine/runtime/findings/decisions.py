"""What is wrong in a decision file: what cannot be read, and what gives nothing."""

import re
from collections.abc import Iterator

from engine.dmn import Decisions, DmnError, examine
from engine.dmn.document import Document, Xml
from engine.errors import Finding
from engine.feel import FeelError
from engine.runtime import xml
from engine.runtime.findings import words
from engine.runtime.findings.feel import compiled, is_always_null
from engine.runtime.findings.rules import Rule, filled
from engine.runtime.step import SourceFile

_RULES = {rule.code: rule for rule in words.book.rules}
_PYTHON = _RULES["expression-python-name"]
_NULL = _RULES["expression-always-null"]
_UNKNOWN = _RULES["function-unknown"]
_VALUES = ("literalExpression", "inputExpression", "inputEntry", "outputEntry")
_NEGATED = re.compile(r"\s*not\s*\(")  # in a cell it is no function


def read_decisions(file: SourceFile) -> tuple[Decisions | None, list[Finding]]:
    """Return the decisions of a file, None where it holds none, and what is wrong."""
    try:
        decisions = examine(file.content, file.name)
    except DmnError as error:
        return None, [_broken(file, error)]
    findings = [_broken(file, error) for error in decisions.problems]
    findings += dict.fromkeys(_words(file, decisions))
    return decisions, findings


def _broken(file: SourceFile, error: DmnError) -> Finding:
    return Finding(
        file.name, error.element_id, "decision-invalid", error.rule, error.remedy
    )


def _words(file: SourceFile, decisions: Decisions) -> Iterator[Finding]:
    for decision_id in decisions.ids:
        for name in sorted(decisions.functions(decision_id)):
            text = decisions.name(decision_id)
            yield _finding(file, decision_id, None, _UNKNOWN, function=name, text=text)
    document = Document(file.content, file.name)
    for element in document.root.iter(f"{document.prefix}text"):
        text = (element.text or "").strip()
        owner = element.getparent()
        if owner is None or document.kind(owner) in {"textAnnotation", "description"}:
            continue
        for name in sorted(set(words.PYTHON_NAME.findall(text))):
            yield _finding(file, _id_of(element), element, _PYTHON, name=name)
        expression = compiled(text) if document.kind(owner) in _VALUES else None
        if expression is None or isinstance(expression, FeelError):
            continue
        if is_always_null(expression) and not _NEGATED.match(text):
            yield _finding(file, _id_of(element), element, _NULL, text=text)


def _finding(
    file: SourceFile,
    element_id: str | None,
    element: Xml | None,
    rule: Rule,
    **details: str,
) -> Finding:
    return Finding(
        file.name,
        element_id,
        rule.code,
        filled(rule.rule, details),
        filled(rule.remedy, details),
        rule.severity,
        None if element is None else xml.line_of(element),
    )


def _id_of(element: Xml) -> str | None:
    found: Xml | None = element
    while found is not None and found.get("id") is None:
        found = found.getparent()
    return None if found is None else found.get("id")
