"""How a clock has run, as a page shows it."""

from typing import Any

from company import clocks
from company.clocks import Explanation, Stretch
from engine import calendars

Line = dict[str, Any]


def clock_lines(found: Explanation, language: str) -> dict[str, Any]:
    """Return the sentence, the stretches (the newest first) and the warnings."""
    return {
        "summary": clocks.summary(found).to(language),
        "paused": found.state == clocks.PAUSED,
        "rows": [_line(each, language) for each in reversed(found.stretches)],
        "warnings": [
            calendars.not_published(year).to(language) for year in found.unpublished
        ],
    }


def _line(stretch: Stretch, language: str) -> Line:
    part = stretch.interval
    return {
        "start": part.start,
        "end": part.end,
        "counted": part.counted,
        "late": stretch.late,
        "why": part.why.to(language),
        "note": stretch.note,
    }
