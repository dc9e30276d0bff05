"""FEEL for the rules: compile once, and know what is constant."""

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
    if expression.names:
        return None
    try:
        return plain(expression.evaluate({}))
    except FeelError:
        return None
