"""How a built-in function declares its parameters.

A signature is one line: ``"string: string, start position: number, length: number?"``.
``?`` means that it may be left out, ``null`` among the kinds that it may be null,
``...`` behind the last kind that it takes all further arguments as one list.
Arguments of another kind make the whole call null.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, TypeAlias

from typing_extensions import override

from engine.feel.callables import Function
from engine.feel.durations import YearMonthDuration
from engine.feel.numbers import NUMBER_ERRORS
from engine.feel.ranges import Range
from engine.feel.scope import Run
from engine.feel.values import MISSING, lift

Implementation: TypeAlias = Callable[..., Any]
KINDS: Final[dict[str, tuple[type, ...]]] = {
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "context": (dict,),
    "list": (list,),
    "date": (date,),
    "datetime": (datetime,),
    "time": (time,),
    "days": (timedelta,),
    "months": (YearMonthDuration,),
    "range": (Range,),
    "null": (type(None),),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; ``kinds`` empty means any value."""

    name: str
    kinds: tuple[type, ...]
    optional: bool
    variadic: bool
    functions: bool

    def take(self, value: Any) -> Any:
        """Return the argument as this kind, MISSING if it is of another."""
        if self._is(value):
            return value
        if list in self.kinds and value is not None:
            return [value]
        if type(value) is list and len(value) == 1:
            only = lift(value[0])
            return only if self._is(only) else MISSING
        return MISSING

    def _is(self, value: Any) -> bool:
        if not self.kinds and not self.functions:
            return True
        if type(value) in self.kinds:
            return True
        return self.functions and isinstance(value, Function)


def _parameter(text: str) -> Parameter:
    name, _, kinds = (part.strip() for part in text.partition(":"))
    optional, variadic = kinds.endswith("?"), kinds.endswith("...")
    words = [word.strip() for word in kinds.rstrip("?.").split("|")]
    types = tuple(kind for word in words for kind in KINDS.get(word, ()))
    return Parameter(name, types, optional or variadic, variadic, "function" in words)


@dataclass(frozen=True, slots=True)
class Overload:
    """One signature and what it runs."""

    parameters: tuple[Parameter, ...]
    implementation: Implementation

    def fits(self, count: int) -> bool:
        """Tell whether so many arguments can be right."""
        least = sum(not parameter.optional for parameter in self.parameters)
        if self.parameters and self.parameters[-1].variadic:
            return count >= least
        return least <= count <= len(self.parameters)

    def bind(self, arguments: Sequence[Any]) -> list[Any] | None:
        """Return the converted arguments, None if one is of another kind."""
        if self.parameters and self.parameters[-1].variadic:
            return self._bind_all(arguments)
        bound: list[Any] = []
        for parameter, argument in zip(self.parameters, arguments, strict=False):
            value = parameter.take(argument)
            if value is MISSING:
                return None
            bound.append(value)
        return bound

    def _bind_all(self, arguments: Sequence[Any]) -> list[Any] | None:
        head = len(self.parameters) - 1
        bound: list[Any] = []
        for parameter, argument in zip(self.parameters, arguments[:head], strict=False):
            bound.append(parameter.take(argument))
        rest = [self.parameters[-1].take(argument) for argument in arguments[head:]]
        if any(value is MISSING for value in [*bound, *rest]):
            return None
        return [*bound, rest]

    def order(self, arguments: dict[str, Any]) -> list[Any] | None:
        """Return named arguments by position, None if the names do not fit."""
        names = [parameter.name for parameter in self.parameters]
        if arguments.keys() - set(names):
            return None
        ordered: list[Any] = []
        for parameter in self.parameters:
            if parameter.name in arguments:
                ordered.append(arguments[parameter.name])
            elif not parameter.optional:
                return None
            else:
                ordered.append(None)
        while ordered and names[len(ordered) - 1] not in arguments:
            ordered.pop()
        return ordered


class Builtin(Function):
    """A function of the standard with all its signatures."""

    __slots__ = ("name", "overloads")

    def __init__(self, name: str) -> None:
        self.name = name
        self.overloads: list[Overload] = []

    @override
    def accepts(self, count: int) -> bool:
        return any(overload.fits(count) for overload in self.overloads)

    @override
    def call(self, run: Run, arguments: Sequence[Any]) -> Any:
        run.spend()
        for overload in self.overloads:
            if overload.fits(len(arguments)):
                bound = overload.bind(arguments)
                if bound is not None:
                    return _run(overload.implementation, run, bound)
        return None

    @override
    def call_named(self, run: Run, arguments: dict[str, Any]) -> Any:
        for overload in self.overloads:
            ordered = overload.order(arguments)
            if ordered is not None and overload.fits(len(ordered)):
                bound = overload.bind(ordered)
                if bound is not None:
                    run.spend()
                    return _run(overload.implementation, run, bound)
        return None


def _run(implementation: Implementation, run: Run, arguments: list[Any]) -> Any:
    try:
        return implementation(run, *arguments)
    except (*NUMBER_ERRORS, OverflowError):
        return None


BUILTINS: Final[dict[str, Builtin]] = {}
"""Every built-in function by its name."""


def builtin(name: str, *signatures: str) -> Callable[[Implementation], Implementation]:
    """Register a Python function as a built-in one with these signatures."""

    def register(implementation: Implementation) -> Implementation:
        function = BUILTINS.setdefault(name, Builtin(name))
        for signature in signatures:
            parts = [part for part in signature.split(",") if part.strip()]
            parameters = tuple(_parameter(part) for part in parts)
            function.overloads.append(Overload(parameters, implementation))
        return implementation

    return register
