"""Judging imported rows by the columns of the template, cell by cell."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from company.import_files import TableRows, is_blank
from engine.rendering.specification import Column

Problem = dict[str, Any]
_NUMBERS = frozenset({"integer", "decimal", "money"})
MOST = 500
"""Problems that a report names; more are counted only by being too many."""


def check(table: TableRows, columns: Sequence[Column]) -> list[Problem]:
    """Return what is wrong: ``{table, row, column, problem}``, in order of rows.

    Without columns (the template knows no such table) any row will do.
    """
    places = {title: place for place, title in enumerate(table.headings) if title}
    found = list(_missing_columns(table, columns, places))
    for number, row in table:
        for column in columns:
            place = places.get(column.title)
            if place is None:
                continue
            value = row[place] if place < len(row) else None
            if wrong := _judge(column, value):
                found.append(_problem(table, number, column.title, wrong))
        if len(found) >= MOST:
            break
    return found[:MOST]


def summary(
    table: TableRows, columns: Sequence[Column], problems: Sequence[Problem]
) -> dict[str, Any]:
    """Return what a table held: ``{table, rows, problems, totals}``.

    ``totals`` are control totals: the sum of each column of numbers, as text.
    """
    numbers = {column.title for column in columns if column.kind in _NUMBERS}
    places = {t: place for place, t in enumerate(table.headings) if t in numbers}
    sums = dict.fromkeys(places, Decimal(0))
    rows = 0
    for _, row in table:
        rows += 1
        for title, place in places.items():
            sums[title] += _number(row[place] if place < len(row) else None)
    return {
        "table": table.name,
        "rows": rows,
        "problems": len(problems),
        "totals": {title: f"{total:f}" for title, total in sums.items()},
    }


def _number(value: Any) -> Decimal:
    """Return a cell's number; what is none adds nothing, it is a problem elsewhere."""
    try:
        number = Decimal(str(value or 0).strip().replace(",", ""))
    except InvalidOperation:
        return Decimal(0)
    return number if number.is_finite() else Decimal(0)


def _missing_columns(
    table: TableRows, columns: Sequence[Column], places: dict[str, int]
) -> Iterator[Problem]:
    for column in columns:
        if column.required and column.title not in places:
            yield _problem(table, 0, column.title, "缺少该列")


def _judge(column: Column, value: Any) -> str:
    """Return what is wrong with a cell, or nothing."""
    if is_blank(value):
        return "必填项为空" if column.required else ""
    text = str(value).strip()
    if column.length is not None and len(text) > column.length:
        return f"超过{column.length}个字符"
    if column.choices and text not in column.choices:
        return f"“{text}”不在可选值内"
    if column.kind == "date":
        return "" if _is_date(value) else f"“{text}”不是日期"
    if column.kind in _NUMBERS:
        return _judge_number(column, text)
    return ""


def _judge_number(column: Column, text: str) -> str:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        return f"“{text}”不是数字"
    if column.kind == "integer" and number != number.to_integral_value():
        return f"“{text}”不是整数"
    if column.minimum is not None and number < Decimal(str(column.minimum)):
        return f"小于最小值{column.minimum:g}"
    return ""


def _is_date(value: Any) -> bool:
    if isinstance(value, date | datetime):
        return True
    try:
        date.fromisoformat(str(value).strip().replace("/", "-")[:10])
    except ValueError:
        return False
    return True


def _problem(table: TableRows, row: int, column: str, problem: str) -> Problem:
    return {"table": table.name, "row": row, "column": column, "problem": problem}
