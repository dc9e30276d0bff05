"""From characters to tokens.

Whether words form one name is not decided here: ``monthly income`` are two tokens
and the parser joins them when that name is known.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from engine.errors import Text
from engine.feel.budget import MAX_SOURCE, refuse
from engine.feel.errors import FeelSyntaxError


class Kind(Enum):
    """What a token is."""

    NAME = "name"
    QUOTED = "quoted name"
    NUMBER = "number"
    STRING = "string"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the source; ``text`` of a string is its unescaped content."""

    kind: Kind
    text: str
    start: int
    end: int


# Full-width signs are letters of names in the standard. Here they are signs, so
# that a bracket from a Chinese keyboard is reported and not taken for a name.
_START: Final = (
    r"A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF"
    r"\u200C\u200D\u2070-\u218F\u2C00-\u2FEF\u3004-\u3007\u3012\u3013\u3020-\uD7FF"
    r"\uF900-\uFDCF\uFDF0-\uFEFE\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A"
    r"\uFF66-\uFFFD\U00010000-\U000EFFFF"
)
_PART: Final = _START + r"0-9\u00B7\u0300-\u036F\u203F\u2040"
_TOKEN: Final = re.compile(
    rf"""
    (?P<space>[\s\u00A0\u1680\u180E\u2000-\u200B\u3000\uFEFF]+ | //[^\n]*
        | /\*.*?\*/)
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?
        | \.[0-9]+(?:[eE][+-]?[0-9]+)?)
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<quoted>`[^`]+`)
    | (?P<name>[{_START}][{_PART}]*)
    | (?P<sign>\*\*|\.\.|!=|<=|>=|->|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_SIMPLE: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_MAX_CODE_POINT: Final = 0x10FFFF


def tokenize(source: str) -> list[Token]:
    """Return the tokens of ``source``, an END token last.

    Raises:
        FeelSyntaxError: a text or comment is not closed.
        FeelLimitError: the source is too long.
    """
    if len(source) > MAX_SOURCE:
        refuse(
            f"an expression exceeds {MAX_SOURCE} characters",
            f"表达式超过 {MAX_SOURCE} 个字符",
        )
    tokens = [
        _token(source, match)
        for match in _TOKEN.finditer(source)
        if match.lastgroup != "space"
    ]
    tokens.append(Token(Kind.END, "", len(source), len(source)))
    return tokens


def _token(source: str, match: re.Match[str]) -> Token:
    text, start = match.group(), match.start()
    kind = Kind[str(match.lastgroup).upper()]
    if kind is Kind.STRING:
        text = unescape(text[1:-1])
    elif kind is Kind.QUOTED:
        text = text[1:-1]
    elif kind is Kind.SIGN:
        _refuse_open(source, start)
    return Token(kind, text, start, match.end())


def _refuse_open(source: str, start: int) -> None:
    if source[start] == '"':
        raise FeelSyntaxError(
            source, start, Text('a text that ends with "', '以 " 结尾的文本')
        )
    if source.startswith("/*", start):
        raise FeelSyntaxError(
            source, start, Text("a comment that ends with */", "以 */ 结尾的注释")
        )


def unescape(text: str) -> str:
    """Return ``text`` with its escape sequences replaced.

    Two escapes that form a surrogate pair become one character.
    """
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(_escaped, text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _escaped(match: re.Match[str]) -> str:
    digits = match.group(1) or match.group(2)
    if digits:
        code = int(digits, 16)
        return chr(code) if code <= _MAX_CODE_POINT else match.group()
    return _SIMPLE.get(match.group(3), match.group())
