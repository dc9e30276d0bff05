"""The built-in functions, one family a file."""

from engine.feel.functions import (
    aggregates,
    calendars,
    contexts,
    conversions,
    intervals,
    lists,
    numbers,
    strings,
    temporal,
)
from engine.feel.functions.registry import BUILTINS, Builtin

FAMILIES = (
    aggregates,
    calendars,
    contexts,
    conversions,
    intervals,
    lists,
    numbers,
    strings,
    temporal,
)
"""Importing a family puts its functions into BUILTINS."""
__all__ = ["BUILTINS", "FAMILIES", "Builtin"]
