"""Sets of characters: ranges, categories, and the escapes for digits or spaces."""

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

Test: TypeAlias = Callable[[str], bool]
"""Tells whether one character belongs to a set."""

_SPACES: Final = frozenset(" \t\n\r")
_BLOCKS: Final = {
    "BasicLatin": (0x0, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F),
    "Greek": (0x370, 0x3FF),
    "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
    "Hebrew": (0x590, 0x5FF),
    "Arabic": (0x600, 0x6FF),
    "Thai": (0xE00, 0xE7F),
    "GeneralPunctuation": (0x2000, 0x206F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "LetterlikeSymbols": (0x2100, 0x214F),
    "NumberForms": (0x2150, 0x218F),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7AF),
    "PrivateUse": (0xE000, 0xF8FF),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
}
_CATEGORIES: Final = frozenset(
    [
        "L",
        "Lu",
        "Ll",
        "Lt",
        "Lm",
        "Lo",
        "M",
        "Mn",
        "Mc",
        "Me",
        "N",
        "Nd",
        "Nl",
        "No",
        "P",
        "Pc",
        "Pd",
        "Ps",
        "Pe",
        "Pi",
        "Pf",
        "Po",
        "Z",
        "Zs",
        "Zl",
        "Zp",
        "S",
        "Sm",
        "Sc",
        "Sk",
        "So",
        "C",
        "Cc",
        "Cf",
        "Co",
        "Cn",
    ]
)


def _is_name_start(char: str) -> bool:
    return char in "_:" or unicodedata.category(char)[0] == "L" or char == "\u2160"


def _is_name_part(char: str) -> bool:
    return char in "-._:\u00b7" or unicodedata.category(char)[0] in "LNM"


SHORTHANDS: Final[dict[str, Test]] = {
    "s": _SPACES.__contains__,
    "d": lambda char: unicodedata.category(char) == "Nd",
    "w": lambda char: unicodedata.category(char)[0] not in "PZC",
    "i": _is_name_start,
    "c": _is_name_part,
}
"""The letter behind a backslash; its capital is the complement."""


def negated(test: Test) -> Test:
    """Return the complement of a set."""
    return lambda char: not test(char)


def category(name: str) -> Test | None:
    """Return the set of a Unicode category or block, None if there is none."""
    if name.startswith("Is"):
        block = _BLOCKS.get(name[2:])
        return None if block is None else span(*block)
    if name not in _CATEGORIES:
        return None
    return lambda char: unicodedata.category(char).startswith(name)


def span(first: int, last: int) -> Test:
    """Return the set of all characters between two code points."""
    return lambda char: first <= ord(char) <= last


@lru_cache(maxsize=4096)
def variants(char: str) -> frozenset[str]:
    """Return a character with its capital and small forms."""
    forms = {char, char.lower(), char.upper(), char.title(), char.casefold()}
    forms |= {form.lower() for form in forms} | {form.upper() for form in forms}
    return frozenset(form for form in forms if len(form) == 1)


def ignoring_case(test: Test) -> Test:
    """Return a set that also holds the other-case forms of its members."""
    return lambda char: any(test(form) for form in variants(char))
