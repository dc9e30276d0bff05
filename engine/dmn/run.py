"""One evaluation of decisions: what matched and what was odd."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.errors import Text
from engine.feel.scope import NOTHING_LENT, Run

_MAX_NOTES = 100
_MAX_MATCHED = 10_000
_MAX_TABLES = 1_000


@dataclass(frozen=True, slots=True)
class MatchedRule:
    """A row of a table that matched; ``index`` counts from 1.

    ``annotations`` are pairs of the column's name and the text; the description of
    the row has the name "".
    """

    decision_id: str
    rule_id: str
    index: int
    annotations: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of a table and the value that it had."""

    id: str
    name: str
    value: Any


@dataclass(slots=True)
class TableTaken:
    """One evaluation of a table: what it looked at, its rows and what they gave."""

    decision_id: str
    inputs: tuple[Cell, ...]
    rows: list[tuple[MatchedRule, tuple[Cell, ...]]] = field(default_factory=list)


class DecisionRun(Run):
    """A run that remembers which rows matched and what each decision gave.

    ``given`` is what decisions gave by their ids, in the order in which they were
    ready.
    """

    __slots__ = ("given", "matched", "notes", "tables")

    def __init__(
        self,
        moment: datetime | None = None,
        functions: Mapping[str, Callable[..., Any]] = NOTHING_LENT,
    ) -> None:
        super().__init__(moment, functions)
        self.matched: list[MatchedRule] = []
        self.notes: list[Text] = []
        self.tables: list[TableTaken] = []
        self.given: dict[str, Any] = {}

    def take(self, table: TableTaken) -> None:
        """Remember a table and its rows."""
        free = _MAX_MATCHED - len(self.matched)
        del table.rows[free:]
        self.matched += [rule for rule, _ in table.rows]
        if len(self.tables) < _MAX_TABLES:
            self.tables.append(table)

    def note(self, note: Text) -> None:
        """Remember that the standard made something null that people should know."""
        if note not in self.notes and len(self.notes) < _MAX_NOTES:
            self.notes.append(note)
