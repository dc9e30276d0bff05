"""``fuwu check``: the findings of a deployment, without a server."""

import argparse

from api.cli import options
from engine import definitions
from engine.errors import Finding
from engine.runtime import Known, SourceFile, check


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "check", help="check BPMN, DMN and form files as a deployment does"
    )
    parser.add_argument("files", nargs="+", type=options.file)
    options.add_json(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Print findings; 1 where one of them is an error."""
    files = [SourceFile(str(f), f.read_bytes()) for f in chosen.files]
    findings = check(files, Known())
    for file in files:
        if file.name.endswith(".json"):
            findings += definitions.form_findings(file)
    value = [as_json(finding) for finding in findings]
    options.show(chosen, value, [line(finding) for finding in findings])
    return 1 if any(f.severity == "error" for f in findings) else 0


def as_json(finding: Finding) -> dict[str, object]:
    """Return a finding as the API sends it."""
    return {
        "file": finding.file,
        "elementId": finding.element_id,
        "line": finding.line,
        "code": finding.code,
        "severity": finding.severity,
        "rule": {"zh": finding.rule.zh, "en": finding.rule.en},
        "remedy": {"zh": finding.remedy.zh, "en": finding.remedy.en},
    }


def line(finding: Finding) -> str:
    """Return a finding as one line for people."""
    place = f"{finding.file}:{finding.line or 0}"
    return (
        f"{place}: {finding.severity} {finding.code} [{finding.element_id or '-'}] "
        f"{finding.rule.en} {finding.remedy.en} / {finding.rule.zh}{finding.remedy.zh}"
    )
