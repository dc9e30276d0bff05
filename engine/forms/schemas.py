"""Whether values fit a JSON Schema, in a fiftieth of the time; pure.

`jsonschema` takes half a millisecond for 5 KB of answers, and nearly all answers fit.
Here a schema is compiled to one function with the same verdict. What it does not
know (a keyword, a kind of value) it leaves to `jsonschema`, which also words what is
wrong.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

Fits = Callable[[Any], bool]
Schema = Mapping[str, Any]

_SILENT = frozenset(
    {"title", "description", "default", "examples", "deprecated", "readOnly"}
)
_PREFIXES = ("x-", "$schema", "$id", "$comment")
_LAST = 2


class UnsureError(Exception):
    """Only `jsonschema` knows."""


class CompiledSchema:
    """A JSON Schema that is asked often. Without ``formats`` they are not checked."""

    def __init__(self, schema: Schema, formats: FormatChecker | None = None) -> None:
        self.schema = schema
        self._validator = Draft202012Validator(schema, format_checker=formats)
        try:
            self._fits: Fits | None = _Compiler(formats).compiled(schema)
        except UnsureError:
            self._fits = None

    def is_valid(self, value: Any) -> bool:
        """Tell whether ``value`` fits."""
        verdict = self._verdict(value)
        return self._validator.is_valid(value) if verdict is None else verdict

    def errors(self, value: Any) -> Iterable[ValidationError]:
        """Return what `jsonschema` finds wrong."""
        return () if self._verdict(value) else self._validator.iter_errors(value)

    def _verdict(self, value: Any) -> bool | None:
        """Return whether ``value`` fits; None where only `jsonschema` knows."""
        if self._fits is None:
            return None
        try:
            return self._fits(value)
        except UnsureError:
            return None


class _Compiler:
    """Turns keywords into functions of one value."""

    def __init__(self, formats: FormatChecker | None) -> None:
        self._formats = formats
        self._known: Mapping[str, Callable[[Any, Schema], Fits]] = {
            "type": self._type,
            "const": self._const,
            "enum": self._enum,
            "minLength": self._min_length,
            "maxLength": self._max_length,
            "pattern": self._pattern,
            "format": self._format,
            "minimum": self._minimum,
            "maximum": self._maximum,
            "required": self._required,
            "properties": self._properties,
            "additionalProperties": self._additional,
            "items": self._items,
            "minItems": self._min_items,
            "maxItems": self._max_items,
            "uniqueItems": self._unique_items,
            "allOf": self._all_of,
            "anyOf": self._any_of,
            "oneOf": self._one_of,
            "not": self._not,
            "if": self._if,
        }

    def compiled(self, schema: Any) -> Fits:
        """Return the function of a schema.

        Raises:
            UnsureError: A keyword is not known here.
        """
        if not isinstance(schema, Mapping):
            raise UnsureError
        checks = []
        for keyword, said in schema.items():
            if keyword in _SILENT or keyword.startswith(_PREFIXES):
                continue
            if keyword in {"then", "else"} and "if" in schema:
                continue
            if keyword not in self._known:
                raise UnsureError
            checks.append(self._known[keyword](said, schema))
        return _both(checks)

    def _type(self, said: Any, _: Schema) -> Fits:
        names = [said] if isinstance(said, str) else said
        kinds = [_TYPES[name] for name in names if name in _TYPES]
        if len(kinds) != len(names):
            raise UnsureError
        first, *others = kinds
        if not others:
            return first
        return lambda value: any(kind(value) for kind in kinds)

    def _const(self, said: Any, _: Schema) -> Fits:
        return self._enum([said], _)

    def _enum(self, said: Any, _: Schema) -> Fits:
        # Among texts equality is plain; 1 and true would need care.
        if not all(isinstance(each, str | bool) for each in said):
            raise UnsureError
        texts = frozenset(each for each in said if isinstance(each, str))
        flags = [each for each in said if isinstance(each, bool)]

        def fits(value: Any) -> bool:
            if isinstance(value, str):
                return value in texts
            return isinstance(value, bool) and value in flags

        return fits

    def _min_length(self, said: int, _: Schema) -> Fits:
        return lambda value: not isinstance(value, str) or len(value) >= said

    def _max_length(self, said: int, _: Schema) -> Fits:
        return lambda value: not isinstance(value, str) or len(value) <= said

    def _pattern(self, said: str, _: Schema) -> Fits:
        found = re.compile(said).search
        return lambda value: not isinstance(value, str) or found(value) is not None

    def _format(self, said: str, _: Schema) -> Fits:
        if self._formats is None:
            return lambda _: True
        conforms = self._formats.conforms
        return lambda value: conforms(value, said)

    def _minimum(self, said: Any, _: Schema) -> Fits:
        return lambda value: not _is_number(value) or bool(value >= said)

    def _maximum(self, said: Any, _: Schema) -> Fits:
        return lambda value: not _is_number(value) or bool(value <= said)

    def _required(self, said: Sequence[str], _: Schema) -> Fits:
        names = frozenset(said)
        return lambda value: not isinstance(value, dict) or names <= value.keys()

    def _properties(self, said: Schema, _: Schema) -> Fits:
        fields = [(name, self.compiled(schema)) for name, schema in said.items()]

        def fits(value: Any) -> bool:
            if not isinstance(value, dict):
                return True
            return all(check(value[name]) for name, check in fields if name in value)

        return fits

    def _additional(self, said: Any, schema: Schema) -> Fits:
        names = frozenset(schema.get("properties", ()))
        if said is True:
            return lambda _: True
        if said is not False:
            raise UnsureError
        return lambda value: not isinstance(value, dict) or value.keys() <= names

    def _items(self, said: Any, _: Schema) -> Fits:
        check = self.compiled(said)
        return lambda value: not isinstance(value, list) or all(map(check, value))

    def _min_items(self, said: int, _: Schema) -> Fits:
        return lambda value: not isinstance(value, list) or len(value) >= said

    def _max_items(self, said: int, _: Schema) -> Fits:
        return lambda value: not isinstance(value, list) or len(value) <= said

    def _unique_items(self, said: bool, _: Schema) -> Fits:  # noqa: FBT001 - a keyword
        def fits(value: Any) -> bool:
            if not said or not isinstance(value, list):
                return True
            if not all(isinstance(each, str) for each in value):
                raise UnsureError
            return len(set(value)) == len(value)

        return fits

    def _all_of(self, said: Sequence[Any], _: Schema) -> Fits:
        return _both([self.compiled(each) for each in said])

    def _one_of(self, said: Sequence[Any], schema: Schema) -> Fits:
        choices = [each.get("const") for each in said if _is_choice(each)]
        if len(choices) == len(said) == len(set(choices)):
            return self._enum(choices, schema)
        checks = [self.compiled(each) for each in said]
        return lambda value: sum(check(value) for check in checks) == 1

    def _any_of(self, said: Sequence[Any], _: Schema) -> Fits:
        checks = [self.compiled(each) for each in said]
        return lambda value: any(check(value) for check in checks)

    def _not(self, said: Any, _: Schema) -> Fits:
        check = self.compiled(said)
        return lambda value: not check(value)

    def _if(self, said: Any, schema: Schema) -> Fits:
        condition = self.compiled(said)
        then = self.compiled(schema.get("then", {}))
        otherwise = self.compiled(schema.get("else", {}))
        return lambda value: (then if condition(value) else otherwise)(value)


def _both(checks: Sequence[Fits]) -> Fits:
    """Return a function that all ``checks`` agree to."""
    if len(checks) == 1:
        return checks[0]
    if len(checks) == _LAST:
        one, other = checks
        return lambda value: one(value) and other(value)

    def fits(value: Any) -> bool:
        for check in checks:  # noqa: SIM110 - half the time of all()
            if not check(value):
                return False
        return True

    return fits


def _is_choice(schema: Any) -> bool:
    """Tell whether a schema is nothing but a text to choose."""
    return isinstance(schema, Mapping) and all(
        keyword == "const" or keyword in _SILENT or keyword.startswith("x-")
        for keyword in schema
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    if isinstance(value, float):
        return value.is_integer()
    return isinstance(value, int) and not isinstance(value, bool)


_TYPES: Mapping[str, Fits] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "number": _is_number,
    "integer": _is_whole,
}
