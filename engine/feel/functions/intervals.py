"""How points and ranges lie to each other: ``before``, ``meets``, ``overlaps``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from engine.feel.comparison import compare, equal
from engine.feel.functions.registry import builtin
from engine.feel.ranges import Range
from engine.feel.scope import Run

_POINT: Final = "number|string|date|datetime|time|days|months"


class _Incomparable(Exception):  # noqa: N818 - never leaves this module
    """Two ends are of different kinds."""


@dataclass(frozen=True, slots=True)
class _Ends:
    """Compares two ends; a missing one means that nothing can be said."""

    run: Run

    def less(self, left: Any, right: Any) -> bool:
        verdict = compare("<", left, right, self.run)
        if verdict is None:
            raise _Incomparable
        return verdict

    def same(self, left: Any, right: Any) -> bool:
        verdict = equal(left, right, self.run)
        if verdict is None or left is None or right is None:
            raise _Incomparable
        return verdict


_Relation = Callable[[_Ends, Any, Any], bool]


def _relation(name: str, *signatures: str) -> Callable[[_Relation], _Relation]:
    def register(relation: _Relation) -> _Relation:
        def related(run: Run, one: Any, other: Any) -> bool | None:
            try:
                return relation(_Ends(run), _range(one), _range(other))
            except _Incomparable:
                return None

        builtin(name, *signatures)(related)
        return relation

    return register


def _range(value: Any) -> Range:
    if isinstance(value, Range):
        return value
    return Range(value, value, True, True)


_POINTS: Final = f"point1: {_POINT}, point2: {_POINT}"
_POINT_RANGE: Final = f"point: {_POINT}, range: range"
_RANGE_POINT: Final = f"range: range, point: {_POINT}"
_RANGES: Final = "range1: range, range2: range"


@_relation("before", _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)
def before(ends: _Ends, one: Range, other: Range) -> bool:
    """Tell whether the first ends before the second starts."""
    if ends.less(one.end, other.start):
        return True
    touching = one.end_included and other.start_included
    return not touching and ends.same(one.end, other.start)


@_relation("after", _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)
def after(ends: _Ends, one: Range, other: Range) -> bool:
    """Tell whether the first starts after the second ends."""
    return before(ends, other, one)


@_relation("meets", _RANGES)
def meets(ends: _Ends, one: Range, other: Range) -> bool:
    """Tell whether the first ends exactly where the second starts."""
    touching = one.end_included and other.start_included
    return touching and ends.same(one.end, other.start)


@_relation("met by", _RANGES)
def met_by(ends: _Ends, one: Range, other: Range) -> bool:
    """Tell whether the first starts exactly where the second ends."""
    return meets(ends, other, one)


@_relation("overlaps", _RANGES)
def overlaps(ends: _Ends, one: Range, other: Range) -> bool:
    """Tell whether two ranges share anything."""
    return not before(ends, one, other) and not before(ends, other, one)


def _starts_first(ends: _Ends, one: Range, other: Range) -> bool:
    if ends.less(one.start, other.start):
        return True
    wider = one.start_included and not other.start_included
    return wider and ends.same(one.start, other.start)


def _ends_first(ends: _Ends, one: Range, other: Range) -> bool:
    if ends.less(one.end, other.end):
        return True
    wider = other.end_included and not one.end_included
    return wider and ends.same(one.end, other.end)


@_relation("overlaps before", _RANGES)
def overlaps_before(ends: _Ends, one: Range, other: Range) -> bool:
    """Tell whether the first starts earlier and ends within the second."""
    return (
        _starts_first(ends, one, other)
        and not before(ends, one, other)
        and not _ends_first(ends, other, one)
    )


@_relation("overlaps after", _RANGES)
def overlaps_after(ends: _Ends, one: Range, other: Range) -> bool:
    """Tell whether the first starts within the second and ends later."""
    return overlaps_before(ends, other, one)


@_relation("includes", f"range: range, point: {_POINT}", _RANGES)
def includes(ends: _Ends, one: Range, other: Range) -> bool:
    """Tell whether the second lies within the first."""
    return not _starts_first(ends, other, one) and not _ends_first(ends, one, other)


@_relation("during", _POINT_RANGE, _RANGES)
def during(ends: _Ends, one: Range, other: Range) -> bool:
    """Tell whether the first lies within the second."""
    return includes(ends, other, one)


@_relation("starts", _POINT_RANGE, _RANGES)
def starts(ends: _Ends, one: Range, other: Range) -> bool:
    """Tell whether both start together and the first ends no later."""
    return (
        ends.same(one.start, other.start)
        and one.start_included == other.start_included
        and not _ends_first(ends, other, one)
    )


@_relation("started by", _RANGE_POINT, _RANGES)
def started_by(ends: _Ends, one: Range, other: Range) -> bool:
    """Tell whether both start together and the second ends no later."""
    return starts(ends, other, one)


@_relation("finishes", _POINT_RANGE, _RANGES)
def finishes(ends: _Ends, one: Range, other: Range) -> bool:
    """Tell whether both end together and the first starts no earlier."""
    return (
        ends.same(one.end, other.end)
        and one.end_included == other.end_included
        and not _starts_first(ends, one, other)
    )


@_relation("finished by", _RANGE_POINT, _RANGES)
def finished_by(ends: _Ends, one: Range, other: Range) -> bool:
    """Tell whether both end together and the second starts no earlier."""
    return finishes(ends, other, one)


@_relation("coincides", _POINTS, _RANGES)
def coincides(ends: _Ends, one: Range, other: Range) -> bool:
    """Tell whether both are the same."""
    return (
        ends.same(one.start, other.start)
        and ends.same(one.end, other.end)
        and one.start_included == other.start_included
        and one.end_included == other.end_included
    )
