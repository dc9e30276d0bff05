"""From the tree of an expression to closures; every part is one Python function."""

from engine.feel.compiler import (
    boxes,
    calls,
    literals,
    loops,
    operators,
    paths,
    tests,
    variables,
)
from engine.feel.compiler.dispatch import compile_node
from engine.feel.compiler.names import Scope
from engine.feel.compiler.tests import compile_tests

PARTS = (boxes, calls, literals, loops, operators, paths, tests, variables)
"""Importing a part teaches the dispatcher its nodes."""
__all__ = ["PARTS", "Scope", "compile_node", "compile_tests"]
