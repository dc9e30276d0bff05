"""What a form demands beyond JSON Schema, and shows beside its fields; pure.

Rules, defaults and what is shown are FEEL.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.errors import Problem, Text
from engine.feel import Expression, compile_expression, plain
from engine.forms.fields import Shape, text_of


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition over the answers that must be true, and what is said otherwise."""

    holds: Expression
    pointer: str
    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class Shown:
    """Something of the case that a form shows without asking for it."""

    value: Expression
    title: Text


def rules_of(given: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Compile the rules of a form.

    Raises:
        FeelSyntaxError: One is no expression.
    """
    return tuple(
        Rule(
            compile_expression(each["feel"]),
            each.get("pointer", ""),
            each.get("code", "rule"),
            Text(each["en"], each["zh"]),
        )
        for each in given
    )


def shown_of(given: Iterable[Mapping[str, Any]]) -> tuple[Shown, ...]:
    """Compile what a form shows.

    Raises:
        FeelSyntaxError: Something is no expression.
    """
    return tuple(
        Shown(
            compile_expression(each["feel"]),
            text_of(each, "title", "x-title-en", each["feel"]),
        )
        for each in given
    )


def broken(
    rules: Iterable[Rule], context: Mapping[str, Any], now: datetime | None
) -> list[Problem]:
    """Return the rules that do not hold; null does not count as holding."""
    return [
        Problem(rule.pointer, rule.code, rule.text)
        for rule in rules
        if rule.holds.evaluate(context, now=now) is not True
    ]


def defaults(
    shape: Shape, context: Mapping[str, Any], now: datetime | None
) -> dict[str, Any]:
    """Return the values with which fields open; those without one are left out."""
    found = {}
    for name, field in shape.every().items():
        if field.default is not None:
            value = _json(plain(field.default.evaluate(context, now=now)))
            if value is not None:
                found[name] = value
        elif "default" in field.schema:
            found[name] = field.schema["default"]
    return found


def options(
    shape: Shape, context: Mapping[str, Any], now: datetime | None, at: str = ""
) -> dict[str, list[tuple[Any, str]]]:
    """Return the values to choose from: path of the field → (value, title).

    The path of a field in the rows of a list is ``list.field``.
    """
    found = {}
    for name, field in shape.every().items():
        inner = field.item or field
        source = field.options or inner.options
        if source is not None:
            listed = _json(plain(source.evaluate(context, now=now)))
            found[f"{at}{name}"] = [_option(each) for each in listed or ()]
        if inner.shape is not None:
            found |= options(inner.shape, context, now, f"{at}{name}.")
    return found


def shown(
    items: Iterable[Shown], context: Mapping[str, Any], now: datetime | None
) -> list[tuple[Shown, Any]]:
    """Return what is shown; null, blank text and empty lists are left out."""
    found = []
    for item in items:
        value = _json(plain(item.value.evaluate(context, now=now)))
        if value not in (None, "", [], {}):
            found.append((item, value))
    return found


def _option(given: Any) -> tuple[Any, str]:
    if isinstance(given, Mapping):
        value = given.get("value")
        return value, str(given.get("title") or value)
    return given, str(given)


def _json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_json(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
