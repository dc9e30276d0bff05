"""One evaluation of decisions: what matched and what was odd."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.errors import Text
from engine.feel.scope import NOTHING_LENT, Run

_MAX_NOTES = 100
_MAX_MATCHED = 10_000


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


class DecisionRun(Run):
    """A run that remembers which rows matched."""

    __slots__ = ("matched", "notes")

    def __init__(
        self,
        moment: datetime | None = None,
        functions: Mapping[str, Callable[..., Any]] = NOTHING_LENT,
    ) -> None:
        super().__init__(moment, functions)
        self.matched: list[MatchedRule] = []
        self.notes: list[Text] = []

    def match(self, rule: MatchedRule) -> None:
        """Remember a row."""
        if len(self.matched) < _MAX_MATCHED:
            self.matched.append(rule)

    def note(self, note: Text) -> None:
        """Remember that the standard made something null that people should know."""
        if note not in self.notes and len(self.notes) < _MAX_NOTES:
            self.notes.append(note)
