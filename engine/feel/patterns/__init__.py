"""Regular expressions as XPath has them, matched in bounded time.

Python's ``re`` can take exponential time on a pattern such as ``(a+)+$`` and cannot
be interrupted, so patterns run on a small machine of our own that never looks at the
same state twice and spends from the budget of the evaluation.
"""

from engine.feel.patterns.pattern import Pattern, compile_pattern
from engine.feel.patterns.syntax import PatternError

__all__ = ["Pattern", "PatternError", "compile_pattern"]
