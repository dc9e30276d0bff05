"""Write docs/bpmn-coverage.md from the tables that the engine uses."""

import environment

from engine.runtime.findings import RULES
from engine.runtime.findings.page import render_coverage

PAGE = environment.ROOT / "docs" / "bpmn-coverage.md"

if __name__ == "__main__":
    PAGE.write_text(render_coverage(RULES), encoding="utf-8")
