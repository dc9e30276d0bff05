"""What a browser posts of a form, turned into the values that the form asks for.

Names are flat: ``milestones.0.start``. What cannot be read as its field's type stays
as it was typed, so that the form says what is wrong and shows it again.

Money is typed in yuan and stored in fen: spaces, thousands separators, a leading ``¥``
and a trailing ``元`` are ignored, full-width digits read like others; the rest is one
decimal number with at most two places, multiplied by 100 exactly.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.forms import Field, Form, Kind, Shape

Pairs = Iterable[tuple[str, str]]

_ZONE = ZoneInfo("Asia/Shanghai")
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,9})?")
_AMOUNT = re.compile(r"[+-]?\d{1,15}(\.\d{1,2})?")
_COUNT = re.compile(r"0|[1-9]\d{0,14}")
_MOST_ROWS = 1000


@dataclass(slots=True)
class _Node:
    """The texts that were posted under one name, and under names that continue it."""

    texts: list[str] = field(default_factory=list)
    parts: dict[str, "_Node"] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The last text that says something."""
        return next((text for text in reversed(self.texts) if text.strip()), "")

    def rows(self) -> list["_Node"]:
        """The numbered parts in their order, whatever is missing in between."""
        numbers = sorted(
            (int(name), node) for name, node in self.parts.items() if name.isdecimal()
        )
        return [node for _, node in numbers]


def values_of(form: Form, pairs: Pairs) -> dict[str, Any]:
    """Return the answers in a post; names that the form does not have are left out."""
    root = _Node()
    for name, text in pairs:
        node = root
        for part in name.split("."):
            node = node.parts.setdefault(part, _Node())
        node.texts.append(text)
    return _record(form.shape, root)


def with_row(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the values with an empty row at the end of a list, as typed on."""
    changed = dict(values)
    rows = list(changed.get(name) or ())
    if len(rows) < _MOST_ROWS:
        changed[name] = [*rows, None]
    return changed


def without_row(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the values without one row: ``milestones.2``; or without a file."""
    field_name, _, number = name.rpartition(".")
    changed = dict(values)
    if not field_name:
        changed.pop(name, None)
        return changed
    rows = list(changed.get(field_name) or ())
    if number.isdecimal() and int(number) < len(rows):
        del rows[int(number)]
        changed[field_name] = rows
    return changed


def fen(text: str) -> int | None:
    """Return an amount typed in yuan as fen, or None where it is none.

    >>> fen("¥168,000.5")
    16800050
    """
    plain = _plain(text).lstrip("¥").rstrip("元").replace(",", "").strip()
    return int(Decimal(plain) * 100) if _AMOUNT.fullmatch(plain) else None


def yuan(amount: int) -> str:
    """Return fen as somebody types them in yuan: ``168000.50``."""
    sign, cents = ("-" if amount < 0 else ""), abs(amount)
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def _record(shape: Shape, node: _Node) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, each in shape.every().items():
        if each.fixed:
            continue
        part = node.parts.get(name, _Node())
        value = _value(each, part)
        if value is not None:
            found[name] = value
    shown = shape.at(found).fields
    return {name: value for name, value in found.items() if name in shown}


def _value(asked: Field, node: _Node) -> Any:
    if asked.kind is Kind.LIST and asked.item is not None:
        return _rows(asked.item, node)
    if asked.shape is not None:
        return _record(asked.shape, node) or None
    if asked.kind is Kind.JSON and node.parts:
        return _parts(node) or None
    text = node.text
    if not text:
        return None
    return text if asked.kind is Kind.PASSWORD else _read(asked, text)


def _parts(node: _Node) -> dict[str, Any]:
    """Return texts by their names; whole numbers are numbers."""
    pairs = ((row.parts.get("name"), row.parts.get("text")) for row in node.rows())
    return {
        name.text: _count(text.text)
        for name, text in pairs
        if name is not None and text is not None and text.text
    }


def _count(text: str) -> int | str:
    return int(text) if _COUNT.fullmatch(text) else text


def _rows(item: Field, node: _Node) -> list[Any]:
    """Rows without any answer are not there: the page always offers an empty one."""
    rows = [_value(item, row) for row in node.rows()[:_MOST_ROWS]]
    rows += [_read(item, text) for text in node.texts if text.strip()]
    return [row for row in rows if row not in (None, {})]


def _read(asked: Field, text: str) -> Any:
    if asked.kind is Kind.CHOICE:
        return next((c.value for c in asked.choices if str(c.value) == text), text)
    reader = _READERS.get(asked.kind)
    value = reader(text) if reader else text
    return text if value is None else value


def _integer(text: str) -> int | None:
    plain = _plain(text)
    return int(plain) if _INTEGER.fullmatch(plain) else None


def _number(text: str) -> int | float | None:
    plain = _plain(text)
    if not _NUMBER.fullmatch(plain):
        return None
    number = Decimal(plain)
    return int(number) if number == number.to_integral_value() else float(number)


def _boolean(text: str) -> bool | None:
    return {"true": True, "on": True, "false": False}.get(text)


def _date(text: str) -> str:
    return _plain(text).replace("/", "-")


def _moment(text: str) -> str | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    local = moment if moment.tzinfo else moment.replace(tzinfo=_ZONE)
    return local.isoformat()


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-")


_READERS: Mapping[Kind, Callable[[str], Any]] = {
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.MONEY: fen,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.DATE_TIME: _moment,
    Kind.JSON: _json,
    Kind.USER: str.strip,
    Kind.DOCUMENT: str.strip,
}
