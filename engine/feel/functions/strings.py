"""Functions on texts; positions count characters from 1."""

from decimal import Decimal
from typing import Any

from engine.feel.functions.registry import builtin
from engine.feel.patterns import PatternError, compile_pattern
from engine.feel.scope import Run


@builtin("string length", "string: string")
def length(run: Run, text: str) -> Decimal:
    """Return the number of characters."""
    del run
    return Decimal(len(text))


@builtin("substring", "string: string, start position: number, length: number|null?")
def substring(
    run: Run, text: str, start: Decimal, size: Decimal | None = None
) -> str | None:
    """Return a part of a text; a negative start counts from the end."""
    first = int(start)
    if first == 0 or (size is not None and int(size) < 1):
        return None
    begin = first - 1 if first > 0 else len(text) + first
    if not 0 <= begin < max(len(text), 1):
        return None
    end = len(text) if size is None else min(begin + int(size), len(text))
    run.text(end - begin)
    return text[begin:end]


@builtin("upper case", "string: string")
def upper_case(run: Run, text: str) -> str:
    """Return a text in capitals."""
    run.text(len(text) * 3)
    return text.upper()


@builtin("lower case", "string: string")
def lower_case(run: Run, text: str) -> str:
    """Return a text in small letters."""
    run.text(len(text) * 3)
    return text.lower()


@builtin("substring before", "string: string, match: string")
def substring_before(run: Run, text: str, match: str) -> str:
    """Return what stands before the first match, "" without one."""
    run.text(len(text))
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", "string: string, match: string")
def substring_after(run: Run, text: str, match: str) -> str:
    """Return what stands behind the first match, "" without one."""
    run.text(len(text))
    if not match:
        return text
    return text.partition(match)[2]


@builtin("contains", "string: string, match: string")
def contains(run: Run, text: str, match: str) -> bool:
    """Tell whether a text holds another."""
    run.spend(1 + len(text) // 100)
    return match in text


@builtin("starts with", "string: string, match: string")
def starts_with(run: Run, text: str, match: str) -> bool:
    """Tell whether a text begins with another."""
    del run
    return text.startswith(match)


@builtin("ends with", "string: string, match: string")
def ends_with(run: Run, text: str, match: str) -> bool:
    """Tell whether a text ends with another."""
    del run
    return text.endswith(match)


@builtin("string join", "list: list, delimiter: string|null?")
def join(run: Run, parts: list[Any], delimiter: str | None = None) -> str | None:
    """Return the texts of a list as one; nulls are left out."""
    run.spend(len(parts))
    texts = [part for part in parts if part is not None]
    if any(type(text) is not str for text in texts):
        return None
    between = delimiter or ""
    run.text(sum(len(text) + len(between) for text in texts))
    return between.join(texts)


@builtin("matches", "input: string, pattern: string, flags: string|null?")
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool | None:
    """Tell whether a regular expression matches anywhere in a text."""
    try:
        compiled = compile_pattern(pattern, flags or "")
    except PatternError:
        return None
    return compiled.search(text, 0, run) is not None


@builtin(
    "replace",
    "input: string, pattern: string, replacement: string, flags: string|null?",
)
def replace(
    run: Run, text: str, pattern: str, replacement: str, flags: str | None = None
) -> str | None:
    """Return a text with every match replaced; ``$1`` is the first group."""
    try:
        return compile_pattern(pattern, flags or "").replace(text, replacement, run)
    except PatternError:
        return None


@builtin("split", "string: string, delimiter: string")
def split(run: Run, text: str, delimiter: str) -> list[str] | None:
    """Return the parts between the matches of a regular expression."""
    try:
        return compile_pattern(delimiter, "").split(text, run)
    except PatternError:
        return None
