"""Answers that refer to something: documents and people; pure."""

from collections.abc import Mapping
from typing import Any, Protocol

from engine.errors import Problem, Text
from engine.forms.fields import Field, Kind, Shape
from engine.forms.problems import misfit

Values = Mapping[str, Any]
Path = tuple[str | int, ...]

_NOBODY = Text("must be somebody with an active account", "须为账号可用的人员")


class References(Protocol):
    """What answers may refer to."""

    def document(self, value: Any, field: Field) -> tuple[Any, tuple[str, Text] | None]:
        """Complete a reference to a document, or say why not: (code, sentence)."""

    def is_active(self, username: str) -> bool:
        """Tell whether somebody can be given work."""


class Completion:
    """Completes references in answers and gathers what is wrong with them."""

    def __init__(self, shape: Shape, references: References) -> None:
        self.problems: list[Problem] = []
        self._shape = shape
        self._references = references

    def of(self, values: Values) -> dict[str, Any]:
        """Return the answers with documents completed."""
        return self._record(self._shape, values, ())

    def _record(self, shape: Shape, values: Values, at: Path) -> dict[str, Any]:
        every = shape.every()
        return {
            name: self._value(every[name], value, (*at, name))
            for name, value in values.items()
        }

    def _value(self, field: Field, value: Any, at: Path) -> Any:
        if isinstance(value, list) and field.item is not None:
            item = field.item
            return [self._value(item, each, (*at, n)) for n, each in enumerate(value)]
        if isinstance(value, Mapping) and field.shape is not None:
            return self._record(field.shape, value, at)
        if field.kind is Kind.DOCUMENT:
            value, wrong = self._references.document(value, field)
            self._note(at, wrong)
        elif field.kind is Kind.USER and isinstance(value, str):
            known = self._references.is_active(value)
            self._note(at, None if known else ("not-a-user", _NOBODY))
        return value

    def _note(self, at: Path, wrong: tuple[str, Text] | None) -> None:
        if wrong is not None:
            self.problems.append(misfit(self._shape, at, *wrong))


def files(shape: Shape, values: Values) -> list[tuple[Field, Values]]:
    """Return the answers that are completed documents, with their fields."""
    every = shape.every()
    return [
        found
        for name, value in values.items()
        if name in every
        for found in _files(every[name], value)
    ]


def _files(field: Field, value: Any) -> list[tuple[Field, Values]]:
    if isinstance(value, list) and field.item is not None:
        item = field.item
        return [found for each in value for found in _files(item, each)]
    if isinstance(value, Mapping):
        if field.kind is Kind.DOCUMENT:
            return [(field, value)]
        if field.shape is not None:
            return files(field.shape, value)
    return []
