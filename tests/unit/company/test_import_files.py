"""Files that customers fill in: what is a table, what a row, and what is wrong."""

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from company import import_check, import_files
from engine.documents import XLSX
from engine.rendering.specification import Column

COLUMNS = (
    Column(title="编码", length=6, required=True),
    Column(title="单位", kind="choice", choices=["件", "盒"]),
    Column(title="数量", kind="integer", minimum=0),
    Column(title="单价", kind="money"),
    Column(title="效期", kind="date"),
)
HEADINGS = tuple(column.title for column in COLUMNS)


def workbook(**sheets: list[tuple[Any, ...]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def problems(*rows: tuple[Any, ...], headings: tuple[str, ...] = HEADINGS) -> list[Any]:
    table = import_files.TableRows("商品", headings, 2, rows)
    return [
        (found["row"], found["column"], found["problem"])
        for found in import_check.check(table, COLUMNS)
    ]


def test_sheets_that_are_wanted_are_tables() -> None:
    content = workbook(
        商品=[("商品资料", None), ("编码 *", "单位"), ("SP1", "件"), (None, None)],
        说明=[("编码", "单位"), ("x", "y")],
    )

    (table,) = import_files.read("数据.xlsx", XLSX, content, ["商品", "库存"])

    assert table.headings == ("编码", "单位")
    assert [(number, row[0]) for number, row in table] == [(3, "SP1")]


def test_template_says_where_its_rows_begin() -> None:
    """Hints and example of our own template are no data."""
    content = workbook(
        商品=[("编码", "单位"), ("必填", "列表"), ("SP0001", "件"), ("SP1", "盒")],
        _meta=[("first_row", "4")],
    )

    (table,) = import_files.read("数据.xlsx", XLSX, content, ["商品"])

    assert [(number, row[0]) for number, row in table] == [(4, "SP1")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv_is_the_table_of_its_name(encoding: str) -> None:
    content = "编码,单位\r\nSP1,件\r\n".encode(encoding)

    (table,) = import_files.read("商品.csv", import_files.CSV, content, ["商品"])

    assert list(table) == [(2, ("SP1", "件"))]


def test_file_that_is_no_spreadsheet_is_said_so() -> None:
    with pytest.raises(import_files.UnreadableFileError):
        import_files.read("数据.xlsx", XLSX, b"PK\x03\x04 broken", ["商品"])


def test_scan_holds_no_table() -> None:
    assert import_files.read("扫描.pdf", "application/pdf", b"%PDF", ["商品"]) == []


def test_fitting_rows_have_no_problem() -> None:
    assert not problems(
        ("SP1", "件", 3, "1,200.50", date(2027, 1, 31)),
        ("SP2", None, "7", 5, "2027/02/28"),
    )


@pytest.mark.parametrize(
    ("place", "value", "column", "problem"),
    [
        (0, " ", "编码", "必填项为空"),
        (0, "SP00001", "编码", "超过6个字符"),
        (1, "箱", "单位", "“箱”不在可选值内"),
        (2, "三", "数量", "“三”不是数字"),
        (2, "1.5", "数量", "“1.5”不是整数"),
        (2, -1, "数量", "小于最小值0"),
        (2, "NaN", "数量", "“NaN”不是数字"),
        (4, "明年", "效期", "“明年”不是日期"),
    ],
)
def test_cell_that_does_not_fit_is_named(
    place: int, value: Any, column: str, problem: str
) -> None:
    row: list[Any] = ["SP1", "件", 3, 5, "2027-01-31"]
    row[place] = value

    assert problems(("SP0", "件", 1, 1, None), tuple(row)) == [(3, column, problem)]


def test_missing_required_column_is_named_once() -> None:
    assert problems(("件",), ("盒",), headings=("单位",)) == [(0, "编码", "缺少该列")]


def test_report_stops_at_a_readable_length() -> None:
    rows = [("", "箱", "x", "y", "z")] * 1000

    assert len(problems(*rows)) == import_check.MOST
