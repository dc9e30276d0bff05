"""Findings of a deployment, as the API sends them."""

from api.shapes import Answer
from engine.errors import Finding


class FindingAnswer(Answer):
    """What is wrong in a file, and the remedy."""

    file: str
    element_id: str | None
    line: int | None
    code: str
    severity: str
    rule: str
    remedy: str


def finding_answer(finding: Finding, language: str) -> FindingAnswer:
    """Return a finding in the caller's language."""
    return FindingAnswer(
        file=finding.file,
        element_id=finding.element_id,
        line=finding.line,
        code=finding.code,
        severity=finding.severity,
        rule=finding.rule.to(language),
        remedy=finding.remedy.to(language),
    )
