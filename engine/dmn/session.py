"""Evaluating elements of a graph, each at most once."""

from collections.abc import Mapping, Sequence
from typing import Any

from typing_extensions import override

from engine.dmn.graph import Graph, InputData, Key, Logic, Service
from engine.dmn.run import DecisionRun
from engine.errors import Text
from engine.feel.callables import Function
from engine.feel.scope import Frame, Run
from engine.feel.types import FeelType
from engine.feel.values import lift


class Session:
    """What is known while decisions are evaluated for one caller."""

    def __init__(
        self, graph: Graph, context: Mapping[str, Any], run: Run, given: dict[Key, Any]
    ) -> None:
        self.graph, self.run = graph, run
        self.values = given
        self.root = Frame(context, None, run)

    def value(self, key: Key) -> Any:
        """Return the value of an element, computed when it is first asked for."""
        if key not in self.values:
            self.values[key] = self._compute(key)
        return self.values[key]

    def _compute(self, key: Key) -> Any:
        element = self.graph.elements[key]
        self.run.spend()
        if isinstance(element, InputData):
            found = lift(self.root.values.get(element.name))
            return conform(found, element.kind, element.name, self.run)
        if isinstance(element, Service):
            return ServiceFunction(self.graph, element)
        frame = Frame(self._seen_by(element), self.root, self.run)
        result = element.evaluate(frame)
        if isinstance(result, Function):
            # A knowledge model may call itself.
            frame.values[element.name] = result
            return result
        value = conform(result, element.kind, element.name, self.run)
        if isinstance(self.run, DecisionRun):
            self.run.given[key[1]] = value
        return value

    def _seen_by(self, element: Logic) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for need in element.requires:
            name = self.graph.elements[need.key].name
            value = self.value(need.key)
            if need.imported_as:
                seen.setdefault(need.imported_as, {})[name] = value
            else:
                seen[name] = value
        return seen


def conform(value: Any, kind: FeelType | None, name: str, run: Run) -> Any:
    """Return a value as its type; what does not fit becomes null and is noted."""
    if kind is None or value is None:
        return value
    result = kind.coerce(value, run)
    if result is None and isinstance(run, DecisionRun):
        run.note(
            Text(f"the value of {name} is not of its type", f"{name} 的值不符合其类型")
        )
    return result


class ServiceFunction(Function):
    """A decision service as a function; inputs come first, then input decisions."""

    __slots__ = ("graph", "service")

    def __init__(self, graph: Graph, service: Service) -> None:
        self.graph, self.service = graph, service

    @override
    def accepts(self, count: int) -> bool:
        return count == len(self.service.inputs)

    @override
    def call(self, run: Run, arguments: Sequence[Any]) -> Any:
        if len(arguments) != len(self.service.inputs):
            return None
        given: dict[Key, Any] = {}
        for key, value in zip(self.service.inputs, arguments, strict=True):
            given[key] = self._argument(key, value, run)
            if given[key] is None and value is not None:
                return None
        run.enter()
        session = Session(self.graph, {}, run, given)
        values = {
            self.graph.elements[key].name: session.value(key)
            for key in self.service.outputs
        }
        run.leave()
        return next(iter(values.values())) if len(values) == 1 else values

    def _argument(self, key: Key, value: Any, run: Run) -> Any:
        element = self.graph.elements[key]
        kind = None if isinstance(element, Service) else element.kind
        return conform(value, kind, element.name, run)

    @override
    def call_named(self, run: Run, arguments: dict[str, Any]) -> Any:
        names = [self.graph.elements[key].name for key in self.service.inputs]
        if arguments.keys() - set(names):
            return None
        return self.call(run, [arguments.get(name) for name in names])
