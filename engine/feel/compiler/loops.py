"""``for``, ``some`` and ``every``."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from engine.feel import tree
from engine.feel.compiler.dispatch import compile_node, compiles
from engine.feel.compiler.names import Scope
from engine.feel.numbers import NUMBERS
from engine.feel.ranges import Range
from engine.feel.scope import Evaluate, Frame
from engine.feel.values import lift


class NothingToVisit(Exception):  # noqa: N818 - ends a loop, is never seen outside
    """A source of the loop is null, so the loop is null."""


class Loop:
    """The iterators of one loop; later ones may use the names of earlier ones."""

    def __init__(self, iterators: tuple[tree.Iterator, ...], scope: Scope) -> None:
        self.scope = scope.inside()
        self.names = tuple(iterator.name for iterator in iterators)
        self.sources: list[tuple[Evaluate, Evaluate | None]] = []
        for iterator in iterators:
            start = compile_node(iterator.source, self.scope)
            end = iterator.end
            stop = None if end is None else compile_node(end, self.scope)
            self.sources.append((start, stop))
            self.scope = scope.inside([*self.scope.names, iterator.name])

    def rounds(self, frame: Frame) -> Iterator[Frame]:
        """Yield the frame of every round.

        Raises:
            NothingToVisit: a source is null.
        """
        return self._rounds(0, Frame({}, frame, frame.run), frame)

    def _rounds(self, index: int, seen: Frame, frame: Frame) -> Iterator[Frame]:
        name, last = self.names[index], index == len(self.names) - 1
        for item in self._items(index, seen):
            frame.run.spend()
            inner = Frame({**seen.values, name: lift(item)}, frame, frame.run)
            if last:
                yield inner
            else:
                yield from self._rounds(index + 1, inner, frame)

    def _items(self, index: int, frame: Frame) -> Iterable[Any]:
        source, end = self.sources[index]
        start = source(frame)
        if end is not None:
            return _steps(start, end(frame))
        if type(start) is Range:
            return _range_items(start)
        if start is None:
            raise NothingToVisit
        return start if type(start) is list else [start]


def _range_items(group: Range) -> Iterable[Any]:
    skipped = [
        *([] if group.start_included else [group.start]),
        *([] if group.end_included else [group.end]),
    ]
    return (item for item in _steps(group.start, group.end) if item not in skipped)


def _steps(start: Any, end: Any) -> Iterable[Any]:
    """Return whole steps from start to end, downwards too."""
    if type(start) is Decimal and type(end) is Decimal:
        return _numbers(start, end)
    if type(start) is date and type(end) is date:
        return _dates(start, end)
    raise NothingToVisit


def _numbers(start: Decimal, end: Decimal) -> Iterator[Decimal]:
    step = 1 if start <= end else -1
    rounds = int(NUMBERS.abs(NUMBERS.subtract(end, start))) + 1
    return (NUMBERS.add(start, Decimal(step * index)) for index in range(rounds))


def _dates(start: date, end: date) -> Iterator[date]:
    step = 1 if start <= end else -1
    days = range(start.toordinal(), end.toordinal() + step, step)
    return (date.fromordinal(day) for day in days)


@compiles(tree.For)
def compile_for(node: tree.For, scope: Scope) -> Evaluate:
    """Compile ``for``; ``partial`` holds what earlier rounds returned."""
    outer = scope.inside(["partial"])
    loop = Loop(node.iterators, outer)
    body = compile_node(node.body, loop.scope)
    looks_back = tree.mentions(node, "partial")

    def visit(frame: Frame, results: list[Any]) -> None:
        for inner in loop.rounds(frame):
            frame.run.items(1)
            results.append(body(inner))
            if looks_back:
                # A copy, so that what a round returned never changes afterwards.
                frame.run.items(len(results))
                frame.values["partial"] = results.copy()

    def value(frame: Frame) -> list[Any] | None:
        results: list[Any] = []
        try:
            visit(Frame({"partial": []}, frame, frame.run), results)
        except NothingToVisit:
            return None
        return results

    return value


@compiles(tree.Quantified)
def compile_quantified(node: tree.Quantified, scope: Scope) -> Evaluate:
    """Compile ``some`` and ``every`` with three truth values."""
    loop = Loop(node.iterators, scope)
    body = compile_node(node.body, loop.scope)
    decisive = node.quantifier == "some"

    def visit(frame: Frame) -> bool | None:
        unknown = False
        for inner in loop.rounds(frame):
            result = body(inner)
            if result is decisive:
                return node.quantifier == "some"
            unknown = unknown or type(result) is not bool
        return None if unknown else not decisive

    def value(frame: Frame) -> bool | None:
        try:
            return visit(frame)
        except NothingToVisit:
            return None

    return value
