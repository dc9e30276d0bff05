"""What the pages say, in both languages; one table, looked up by key."""

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from engine.errors import Text

_FILE = Path(__file__).parent / "texts.toml"


@cache
def table() -> dict[str, Text]:
    """Return key → text; keys are ``section.name``."""
    sections = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        f"{section}.{name}": Text(en=pair[1], zh=pair[0])
        for section, pairs in sections.items()
        for name, pair in pairs.items()
    }


def translator(language: str) -> Callable[..., str]:
    """Return ``t(key, **values)`` for templates; an unknown key is an error.

    ``{name}`` in a text is replaced by the value of that name, as text.
    """

    def translate(key: str, **values: object) -> str:
        sentence = table()[key].to(language)
        for name, value in values.items():
            sentence = sentence.replace(f"{{{name}}}", str(value))
        return sentence

    return translate


def word(name: str) -> Text | None:
    """Return how a value's name is called, such as ``stage``; None if unknown."""
    return table().get(f"value.{name}")
