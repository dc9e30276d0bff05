"""The workbook in which customers that are served already are listed.

It is made from the template beside this file, which also says what each cell may
hold; a file that comes back is read by the same template.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from company import import_check, import_files
from company.import_files import TableRows, UnreadableFileError
from engine import templates
from engine.documents import XLSX
from engine.errors import InvalidInputError, Problem, Text
from engine.rendering import specification, workbook

SHEET = "客户项目"
MOST_ROWS = 200
_TEMPLATE = "opening_sheet.xlsx.toml"
_MONEY = "money"
_FEN = 100


class SheetUnreadableError(InvalidInputError):
    """The file is no workbook made from the template."""

    code = "opening-sheet-unreadable"

    def __init__(self) -> None:
        text = Text(
            f"This is no workbook with a sheet {SHEET}; fill in the template that "
            "the server offers",
            f"文件不是含有“{SHEET}”工作表的xlsx文件;请下载模板填写",
        )
        super().__init__(text.en, text.zh, (Problem("/file", self.code, text),))


class SheetTooLongError(InvalidInputError):
    """The workbook lists more than can be taken over at once."""

    code = "opening-sheet-too-long"

    def __init__(self) -> None:
        text = Text(
            f"At most {MOST_ROWS} rows are taken over at once; split the file",
            f"一次最多导入{MOST_ROWS}行,请拆分文件",
        )
        super().__init__(text.en, text.zh, (Problem("/file", self.code, text),))


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row as it was filled in: heading → value, and what cells do not fit.

    Dates are dates, amounts integer fen, all else text; empty cells are left out.
    ``problems`` are ``(heading, what is wrong in Chinese)``.
    """

    number: int
    values: Mapping[str, Any]
    problems: tuple[tuple[str, str], ...]


def template(now: datetime) -> bytes:
    """Return the workbook to fill in, with what each cell may hold."""
    values = {"project": {"number": ""}, "now": now.isoformat()}
    return workbook.render(_source(), values)


def rows(content: bytes) -> list[SheetRow]:
    """Return the rows that are filled in.

    Raises:
        SheetUnreadableError: It is no such workbook, or nothing is filled in.
        SheetTooLongError: There are more rows than fit into one import.
    """
    try:
        tables = import_files.read(SHEET, XLSX, content, [SHEET])
    except UnreadableFileError as error:
        raise SheetUnreadableError from error
    found = list(_rows(tables[0])) if tables else []
    if not found:
        raise SheetUnreadableError
    if len(found) > MOST_ROWS:
        raise SheetTooLongError
    return found


def _rows(table: TableRows) -> Iterator[SheetRow]:
    wrong: dict[int, list[tuple[str, str]]] = {}
    for problem in import_check.check(table, _columns()):
        found = problem["column"], problem["problem"]
        wrong.setdefault(problem["row"], []).append(found)
    everywhere = wrong.get(0, [])
    for number, cells in table:
        known = tuple(everywhere + wrong.get(number, []))
        broken = {heading for heading, _ in known}
        values = {
            column.title: _value(column, cells[place])
            for column in _columns()
            if column.title not in broken
            and (place := _place(table, column.title)) is not None
            and place < len(cells)
            and not import_files.is_blank(cells[place])
        }
        yield SheetRow(number, values, known)


def _place(table: TableRows, heading: str) -> int | None:
    return table.headings.index(heading) if heading in table.headings else None


def _value(column: specification.Column, value: Any) -> Any:
    text = str(value).strip()
    if column.kind == "date":
        if isinstance(value, datetime):
            return value.date()
        return value if isinstance(value, date) else _day(text)
    if column.kind == _MONEY:
        return int((Decimal(text.replace(",", "")) * _FEN).to_integral_value())
    if column.kind == "integer":
        return int(Decimal(text.replace(",", "")))
    return text


def _day(text: str) -> date:
    return date.fromisoformat(text.replace("/", "-")[:10])


@cache
def _source() -> templates.Source:
    text = Path(__file__).with_name(_TEMPLATE).read_text(encoding="utf-8")
    return templates.Source(_TEMPLATE, hashlib.sha256(text.encode()).hexdigest(), text)


@cache
def _columns() -> tuple[specification.Column, ...]:
    return tuple(specification.read(_source()).columns["rows"])
