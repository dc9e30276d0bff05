"""Reading variables; a name that is nowhere is null, or a built-in function."""

from typing import Any

from engine.feel import tree
from engine.feel.compiler.dispatch import compiles
from engine.feel.compiler.names import Place, Scope
from engine.feel.functions import BUILTINS
from engine.feel.scope import Evaluate, Frame
from engine.feel.values import FINAL_TYPES, MISSING, lift


@compiles(tree.Name)
def compile_name(node: tree.Name, scope: Scope) -> Evaluate:
    """Compile a variable."""
    name = node.name
    place = scope.find(name)
    read = reader(name, place)
    other = BUILTINS.get(name)
    if place.is_root and not place.filters and place.level == 0:
        return _from_root(name, other)

    def value(frame: Frame) -> Any:
        found = read(frame)
        return other if found is MISSING else found

    return value


def _from_root(name: str, other: Any) -> Evaluate:
    def value(frame: Frame) -> Any:
        found = frame.values.get(name, MISSING)
        if type(found) in FINAL_TYPES:
            return found
        return other if found is MISSING else lift(found)

    return value


def reader(name: str, place: Place) -> Evaluate:
    """Return a closure that gives a variable's value, MISSING if it is nowhere."""
    if place.filters:
        return _with_filters(name, place)
    if place.level == 0:
        return lambda frame: lift_found(frame.values.get(name, MISSING))
    if place.level == 1:
        return lambda frame: lift_found(_up(frame).values.get(name, MISSING))
    return _from_level(name, place.level)


def _up(frame: Frame) -> Frame:
    return frame.parent or frame


def _from_level(name: str, level: int) -> Evaluate:
    def value(frame: Frame) -> Any:
        for _ in range(level):
            frame = frame.parent or frame
        return lift_found(frame.values.get(name, MISSING))

    return value


def _with_filters(name: str, place: Place) -> Evaluate:
    filters = frozenset(place.filters)

    def value(frame: Frame) -> Any:
        for hop in range(place.level):
            if hop in filters:
                found = _of_item(name, frame.values)
                if found is not MISSING:
                    return found
            frame = frame.parent or frame
        return lift_found(frame.values.get(name, MISSING))

    return value


def _of_item(name: str, item: Any) -> Any:
    if type(item) is dict and name in item:
        return lift(item[name])
    return item if name == "item" else MISSING


def lift_found(value: Any) -> Any:
    """Return a found value as FEEL's, MISSING as it is."""
    return value if value is MISSING else lift(value)
