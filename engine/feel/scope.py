"""What a running expression sees: variables, the budget and the clock."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, TypeAlias

from engine.feel.budget import MAX_SIZE, MAX_STEPS, Budget

NOTHING_LENT: Final[Mapping[str, Callable[..., Any]]] = {}


class Run(Budget):
    """One evaluation: its budget, its clock and what the host lends."""

    __slots__ = ("functions", "moment")

    def __init__(
        self,
        moment: datetime | None = None,
        functions: Mapping[str, Callable[..., Any]] = NOTHING_LENT,
    ) -> None:
        # Written out: it runs once for every condition that is evaluated.
        self.steps, self.size, self.calls = MAX_STEPS, MAX_SIZE, 0
        self.moment, self.functions = moment, functions

    @property
    def zone(self) -> tzinfo:
        """The zone in which date-times without offset are compared with others."""
        zone = self.moment.tzinfo if self.moment else None
        return zone or UTC


class Frame:
    """Variables of one level and the level around it.

    ``values`` are the host's context at the outermost level, a dict of names
    inside loops, functions and contexts, and the item itself inside a filter.
    """

    __slots__ = ("parent", "run", "values")

    def __init__(self, values: Any, parent: "Frame | None", run: Run) -> None:
        self.values, self.parent, self.run = values, parent, run


Evaluate: TypeAlias = Callable[[Frame], Any]
"""A compiled part of an expression."""
