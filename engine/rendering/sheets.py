"""Tables and forms on a sheet: headings, widths, types, and what may be filled in."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from engine.rendering import printing
from engine.rendering.specification import Column

FIRST_FORM_ROW = 4
"""The first row to be filled in, where a form has no lines above its table."""

_CODES = "_codes"
_FONT = "Noto Sans CJK SC"
_HEAD_FILL = PatternFill("solid", fgColor="FF1F4E79")
_REQUIRED_FILL = PatternFill("solid", fgColor="FF8B1A1A")
_HINT_FILL = PatternFill("solid", fgColor="FFEDEDED")
_MISSING = DifferentialStyle(fill=PatternFill("solid", bgColor="FFFFC7CE"))
_LINE = Side(style="thin", color="FFBFBFBF")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_FORMATS = {
    "date": "yyyy-mm-dd",
    "money": "#,##0.00",
    "integer": "0",
    "decimal": "0.####",
    "text": "@",
    "choice": "@",
}
_KINDS = {
    "text": "文本",
    "integer": "整数",
    "decimal": "数字",
    "money": "金额",
    "date": "日期(年-月-日)",
    "choice": "从列表选择",
}
_FEN = 100
_NARROWEST, _WIDEST = 8.0, 44.0


class Codes:
    """Lists of choices on a hidden sheet; a cell's own list has at most 255 signs."""

    def __init__(self) -> None:
        self._lists: list[tuple[str, ...]] = []

    def reference(self, choices: Sequence[str]) -> str:
        """Return the formula of the range that holds ``choices``."""
        wanted = tuple(choices)
        if wanted not in self._lists:
            self._lists.append(wanted)
        letter = get_column_letter(self._lists.index(wanted) + 1)
        return f"{quote_sheetname(_CODES)}!${letter}$1:${letter}${len(wanted)}"

    def write(self, book: Workbook) -> None:
        """Write all lists; the sheet is there only if there are any."""
        if not self._lists:
            return
        page = book.create_sheet(_CODES)
        page.sheet_state = "hidden"
        for column, choices in enumerate(self._lists, 1):
            for row, choice in enumerate(choices, 1):
                page.cell(row, column, choice)


def put(page: Worksheet, row: int, column: int, value: Any) -> Cell:
    """Write a value; a text that begins like a formula stays a text."""
    cell: Cell = page.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type, cell.quotePrefix = "s", value.startswith(("=", "+", "-", "@"))
    return cell


def write_head(page: Worksheet, lines: Sequence[str], width: int) -> int:
    """Write lines above the table; return the row in which the table begins."""
    for row, line in enumerate(lines, 1):
        cell = put(page, row, 1, line)
        cell.font = Font(name=_FONT, bold=row == 1, size=14 if row == 1 else 10)
        cell.alignment = Alignment(horizontal="center" if row == 1 else "left")
        page.merge_cells(
            start_row=row, end_row=row, start_column=1, end_column=max(width, 1)
        )
    return len(lines) + 1


def write_table(
    page: Worksheet, top: int, columns: Sequence[Column], rows: Sequence[Sequence[Any]]
) -> int:
    """Write headings and rows; return the row below."""
    _write_headings(page, top, columns)
    for offset, values in enumerate(rows, 1):
        for number, (column, value) in enumerate(zip(columns, values, strict=True), 1):
            cell = put(page, top + offset, number, value)
            _style(cell, column)
    shown = [[_shown(value) for value in values] for values in rows]
    _set_widths(page, columns, shown)
    page.freeze_panes = f"A{top + 1}"
    page.auto_filter.ref = (
        f"A{top}:{get_column_letter(len(columns))}{top + max(len(rows), 1)}"
    )
    printing.on_a4(page, top)
    return top + len(rows) + 1


def write_form(
    page: Worksheet,
    top: int,
    columns: Sequence[Column],
    blank_rows: int,
    codes: Codes,
) -> None:
    """Write headings, hints, an example, and rows in which only fitting values go."""
    _write_headings(page, top, columns)
    first, last = top + 3, top + 2 + blank_rows
    for number, column in enumerate(columns, 1):
        hint = page.cell(top + 1, number, _hint(column))
        hint.fill, hint.border = _HINT_FILL, _BOX
        hint.font = Font(name=_FONT, size=9, color="FF595959")
        hint.alignment = Alignment(wrap_text=True, vertical="top")
        example = put(page, top + 2, number, _example(column))
        _style(example, column)
        example.font = Font(name=_FONT, size=10, italic=True, color="FF7F7F7F")
        if blank_rows:
            _restrict(page, number, column, (first, last), codes)
    if blank_rows:
        _mark_missing(page, columns, first, last)
    _set_widths(page, columns, [])
    page.row_dimensions[top + 1].height = 42
    page.freeze_panes = f"A{first}"
    printing.on_a4(page, top)


def protect(page: Worksheet, columns: Sequence[Column]) -> None:
    """Let only the rows that are to be filled in be changed."""
    for number in range(1, len(columns) + 1):
        # Whole columns: styling each cell would make the file large and slow. The
        # cells above have a style of their own and stay locked.
        column = page.column_dimensions[get_column_letter(number)]
        column.protection = Protection(locked=False)
    page.protection.sheet = True
    page.protection.formatColumns = False
    page.protection.formatRows = False


def typed(column: Column, value: Any) -> Any:
    """Return a value as the cell is to hold it: dates as dates, fen as yuan."""
    if value in (None, ""):
        return None
    if column.kind == "date":
        return date.fromisoformat(str(value)[:10])
    if column.kind == "money":
        return round(float(value) / _FEN, 2)
    if column.kind in ("integer", "decimal"):
        return value
    return ("是" if value else "否") if isinstance(value, bool) else str(value)


def _write_headings(page: Worksheet, row: int, columns: Sequence[Column]) -> None:
    for number, column in enumerate(columns, 1):
        mark = "*" if column.required else ""
        cell = page.cell(row, number, column.title + mark)
        cell.fill = _REQUIRED_FILL if column.required else _HEAD_FILL
        cell.font = Font(name=_FONT, bold=True, color="FFFFFFFF", size=10)
        cell.alignment = Alignment(horizontal="center", vertical="center")
        cell.border = _BOX
    page.row_dimensions[row].height = 22


def _style(cell: Any, column: Column) -> None:
    cell.font = Font(name=_FONT, size=10)
    cell.border = _BOX
    cell.number_format = _FORMATS[column.kind]
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _hint(column: Column) -> str:
    parts = [_KINDS[column.kind]]
    if column.length:
        parts.append(f"最长{column.length}")
    parts.append("必填" if column.required else "选填")
    return "·".join(parts) + (f"\n{column.hint}" if column.hint else "")


def _example(column: Column) -> Any:
    if column.kind == "date" and column.example:
        return date.fromisoformat(column.example)
    if column.kind in ("integer", "decimal", "money") and column.example:
        return float(column.example)
    return column.example or None


def _restrict(
    page: Worksheet,
    number: int,
    column: Column,
    rows: tuple[int, int],
    codes: Codes,
) -> None:
    letter = get_column_letter(number)
    cells = f"{letter}{rows[0]}:{letter}{rows[1]}"
    if rule := _rule(column, codes):
        rule.showErrorMessage = True
        rule.errorTitle, rule.error = column.title, _hint(column)
        page.add_data_validation(rule)
        rule.add(cells)
    page.column_dimensions[letter].number_format = _FORMATS[column.kind]


def _rule(column: Column, codes: Codes) -> DataValidation | None:
    blank = not column.required
    if column.kind == "choice":
        return DataValidation(
            type="list", formula1=codes.reference(column.choices), allow_blank=blank
        )
    if column.kind == "date":
        return DataValidation(
            type="date",
            operator="greaterThanOrEqual",
            formula1="DATE(1990,1,1)",
            allow_blank=blank,
        )
    if column.kind in ("integer", "decimal", "money"):
        return DataValidation(
            type="whole" if column.kind == "integer" else "decimal",
            operator="greaterThanOrEqual",
            formula1=f"{column.minimum if column.minimum is not None else -1e12:g}",
            allow_blank=blank,
        )
    if column.length:
        return DataValidation(
            type="textLength",
            operator="lessThanOrEqual",
            formula1=str(column.length),
            allow_blank=blank,
        )
    return None


def _mark_missing(
    page: Worksheet, columns: Sequence[Column], first: int, last: int
) -> None:
    """Colour required cells that are empty in rows where something is filled in."""
    end = get_column_letter(len(columns))
    for number, column in enumerate(columns, 1):
        if column.required:
            letter = get_column_letter(number)
            formula = f'AND({letter}{first}="",COUNTA($A{first}:${end}{first})>0)'
            page.conditional_formatting.add(
                f"{letter}{first}:{letter}{last}",
                Rule(type="expression", formula=[formula], dxf=_MISSING),
            )


def _set_widths(
    page: Worksheet, columns: Sequence[Column], rows: Sequence[Sequence[str]]
) -> None:
    for number, column in enumerate(columns, 1):
        texts = [column.title + "*", column.example]
        texts += [row[number - 1] for row in rows]
        wanted = column.width or max(_width(text) for text in texts) + 3
        page.column_dimensions[get_column_letter(number)].width = min(
            _WIDEST, max(_NARROWEST, wanted)
        )


def _width(text: str) -> float:
    """Return how wide a text is; Chinese characters take two places."""
    lines = text.split("\n")
    return max(sum(1 if sign.isascii() else 2.1 for sign in line) for line in lines)


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
