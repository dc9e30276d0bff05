"""Types: what ``instance of`` asks for and what item definitions demand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from typing_extensions import override

from engine.feel import tree
from engine.feel.callables import Function
from engine.feel.durations import YearMonthDuration
from engine.feel.ranges import Range
from engine.feel.scope import Run
from engine.feel.values import lift


class FeelType:
    """The base of all types; this one is ``Any``."""

    def holds(self, value: Any, run: Run, *, allowed: bool = True) -> bool:
        """Tell whether a lifted value, not null, is of this type.

        Args:
            value: The value.
            run: Whose budget it takes.
            allowed: Whether it must also be one of the allowed values; ``instance
                of`` does not ask for that.
        """
        del run, allowed
        return value is not None

    def fits(self, value: Any, run: Run, *, allowed: bool = True) -> bool:
        """Tell whether a value may stand where this type is asked for; null may."""
        value = lift(value)
        return value is None or self.holds(value, run, allowed=allowed)

    def coerce(self, value: Any, run: Run) -> Any:
        """Return the value as this type, converted where the standard does, or None."""
        value = lift(value)
        if self.fits(value, run):
            return value
        if type(value) is list and len(value) == 1 and self.fits(value[0], run):
            return lift(value[0])
        return None


@dataclass(frozen=True)
class NullType(FeelType):
    """The type of null alone."""

    @override
    def holds(self, value: Any, run: Run, *, allowed: bool = True) -> bool:
        return value is None


@dataclass(frozen=True)
class ScalarType(FeelType):
    """A type whose values are all of one Python type."""

    kind: type

    @override
    def holds(self, value: Any, run: Run, *, allowed: bool = True) -> bool:
        return type(value) is self.kind

    @override
    def coerce(self, value: Any, run: Run) -> Any:
        if self.kind is datetime and type(value) is date:
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        return super().coerce(value, run)


@dataclass(frozen=True)
class ListType(FeelType):
    """A list whose items fit a type."""

    of: FeelType

    @override
    def holds(self, value: Any, run: Run, *, allowed: bool = True) -> bool:
        if type(value) is not list:
            return False
        run.spend(len(value))
        return all(self.of.fits(item, run, allowed=allowed) for item in value)

    @override
    def coerce(self, value: Any, run: Run) -> Any:
        value = lift(value)
        if self.fits(value, run):
            return value
        if type(value) is not list and self.of.fits(value, run):
            return [value]
        return None


@dataclass(frozen=True)
class ContextType(FeelType):
    """A context that has at least these entries."""

    fields: Mapping[str, FeelType]

    @override
    def holds(self, value: Any, run: Run, *, allowed: bool = True) -> bool:
        if type(value) is not dict:
            return False
        run.spend(len(self.fields))
        return all(
            name in value and kind.fits(value[name], run, allowed=allowed)
            for name, kind in self.fields.items()
        )


@dataclass(frozen=True)
class RangeType(FeelType):
    """A range whose ends fit a type."""

    of: FeelType

    @override
    def holds(self, value: Any, run: Run, *, allowed: bool = True) -> bool:
        return (
            type(value) is Range
            and self.of.fits(value.start, run, allowed=allowed)
            and self.of.fits(value.end, run, allowed=allowed)
        )


@dataclass(frozen=True)
class FunctionType(FeelType):
    """A function of so many parameters."""

    parameters: tuple[FeelType, ...] | None

    @override
    def holds(self, value: Any, run: Run, *, allowed: bool = True) -> bool:
        if not isinstance(value, Function):
            return False
        return self.parameters is None or value.accepts(len(self.parameters))


@dataclass(frozen=True)
class UnknownType(FeelType):
    """A type that nobody defined: it holds nothing."""

    name: str

    @override
    def holds(self, value: Any, run: Run, *, allowed: bool = True) -> bool:
        return False


ANY: Final = FeelType()
SCALARS: Final[Mapping[str, FeelType]] = {
    "Any": ANY,
    "Null": NullType(),
    "number": ScalarType(Decimal),
    "string": ScalarType(str),
    "boolean": ScalarType(bool),
    "date": ScalarType(date),
    "time": ScalarType(time),
    "date and time": ScalarType(datetime),
    "days and time duration": ScalarType(timedelta),
    "years and months duration": ScalarType(YearMonthDuration),
    "dateTime": ScalarType(datetime),
    "dayTimeDuration": ScalarType(timedelta),
    "yearMonthDuration": ScalarType(YearMonthDuration),
    "context": ContextType({}),
    "list": ListType(ANY),
    "range": RangeType(ANY),
    "function": FunctionType(None),
}
"""Types by name; the camel-case ones are those of DMN 1.1."""
TYPE_NAMES: Final = (
    "date and time",
    "days and time duration",
    "years and months duration",
)
"""Those of several words."""


def resolve(node: tree.TypeName, known: Mapping[str, FeelType]) -> FeelType:
    """Return the type that ``node`` names; ``known`` are item definitions."""
    match node.name:
        case "list" if node.of:
            return ListType(resolve(node.of, known))
        case "range" if node.of:
            return RangeType(resolve(node.of, known))
        case "context" if node.fields:
            return ContextType({name: resolve(t, known) for name, t in node.fields})
        case "function" if node.of:
            return FunctionType(tuple(resolve(t, known) for _, t in node.fields))
        case name:
            return known.get(name) or SCALARS.get(name) or UnknownType(name)
