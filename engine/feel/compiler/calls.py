"""Calling functions: built-in ones, those of expressions, and the host's."""

from collections.abc import Callable
from typing import Any

from engine.feel import tree
from engine.feel.callables import Function, HostFunction
from engine.feel.compiler.dispatch import compile_node, compiles
from engine.feel.compiler.names import Scope
from engine.feel.compiler.variables import reader
from engine.feel.functions import BUILTINS
from engine.feel.scope import Evaluate, Frame


@compiles(tree.Call)
def compile_call(node: tree.Call, scope: Scope) -> Evaluate:
    """Compile a call by position or by name; calling what is no function is null."""
    function = _function(node.function, scope)
    arguments = tuple(compile_node(argument, scope) for argument in node.arguments)
    if node.names is None:
        return _by_position(function, arguments)
    return _by_name(function, node.names, arguments)


def _by_position(function: Evaluate, arguments: tuple[Evaluate, ...]) -> Evaluate:
    def value(frame: Frame) -> Any:
        called = function(frame)
        if not isinstance(called, Function):
            return None
        return called.call(frame.run, [argument(frame) for argument in arguments])

    return value


def _by_name(
    function: Evaluate, names: tuple[str, ...], arguments: tuple[Evaluate, ...]
) -> Evaluate:
    if len(set(names)) < len(names):
        return lambda _frame: None

    def value(frame: Frame) -> Any:
        called = function(frame)
        if not isinstance(called, Function):
            return None
        values = [argument(frame) for argument in arguments]
        return called.call_named(frame.run, dict(zip(names, values, strict=True)))

    return value


def _function(node: tree.Node, scope: Scope) -> Evaluate:
    if not isinstance(node, tree.Name):
        return compile_node(node, scope)
    name = node.name
    builtin = BUILTINS.get(name)
    place = scope.find(name, called=True)
    if builtin is not None:
        scope.reads.functions.discard(name)
    read: Callable[[Frame], Any] = reader(name, place)

    def find(frame: Frame) -> Any:
        # A variable called `count` does not hide the function of that name.
        found = read(frame)
        if isinstance(found, Function):
            return found
        lent = frame.run.functions.get(name)
        return builtin if lent is None else HostFunction(name, lent)

    return find
