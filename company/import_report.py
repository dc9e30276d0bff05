"""What an importer said of the data, as a spreadsheet: by table, then row by row."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from company.schema import DataImportRun

_HEAD = ("数据表", "行数", "问题数", "合计")
_ROWS = ("数据表", "行号", "列", "问题")
_FORMULA = ("=", "+", "-", "@")


def workbook(run: DataImportRun) -> bytes:
    """Return the report of an attempt as XLSX."""
    # Loading the library takes 0.1 s, which a start need not wait for.
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook()
    _fill(book.worksheets[0], "汇总", _HEAD, map(_table, run.summary))
    _fill(book.create_sheet(), "问题", _ROWS, map(_problem, run.problems))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _table(told: Mapping[str, Any]) -> Sequence[Any]:
    totals = told.get("totals") or {}
    words = ";".join(f"{column}={total}" for column, total in totals.items())
    return (told.get("table"), told.get("rows"), told.get("problems"), words)


def _problem(told: Mapping[str, Any]) -> Sequence[Any]:
    return tuple(told.get(name) for name in ("table", "row", "column", "problem"))


def _fill(
    sheet: Any, title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    sheet.title = title
    sheet.append(headings)
    for row in rows:
        sheet.append([_plain(value) for value in row])


def _plain(value: Any) -> Any:
    """Keep a text that a customer wrote from being taken for a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value if isinstance(value, int | str | None) else str(value)
