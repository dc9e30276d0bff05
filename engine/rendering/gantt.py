"""A Gantt chart on a sheet: one row for each bar, one column for each day or week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from engine.rendering import printing, sheets

_FONT = "Noto Sans CJK SC"
_BAR = PatternFill("solid", fgColor="FF4A6F9C")
_WEEKEND = PatternFill("solid", fgColor="FFF2F2F2")
_LINE = Side(style="hair", color="FFBFBFBF")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_MOST_DAYS = 93
_SATURDAY = 5
_FIRST = 4  # the columns before are name, start and finish


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that lasts from one day to another, both included."""

    label: str
    start: date
    finish: date


def bar(label: Any, start: Any, finish: Any) -> Bar:
    """Return the bar of a row; dates are ISO texts."""
    return Bar(str(label), _date(start), _date(finish))


def write(page: Worksheet, bars: Sequence[Bar], head: Sequence[str]) -> None:
    """Draw the chart; by weeks where it lasts longer than three months."""
    if head:
        sheets.put(page, 1, 1, head[0]).font = Font(name=_FONT, bold=True, size=14)
    if not bars:
        return
    first, last = min(b.start for b in bars), max(b.finish for b in bars)
    step = 1 if (last - first).days < _MOST_DAYS else 7
    begin = first if step == 1 else first - timedelta(days=first.weekday())
    columns = [
        begin + timedelta(days=offset)
        for offset in range(0, (last - begin).days + 1, step)
    ]
    _write_scale(page, columns, step)
    for row, each in enumerate(bars, 4):
        _write_bar(page, row, each, columns, step)
    page.freeze_panes = f"{get_column_letter(_FIRST)}4"
    page.column_dimensions["A"].width = 24
    page.column_dimensions["B"].width = page.column_dimensions["C"].width = 12
    printing.on_a4(page)


def _write_scale(page: Worksheet, columns: Sequence[date], step: int) -> None:
    for number, title in enumerate(("任务", "开始", "完成"), 1):
        cell = page.cell(3, number, title)
        cell.font, cell.border = Font(name=_FONT, bold=True, size=10), _BOX
    for number, day in enumerate(columns, _FIRST):
        if number == _FIRST or day.day <= step:
            month = page.cell(2, number, f"{day.year}年{day.month}月")
            month.font = Font(name=_FONT, size=9)
        cell = page.cell(3, number, day.day)
        cell.font = Font(name=_FONT, size=8)
        cell.alignment, cell.border = Alignment(horizontal="center"), _BOX
        page.column_dimensions[get_column_letter(number)].width = 2.9


def _write_bar(
    page: Worksheet, row: int, each: Bar, columns: Sequence[date], step: int
) -> None:
    facts: tuple[str | date, ...] = (each.label, each.start, each.finish)
    for number, value in enumerate(facts, 1):
        cell = sheets.put(page, row, number, value)
        cell.font, cell.border = Font(name=_FONT, size=10), _BOX
        cell.number_format = "yyyy-mm-dd"
    for number, day in enumerate(columns, _FIRST):
        place = page.cell(row, number)
        place.border = _BOX
        if day <= each.finish and day + timedelta(days=step) > each.start:
            place.fill = _BAR
        elif step == 1 and day.weekday() >= _SATURDAY:
            place.fill = _WEEKEND


def _date(value: Any) -> date:
    return date.fromisoformat(str(value)[:10])
