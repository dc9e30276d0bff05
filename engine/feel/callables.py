"""Functions as values: those of an expression and those that the host lends.

Built-in functions are in ``functions``.
"""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from typing_extensions import override

from engine.feel.errors import FeelError, FeelHostError
from engine.feel.scope import Evaluate, Frame, Run
from engine.feel.values import Callables, lift


class Function(Callables):
    """Anything that can be called."""

    __slots__ = ()

    @abstractmethod
    def call(self, run: Run, arguments: Sequence[Any]) -> Any:
        """Return the result for arguments by position, None where they do not fit."""

    @abstractmethod
    def call_named(self, run: Run, arguments: dict[str, Any]) -> Any:
        """Return the result for arguments by name, None where they do not fit."""

    @abstractmethod
    def accepts(self, count: int) -> bool:
        """Tell whether it can be called with so many arguments."""


class Coercion(Protocol):
    """A type, as far as a parameter needs it."""

    def coerce(self, value: Any, run: Run) -> Any:
        """Return the value as this type, or None."""


class Closure(Function):
    """A function that an expression defines; it keeps what it saw there."""

    __slots__ = ("body", "frame", "parameters", "result", "types")

    def __init__(
        self,
        parameters: tuple[str, ...],
        types: tuple[Coercion | None, ...],
        body: Evaluate,
        frame: Frame,
        result: Coercion | None = None,
    ) -> None:
        self.parameters, self.types, self.body = parameters, types, body
        self.frame, self.result = frame, result

    @override
    def accepts(self, count: int) -> bool:
        return count == len(self.parameters)

    @override
    def call(self, run: Run, arguments: Sequence[Any]) -> Any:
        if len(arguments) != len(self.parameters):
            return None
        values: dict[str, Any] = {}
        for name, kind, value in zip(
            self.parameters, self.types, arguments, strict=True
        ):
            values[name] = value if kind is None else kind.coerce(value, run)
            if values[name] is None and value is not None:
                return None
        run.enter()
        result = self.body(Frame(values, self.frame, run))
        run.leave()
        return result if self.result is None else self.result.coerce(result, run)

    @override
    def call_named(self, run: Run, arguments: dict[str, Any]) -> Any:
        if arguments.keys() - set(self.parameters):
            return None
        return self.call(run, [arguments.get(name) for name in self.parameters])


class HostFunction(Function):
    """A Python function that the host lends; it is called by position only."""

    __slots__ = ("function", "name")

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self.name, self.function = name, function

    @override
    def accepts(self, count: int) -> bool:
        return True

    @override
    def call(self, run: Run, arguments: Sequence[Any]) -> Any:
        run.enter()
        try:
            return lift(self.function(*arguments))
        except FeelError:
            raise
        except Exception as error:
            raise FeelHostError(
                f"{self.name} failed: {error}", f"函数 {self.name} 执行失败：{error}"
            ) from error
        finally:
            run.leave()

    @override
    def call_named(self, run: Run, arguments: dict[str, Any]) -> Any:
        return None
