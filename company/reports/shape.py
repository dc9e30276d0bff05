"""What a report is: rows, figures, and in words how each figure comes about."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from company.numbers import ZONE
from engine.errors import Text

Row = dict[str, Any]
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a report; ``kind`` says how its values are to be read.

    Kinds: text, integer, number, share (0 to 1), money (fen), date, moment, flag,
    people.
    """

    name: str
    title: Text
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a report, with its definition; None where nothing is counted."""

    name: str
    title: Text
    definition: Text
    value: Any
    kind: str = "integer"


@dataclass(frozen=True, slots=True)
class Window:
    """The days that a report covers, in China; open where a day is left out.

    ``until`` is the last day, inclusive.
    """

    since: date | None = None
    until: date | None = None

    def bounds(self, column: Any) -> list[ColumnElement[bool]]:
        """Return the conditions that a moment lies in the window."""
        found: list[ColumnElement[bool]] = []
        if self.since is not None:
            found.append(column >= _midnight(self.since))
        if self.until is not None:
            end = datetime.combine(self.until, time.max, ZONE)
            found.append(column <= end)
        return found

    def days(self, column: Any) -> list[ColumnElement[bool]]:
        """Return the conditions that a day lies in the window."""
        found: list[ColumnElement[bool]] = []
        if self.since is not None:
            found.append(column >= self.since)
        if self.until is not None:
            found.append(column <= self.until)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report as it was asked for at one moment."""

    name: str
    title: Text
    definition: Text
    columns: Sequence[Column]
    rows: Sequence[Row]
    figures: Sequence[Figure] = field(default_factory=tuple)


Make = Callable[[Session, Window], Report]


def share(part: int, whole: int) -> float | None:
    """Return a share, rounded; None of nothing."""
    return round(part / whole, _DIGITS) if whole else None


def mean(values: Iterable[float]) -> float | None:
    """Return the arithmetic mean, rounded; None of nothing."""
    known = list(values)
    return round(sum(known) / len(known), _DIGITS) if known else None


def columns(given: Mapping[str, tuple[str, str, str]]) -> tuple[Column, ...]:
    """Return columns from ``name: (zh, en, kind)``."""
    return tuple(
        Column(name, Text(en, zh), kind) for name, (zh, en, kind) in given.items()
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
