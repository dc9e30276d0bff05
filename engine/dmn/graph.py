"""The elements of decision files and what they require of each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from engine.feel.compiler.names import Reads
from engine.feel.scope import Evaluate
from engine.feel.types import FeelType

Key: TypeAlias = tuple[str, str]
"""Namespace of the file and id of the element."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A required element and the import under which it is seen, "" in its own file."""

    key: Key
    imported_as: str = ""


@dataclass(frozen=True, slots=True)
class InputData:
    """A value that the caller supplies under ``name``."""

    key: Key
    name: str
    kind: FeelType | None


@dataclass(frozen=True, slots=True)
class Logic:
    """A decision or business knowledge model: it computes a value or a function."""

    key: Key
    name: str
    requires: tuple[Requirement, ...]
    evaluate: Evaluate
    reads: Reads
    kind: FeelType | None = None
    outputs: tuple[str, ...] = ()
    is_function: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A decision service: decisions that are called as one function."""

    key: Key
    name: str
    inputs: tuple[Key, ...]
    outputs: tuple[Key, ...]


Element: TypeAlias = InputData | Logic | Service


@dataclass(slots=True)
class Graph:
    """All elements of a file and of those that it imports."""

    elements: dict[Key, Element] = field(default_factory=dict)

    def logic(self, key: Key) -> Logic:
        """Return a decision or knowledge model that is known to be there."""
        element = self.elements[key]
        if not isinstance(element, Logic):
            raise KeyError(key)
        return element

    def include(self, elements: Mapping[Key, Element]) -> None:
        """Add the elements of another file."""
        self.elements.update(elements)

    def behind(self, key: Key) -> tuple[Element, ...]:
        """Return an element and everything that it requires, each once."""
        found: dict[Key, Element] = {}
        waiting = [key]
        while waiting:
            current = waiting.pop()
            if current in found or current not in self.elements:
                continue
            element = self.elements[current]
            found[current] = element
            if isinstance(element, Logic):
                waiting.extend(need.key for need in reversed(element.requires))
            elif isinstance(element, Service):
                waiting.extend(reversed(element.outputs))
        return tuple(found.values())
