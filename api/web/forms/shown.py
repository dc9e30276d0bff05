"""What a page shows of a case beside the fields: values with titles, ready to read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from api.web.rendering import day, moment, money
from engine.errors import Text
from engine.forms import Field, Kind, Shown

_ZONE = ZoneInfo("Asia/Shanghai")
_ROUNDS = ("_list", "_previous")
_PEOPLE = frozenset(
    {"completed_by", "sales_manager", "manager", "agent", "user", "raised_by"}
)
_MOMENTS = frozenset({"completed_at", "at"})
_AMOUNTS = frozenset({"standard_amount", "unit_price", "fee", "quote", "amount"})
_LEFT_OUT = frozenset({"sha256", "mediaType", "size"})


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as it is read; ``href`` is set where it leads to a document."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Something shown: one value, several, named ones, or a table.

    Exactly one of ``cells``, ``facts`` and ``rows`` holds anything.
    """

    title: str
    cells: tuple[Cell, ...] = ()
    facts: tuple[tuple[str, "Block"], ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple["Block", ...], ...] = ()


class Reader:
    """Turns values of process data into blocks for one reader.

    Args:
        language: ``zh`` or ``en``.
        labels: What forms say of names and paths (`engine.forms.labels`).
        words: Titles of other names, such as ``stage``.
        people: Account → name.
    """

    def __init__(
        self,
        language: str,
        labels: Mapping[str, Field],
        words: Callable[[str], Text | None],
        people: Mapping[str, str],
    ) -> None:
        self._language = language
        self._labels = labels
        self._words = words
        self._people = people

    def blocks(self, shown: Iterable[tuple[Shown, Any]]) -> tuple[Block, ...]:
        """Return what a form shows (`Form.shown`)."""
        return tuple(
            self.block(
                item.title.to(self._language), value, *self._meant(item.value.text)
            )
            for item, value in shown
        )

    def block(
        self, title: str, value: Any, asked: Field | None = None, name: str = ""
    ) -> Block:
        """Return one value; ``asked`` is the field that it answered, if known."""
        if isinstance(value, list) and value and all(map(_is_record, value)):
            return self._table(title, value, asked)
        if isinstance(value, list):
            item = asked.item if asked and asked.kind is Kind.LIST else asked
            cells = tuple(self._cell(each, item, name) for each in value)
            return Block(title=title, cells=cells)
        if _is_record(value):
            return self._facts(title, value, asked)
        return Block(title=title, cells=(self._cell(value, asked, name),))

    def _meant(self, expression: str) -> tuple[Field | None, str]:
        path = expression.strip()
        name = path.rpartition(".")[2]
        for ending in _ROUNDS:
            if path.endswith(ending):
                return self._labels.get(path.removesuffix(ending)), name
        return self._labels.get(path), name

    def _facts(
        self, title: str, value: Mapping[str, Any], asked: Field | None
    ) -> Block:
        fields = _fields(asked)
        facts = tuple(
            (
                self._title(name, fields),
                self.block("", each, self._field(name, fields), name),
            )
            for name, each in _named(value, fields)
            if each not in (None, "", [], {})
        )
        return Block(title=title, facts=facts)

    def _table(
        self, title: str, rows: Sequence[Mapping[str, Any]], asked: Field | None
    ) -> Block:
        item = asked.item if asked and asked.kind is Kind.LIST else asked
        fields = _fields(item)
        names = [name for name in _names(rows, fields) if name not in _LEFT_OUT]
        return Block(
            title=title,
            columns=tuple(self._title(name, fields) for name in names),
            rows=tuple(
                tuple(
                    self.block("", row.get(name), self._field(name, fields), name)
                    for name in names
                )
                for row in rows
            ),
        )

    def _title(self, name: str, fields: Mapping[str, Field]) -> str:
        if name in fields:
            return fields[name].title.to(self._language)
        if word := self._words(name):
            return word.to(self._language)
        known = self._labels.get(name)
        return known.title.to(self._language) if known else name

    def _field(self, name: str, fields: Mapping[str, Field]) -> Field | None:
        return fields.get(name) or self._labels.get(name)

    def _cell(self, value: Any, asked: Field | None, name: str) -> Cell:
        if value is None or value == "":
            return Cell("")
        if _is_document(value):
            key = str(value["documentId"])
            return Cell(str(value.get("fileName") or key), f"/documents/{key}")
        if name == "document_id":
            return Cell(str(value), f"/documents/{value}")
        return Cell(self._text(value, asked, name))

    def _text(self, value: Any, asked: Field | None, name: str) -> str:
        kind = asked.kind if asked else None
        if isinstance(value, bool):
            return _yes_no(value, self._language)
        if isinstance(value, int) and (kind is Kind.MONEY or name in _AMOUNTS):
            return money(value)
        if kind is Kind.USER or name in _PEOPLE:
            return self._people.get(str(value), str(value))
        if kind is Kind.DATE_TIME or name in _MOMENTS:
            return _moment(str(value), self._language)
        if kind is Kind.DATE:
            return day(str(value), self._language)
        for choice in asked.choices if asked else ():
            if choice.value == value:
                return choice.title.to(self._language)
        return str(value)


def _fields(asked: Field | None) -> Mapping[str, Field]:
    return asked.shape.every() if asked is not None and asked.shape is not None else {}


def _named(
    value: Mapping[str, Any], fields: Mapping[str, Field]
) -> Iterable[tuple[str, Any]]:
    for name in _names([value], fields):
        if name not in _LEFT_OUT:
            yield name, value.get(name)


def _names(rows: Iterable[Mapping[str, Any]], fields: Mapping[str, Field]) -> list[str]:
    """Return the names that occur, those of the form in its order first."""
    there = dict.fromkeys(name for row in rows for name in row)
    listed = [name for name in fields if name in there]
    return list(dict.fromkeys((*listed, *there)))


def _is_record(value: Any) -> bool:
    return isinstance(value, Mapping) and not _is_document(value)


def _is_document(value: Any) -> bool:
    return isinstance(value, Mapping) and "documentId" in value


def _yes_no(value: bool, language: str) -> str:  # noqa: FBT001 - it is the value
    if language == "zh":
        return "是" if value else "否"
    return "Yes" if value else "No"


def _moment(text: str, language: str) -> str:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment(found if found.tzinfo else found.replace(tzinfo=_ZONE), language)
