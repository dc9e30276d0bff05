"""A workbook template and values become a spreadsheet."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from engine import templates
from engine.rendering import gantt, sheets
from engine.rendering.specification import Column, Sheet, read
from engine.rendering.specification import Workbook as Specification

META = "_meta"
_LONGEST_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))


def render(source: templates.Source, values: Mapping[str, Any]) -> bytes:
    """Return the XLSX file of a workbook template with values filled in.

    A hidden sheet ``_meta`` says which template made it, so that what comes back
    filled in can be told apart and checked.

    Raises:
        TemplateFailedError: A value is missing, or the template is wrong.
    """
    wanted = read(source)
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.title = wanted.title
    book.properties.creator = "Fuwu"
    codes = sheets.Codes()
    for sheet, known in _each(source, wanted, values):
        _write(book, source, wanted, sheet, known, codes)
    codes.write(book)
    _write_meta(book, source, wanted, values)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _each(
    source: templates.Source, wanted: Specification, values: Mapping[str, Any]
) -> Iterator[tuple[Sheet, dict[str, Any]]]:
    for sheet in wanted.sheets:
        if not sheet.for_each:
            yield sheet, dict(values)
            continue
        for item in templates.evaluate(source, sheet.for_each, values) or []:
            yield sheet, {**values, "item": item}


def _write(
    book: Workbook,
    source: templates.Source,
    wanted: Specification,
    sheet: Sheet,
    values: dict[str, Any],
    codes: sheets.Codes,
) -> None:
    page = book.create_sheet(_name(book, templates.line(source, sheet.name, values)))
    columns = _columns(source, wanted, sheet, values)
    head = [templates.line(source, text, values) for text in sheet.head]
    below = sheets.write_head(page, head, len(columns))
    if sheet.rows:
        rows = _rows(source, sheet, values)
        below = sheets.write_table(page, below, columns, _cells(source, columns, rows))
        if not rows and sheet.empty:
            page.cell(below, 1, sheet.empty)
        if sheet.gantt is not None:
            _write_gantt(book, source, sheet.gantt, rows, head)
    else:
        sheets.write_form(page, below, columns, sheet.blank_rows, codes)
    if sheet.protect:
        sheets.protect(page, columns)


def _columns(
    source: templates.Source,
    wanted: Specification,
    sheet: Sheet,
    values: Mapping[str, Any],
) -> Sequence[Column]:
    if not sheet.columns_of:
        return sheet.columns
    name = str(templates.evaluate(source, sheet.columns_of, values))
    found = wanted.columns.get(name) or wanted.columns.get("default")
    if not found:
        raise templates.TemplateFailedError(source.name, f"no columns for {name}")
    return found


def _rows(
    source: templates.Source, sheet: Sheet, values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    found = templates.evaluate(source, sheet.rows, values) or []
    return [
        {**values, "row": row, "index": index} for index, row in enumerate(found, 1)
    ]


def _cells(
    source: templates.Source,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
) -> list[list[Any]]:
    return [
        [
            sheets.typed(column, templates.evaluate(source, column.value, row))
            for column in columns
        ]
        for row in rows
    ]


def _write_gantt(
    book: Workbook,
    source: templates.Source,
    wanted: Any,
    rows: Sequence[Mapping[str, Any]],
    head: Sequence[str],
) -> None:
    bars = [
        gantt.bar(
            *(
                templates.evaluate(source, text, row)
                for text in (wanted.label, wanted.start, wanted.finish)
            )
        )
        for row in rows
    ]
    gantt.write(book.create_sheet(_name(book, "甘特图")), bars, head)


def _write_meta(
    book: Workbook,
    source: templates.Source,
    wanted: Specification,
    values: Mapping[str, Any],
) -> None:
    page: Worksheet = book.create_sheet(META)
    page.sheet_state = "hidden"
    facts = {
        "title": wanted.title,
        "template": source.name,
        "template_digest": source.digest,
        "project": values["project"]["number"],
        "made_at": values["now"],
        "sheets": "\n".join(
            name for name in book.sheetnames if not name.startswith("_")
        ),
        "first_row": str(sheets.FIRST_FORM_ROW),
    }
    for row in facts.items():
        page.append(list(row))


def _name(book: Workbook, wanted: str) -> str:
    """Return a sheet name that the file format permits and that is still free."""
    plain = wanted.translate(_FORBIDDEN).strip("' ")[:_LONGEST_NAME] or "Sheet"
    name, number = plain, 1
    while name in book.sheetnames:
        number += 1
        end = f"({number})"
        name = plain[: _LONGEST_NAME - len(end)] + end
    return name
