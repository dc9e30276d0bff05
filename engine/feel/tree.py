"""The parts of a parsed expression."""

from collections.abc import Iterator as Iter
from dataclasses import dataclass, fields
from typing import Any, Literal

from engine.feel.budget import MAX_TREE_DEPTH, refuse


@dataclass(frozen=True, slots=True)
class Node:
    """Any part."""


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A value that stands in the text."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, a built-in function, or ``?``."""

    name: str


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """``[a, b]``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    """``{name: value}``; later entries see earlier ones."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeOf(Node):
    """``[low..high]``; an absent end is open to infinity."""

    low: Node | None
    high: Node | None
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class UnaryComparison(Node):
    """``< 10`` on its own: a test, or a range when used as a value."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """``left operator right``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """``left operator right`` with one of ``+ - * / **``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """``-operand``."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Junction(Node):
    """``a and b and c`` or ``a or b or c``."""

    operator: Literal["and", "or"]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between(Node):
    """``value between low and high``."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """``value in (test, test)``."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    """``if condition then yes else no``."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Iterator(Node):
    """``name in source`` or ``name in source..end``."""

    name: str
    source: Node
    end: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    """``for i in x, j in y return body``."""

    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """``some i in x satisfies body``, or ``every``."""

    quantifier: Literal["some", "every"]
    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Path(Node):
    """``source.name``."""

    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """``source[condition]``: a condition for every item, or an index."""

    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``function(arguments)``; ``names`` are set when they are given by name."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class TypeName(Node):
    """A type: ``number``, ``list<of>``, ``context<…>``, ``function<…> -> of``."""

    name: str
    of: "TypeName | None" = None
    fields: tuple[tuple[str, "TypeName"], ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionOf(Node):
    """``function(a: number, b) body``."""

    parameters: tuple[tuple[str, TypeName | None], ...]
    body: Node


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """``value instance of type``."""

    value: Node
    type: TypeName


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """The content of a cell: ``a, b``, ``not(a, b)`` or ``-`` (no items)."""

    items: tuple[Node, ...]
    negated: bool = False


def children(node: Node) -> Iter[Node]:
    """Yield the parts that ``node`` holds directly."""
    for field in fields(node):
        yield from _nodes(getattr(node, field.name))


def _nodes(value: object) -> Iter[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)


def check_depth(root: Node) -> None:
    """Refuse a tree whose evaluation would need too many frames."""
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > MAX_TREE_DEPTH:
            refuse("the expression is nested too deeply", "表达式嵌套过深")
        level = [child for node in level for child in children(node)]


def mentions(root: Node, name: str) -> bool:
    """Tell whether ``name`` occurs as a variable anywhere in ``root``."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name) and node.name == name:
            return True
        waiting.extend(children(node))
    return False
