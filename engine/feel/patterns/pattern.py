"""A compiled pattern: search, replace, split."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from engine.feel.patterns.machine import Groups, Machine, Program
from engine.feel.patterns.syntax import PatternError, Reader
from engine.feel.scope import Run

_REPLACEMENT: Final = re.compile(r"\\([\\$])|\$([0-9]+)|([\\$])")


class Pattern:
    """A pattern; it can be used by many evaluations at once."""

    def __init__(self, pattern: str, flags: str) -> None:
        reader = Reader(pattern, flags)
        part = reader.read()
        self.groups = reader.groups
        self._machine = Machine(Program(part), flags, reader.groups)

    def search(self, text: str, start: int, run: Run) -> Groups | None:
        """Return where the first match from ``start`` on and its groups lie."""
        return self._machine.search(text, start, run)

    def _all(self, text: str, run: Run) -> Iterator[Groups]:
        at = 0
        while at <= len(text):
            found = self.search(text, at, run)
            if found is None:
                return
            if found[0] == found[1]:
                raise PatternError
            yield found
            at = found[1]

    def replace(self, text: str, replacement: str, run: Run) -> str:
        """Return ``text`` with every match replaced.

        Raises:
            PatternError: the pattern matches nothing at all (``a*``), or the
                replacement has a ``$`` without a number.
        """
        pieces, at = [], 0
        for found in self._all(text, run):
            piece = text[at : found[0]] + self._fill(replacement, text, found, run)
            run.text(len(piece))
            pieces.append(piece)
            at = found[1]
        run.text(len(text) - at)
        return "".join(pieces) + text[at:]

    def _fill(self, replacement: str, text: str, found: Groups, run: Run) -> str:
        def fill(match: re.Match[str]) -> str:
            if match[3]:
                raise PatternError
            if match[1]:
                return match[1]
            digits = match[2]
            while len(digits) > 1 and int(digits) > self.groups:
                digits = digits[:-1]
            filled = _group(text, found, int(digits))
            run.text(len(filled))
            return filled + match[2][len(digits) :]

        return _REPLACEMENT.sub(fill, replacement)

    def split(self, text: str, run: Run) -> list[str]:
        """Return the parts between the matches.

        Raises:
            PatternError: the pattern matches nothing at all (``a*``).
        """
        pieces, at = [], 0
        run.text(len(text))
        for found in self._all(text, run):
            run.items(1)
            pieces.append(text[at : found[0]])
            at = found[1]
        return [*pieces, text[at:]]


def _group(text: str, found: Groups, number: int) -> str:
    if 2 * number >= len(found):
        return ""
    start, end = found[2 * number], found[2 * number + 1]
    return text[start:end] if end >= start >= 0 else ""


@lru_cache(maxsize=64)
def compile_pattern(pattern: str, flags: str) -> Pattern:
    """Return the compiled pattern.

    Raises:
        PatternError: the text is no pattern, or the flags are unknown.
    """
    return Pattern(pattern, flags)
