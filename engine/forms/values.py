"""Answers on their way through a form: cleaned, typed, filled up, stripped; pure."""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any

from engine.feel import parse_date, parse_date_time
from engine.forms.fields import Field, Kind, Shape, walk

Values = Mapping[str, Any]
Unknown = Callable[[str], None]

_WHOLE = frozenset({Kind.INTEGER, Kind.MONEY})


def clean(shape: Shape, values: Values, unknown: Unknown, at: str = "") -> Values:
    """Return what was really answered.

    Null and blank text are no answers; answers to questions that these answers do
    not raise are dropped; ``unknown`` is told the pointer of a name that the form
    does not have.
    """
    every = shape.every()
    kept: dict[str, Any] = {}
    for name, value in values.items():
        field = every.get(name)
        if field is None:
            unknown(f"{at}/{_escaped(name)}")
            continue
        cleaned = _cleaned(field, value, unknown, at, name)
        if not _is_no_answer(cleaned):
            kept[name] = cleaned
    # What raises a question may itself be dropped; two rounds settle nested branches.
    for _ in range(2 if shape.branches else 0):
        shown = shape.at(kept).fields
        kept = {name: value for name, value in kept.items() if name in shown}
    return kept


def fill(shape: Shape, values: Values) -> dict[str, Any]:
    """Add what was not answered: null, or an empty list; secrets are left out."""
    filled: dict[str, Any] = {}
    for name, field in shape.every().items():
        if field.kind is not Kind.PASSWORD:
            filled[name] = _filled(field, values.get(name))
    return filled


def typed(shape: Shape, values: Values) -> dict[str, Any]:
    """Return the answers as FEEL sees them: dates as dates."""
    every = shape.every()
    return {
        name: _typed(every[name], value) if name in every else value
        for name, value in values.items()
    }


def has_readers(shape: Shape) -> bool:
    """Tell whether some field is for certain duties only."""
    return any(field.readers for field in walk(shape))


def visible(shape: Shape, values: Values, duties: Collection[str]) -> dict[str, Any]:
    """Leave out what only other duties may read, in records and lists too."""
    every = shape.every()
    return {
        name: _visible(every[name], value, duties) if name in every else value
        for name, value in values.items()
        if name not in every or may_read(every[name], duties)
    }


def may_read(field: Field, duties: Collection[str]) -> bool:
    """Tell whether holders of ``duties`` get the field's value."""
    return not field.readers or not field.readers.isdisjoint(duties)


def _cleaned(
    field: Field, value: Any, unknown: Unknown, at: str, name: str | int
) -> Any:
    if field.shape is not None and isinstance(value, Mapping):
        return clean(field.shape, value, unknown, f"{at}/{_escaped(name)}")
    if field.item is not None and isinstance(value, list):
        inside = f"{at}/{_escaped(name)}"
        return [
            _cleaned(field.item, each, unknown, inside, number)
            for number, each in enumerate(value)
        ]
    if field.kind in _WHOLE and _is_whole(value):
        return int(value)
    return value


def _is_whole(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and value == value.to_integral_value()
    return isinstance(value, float) and value.is_integer()


def _is_no_answer(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _filled(field: Field, value: Any) -> Any:
    if field.kind is Kind.LIST:
        return [_filled(field.item, each) for each in value or []] if field.item else []
    if field.shape is not None and isinstance(value, Mapping):
        return fill(field.shape, value)
    return value


def _typed(field: Field, value: Any) -> Any:
    if isinstance(value, list) and field.item is not None:
        return [_typed(field.item, each) for each in value]
    if isinstance(value, Mapping) and field.shape is not None:
        return typed(field.shape, value)
    if isinstance(value, str) and field.kind is Kind.DATE:
        return parse_date(value)
    if isinstance(value, str) and field.kind is Kind.DATE_TIME:
        return parse_date_time(value)
    return value


def _visible(field: Field, value: Any, duties: Collection[str]) -> Any:
    if isinstance(value, list) and field.item is not None:
        return [_visible(field.item, each, duties) for each in value]
    if isinstance(value, Mapping) and field.shape is not None:
        return visible(field.shape, value, duties)
    return value


def _escaped(name: str | int) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
