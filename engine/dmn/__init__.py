"""Decision files (DMN 1.1 to 1.5) on FEEL; pure."""

from engine.dmn import hit_policies
from engine.dmn.decisions import DecisionResult, Decisions, examine, parse
from engine.dmn.errors import DecisionNotFoundError, DmnError
from engine.dmn.run import Cell, MatchedRule, TableTaken

COMPILERS = (hit_policies,)
"""Importing them teaches the compiler of expressions what tables are."""
__all__ = [
    "COMPILERS",
    "Cell",
    "DecisionNotFoundError",
    "DecisionResult",
    "Decisions",
    "DmnError",
    "MatchedRule",
    "TableTaken",
    "examine",
    "parse",
]
