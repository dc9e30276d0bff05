"""FEEL for the rules: compile once, and know what is constant."""

import re
from functools import lru_cache
from typing import Any

from engine.feel import (
    Expression,
    FeelError,
    Script,
    compile_expression,
    compile_script,
    plain,
)

_LARGE = object()
_KEPT = 100
_OPEN = re.compile(r"\bnull\b|\b(?:now|today)\s*\(")


@lru_cache(maxsize=4096)
def compiled(text: str) -> Expression | FeelError:
    """Return the compiled expression, or what is wrong with it."""
    try:
        return compile_expression(text)
    except FeelError as error:
        return error


@lru_cache(maxsize=1024)
def compiled_script(text: str) -> Script | FeelError:
    """Return the compiled script, or what is wrong with it."""
    try:
        return compile_script(text)
    except FeelError as error:
        return error


def constant(expression: Expression) -> Any:
    """Return the value of an expression that reads nothing, else None."""
    return None if expression.names else _value(expression.text)


def is_always_null(expression: Expression) -> bool:
    """Tell whether an expression that reads nothing is null, or cannot be evaluated.

    What says ``null`` itself, or depends on the day, is left alone.
    """
    if expression.names or _OPEN.search(expression.text):
        return False
    return _value(expression.text) is None


@lru_cache(maxsize=1024)
def _value(text: str) -> Any:
    """Return the value of a text that reads nothing; None where it has none.

    Large values are told apart from none, but not kept.
    """
    try:
        found = plain(compile_expression(text).evaluate({}))
    except FeelError:
        return None
    large = isinstance(found, str | list | dict) and len(found) > _KEPT
    return _LARGE if large else found
