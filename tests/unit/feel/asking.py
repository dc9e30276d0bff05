"""How the tests ask: one expression, variables by name, a fixed moment."""

from datetime import UTC, datetime
from typing import Any

from engine.feel import compile_expression, compile_unary_tests, plain

NOW = datetime(2026, 1, 31, 10, 30, tzinfo=UTC)


def ask(text: str, **variables: Any) -> Any:
    return plain(compile_expression(text).evaluate(variables, now=NOW))


def passes(cell: str, value: Any, **variables: Any) -> bool | None:
    return compile_unary_tests(cell).test(value, variables, now=NOW)
