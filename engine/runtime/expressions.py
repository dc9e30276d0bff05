"""Evaluating compiled FEEL for a token; what fails says what was wrong with what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.errors import Text
from engine.feel import Expression, FeelError, Script, plain
from engine.runtime.data import Data, accept_value
from engine.runtime.faults import ElementFailed, UnsuitableValueError
from engine.runtime.tokens import Token


def value(
    token: Token,
    expression: Expression,
    data: Mapping[str, Any] | None = None,
    *,
    blame: str = "",
) -> Any:
    """Return what ``expression`` gives for the token, or for other ``data``.

    Raises:
        ElementFailed: ``expression-failed``. ``blame`` names the element where it
            is not the token's own.
    """
    context = context_of(token, data)
    try:
        result = expression.evaluate(context, now=now_of(token))
    except FeelError as error:
        raise _failed(expression, context, error, blame) from error
    return plain(result)


def storable(
    token: Token, expression: Expression, data: Mapping[str, Any] | None = None
) -> Any:
    """Return what ``expression`` gives, detached and of a type that can be stored.

    Raises:
        ElementFailed: ``expression-failed``.
    """
    found = value(token, expression, data)
    return kept({"": found}, expression.text)[""]


def required(
    token: Token,
    expression: Expression,
    data: Mapping[str, Any] | None = None,
    *,
    blame: str = "",
) -> Any:
    """Return what ``expression`` gives; null is a failure (``value-missing``)."""
    result = value(token, expression, data, blame=blame)
    if result is None:
        raise _missing(expression, context_of(token, data), blame)
    return result


def holds(
    token: Token,
    expression: Expression,
    data: Mapping[str, Any] | None = None,
    *,
    blame: str = "",
) -> bool:
    """Return whether a condition is true; anything but a boolean is a failure."""
    result = required(token, expression, data, blame=blame)
    if isinstance(result, bool):
        return result
    raise ElementFailed(
        "expression-failed",
        Text(
            f"The condition {expression.text!r} gives {result!r}, not true or false.",
            f"条件“{expression.text}”的结果是 {result!r}，而不是真或假。",
        ),
        expression=expression.text,
        element_id=blame,
    )


def run(token: Token, script: Script | None, data: Data) -> Data:
    """Return ``data`` with what the script assigns; all assignments or none."""
    if script is None:
        return data
    context = context_of(token, data)
    try:
        assigned = script.run(context, now=now_of(token))
    except FeelError as error:
        raise _script_failed(script, error) from error
    return {**data, **kept(assigned, script.text)}


def kept(found: Mapping[str, Any], text: str) -> Data:
    """Return what an expression gave in the form of process data.

    Raises:
        ElementFailed: a value is a range or a function, which cannot be kept.
    """
    try:
        return {name: accept_value(plain(value)) for name, value in found.items()}
    except UnsuitableValueError as error:
        raise ElementFailed("expression-failed", error.text, expression=text) from error


def context_of(token: Token, data: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what expressions see: the facts, and the data, which wins."""
    own = token.data if data is None else data
    return {**token.work.around.facts, **own}


def now_of(token: Token) -> datetime:
    """Return the business time in the calendar's zone."""
    around = token.work.around
    return around.now.astimezone(ZoneInfo(around.zone))


def _missing(
    expression: Expression, context: Mapping[str, Any], blame: str
) -> ElementFailed:
    missing = expression.missing(context)
    names_en = f" Missing: {', '.join(missing)}." if missing else ""
    names_zh = f"缺少：{'、'.join(missing)}。" if missing else ""
    return ElementFailed(
        "value-missing",
        Text(
            f"The expression {expression.text!r} gives no value.{names_en}",
            f"表达式“{expression.text}”没有结果。{names_zh}",
        ),
        expression=expression.text,
        missing=missing,
        element_id=blame,
    )


def _failed(
    expression: Expression, context: Mapping[str, Any], error: FeelError, blame: str
) -> ElementFailed:
    return ElementFailed(
        "expression-failed",
        Text(
            f"The expression {expression.text!r} failed: {error}",
            f"表达式“{expression.text}”执行失败：{error.text.zh}",
        ),
        expression=expression.text,
        missing=expression.missing(context),
        element_id=blame,
    )


def _script_failed(script: Script, error: FeelError) -> ElementFailed:
    return ElementFailed(
        "expression-failed",
        Text(f"The script failed: {error}", f"脚本执行失败：{error.text.zh}"),
        expression=script.text,
    )
