"""The page that says what of BPMN is executed, made from the tables the code uses."""

import re
from collections.abc import Iterable, Iterator, Sequence

from engine.runtime.findings import events
from engine.runtime.findings.coverage import ELEMENTS, Support
from engine.runtime.findings.rules import Rule

_WORD = re.compile(r"\{\w+\}")
_SAID = {
    Support.EXECUTED: "executed · 执行",
    Support.DRAWN: "drawing only · 仅绘图",
    Support.REFUSED: "refused · 拒绝部署",
}
_PLACES = (
    ("start", events.START),
    ("start of an event sub-process", events.EVENT_SUB_PROCESS_START),
    ("intermediate catch", events.CATCH),
    ("intermediate throw", events.THROW),
    ("boundary", events.BOUNDARY),
    ("end", events.END),
)


_HEAD = """# BPMN 2.0: what is executed

Written by `scripts/coverage_page.py` from the tables the engine uses; do not edit.

## Elements
"""
_EVENTS = """
## Event definitions by place

Error, cancel and compensation always interrupt. An event may have several
definitions and goes on with the first that happens; an intermediate catch event with
`parallelMultiple` waits for all of them.
"""
_RULES = """
## What a deployment is checked for

Besides these: `schema`, the XML schema of BPMN 2.0, and whether the file can be read.
"""


def render_coverage(rules: Sequence[Rule]) -> str:
    """Return the page in Markdown: elements, events by place, and all ``rules``."""
    lines = (
        _HEAD,
        *_table(("element", "support", "note", "说明"), _element_rows()),
        _EVENTS,
        *_table(("definition", *(place for place, _ in _PLACES)), _event_rows()),
        _RULES,
        *_table(("code", "severity", "rule", "规则"), _rule_rows(rules)),
    )
    return "\n".join(lines) + "\n"


def _element_rows() -> Iterator[Sequence[str]]:
    for entry in ELEMENTS:
        yield f"`{entry.name}`", _SAID[entry.support], entry.note.en, entry.note.zh


def _event_rows() -> Iterator[Sequence[str]]:
    kinds: set[str] = set()
    for _, allowed in _PLACES:
        kinds |= allowed
    for kind in sorted(kinds):
        yield f"`{kind}`", *("yes" if kind in here else "–" for _, here in _PLACES)


def _rule_rows(rules: Sequence[Rule]) -> Iterator[Sequence[str]]:
    for rule in sorted(rules, key=lambda rule: rule.code):
        said = (_WORD.sub("…", sentence) for sentence in (rule.rule.en, rule.rule.zh))
        yield f"`{rule.code}`", rule.severity, *said


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _row(heads)
    yield _row(["---"] * len(heads))
    yield from (_row(row) for row in rows)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
