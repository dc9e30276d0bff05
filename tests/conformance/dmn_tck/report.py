"""``python -m tests.conformance.dmn_tck.report [folder]``: figures and failures."""

import sys
from collections import Counter
from pathlib import Path

from tests.conformance.dmn_tck.cases import CASES, questions
from tests.conformance.dmn_tck.judge import judge


def report(root: Path) -> str:
    """Return one line for every wrong answer and one for every level."""
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    lines: list[str] = []
    for question in questions(root):
        verdict = judge(question)
        asked[verdict.level] += 1
        right[verdict.level] += not verdict.reason
        if verdict.reason:
            lines.append(f"{verdict.title}: {verdict.reason}")
    lines += [f"{level}: {right[level]} of {asked[level]}" for level in sorted(asked)]
    return "\n".join(lines)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else CASES
    sys.stdout.write(report(folder) + "\n")
