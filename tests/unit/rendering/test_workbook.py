"""Spreadsheets: forms with real validation, tables, Gantt charts."""

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from engine.rendering import workbook
from engine.templates import Source, TemplateFailedError

VALUES: dict[str, Any] = {
    "project": {"number": "KB-2026-001", "title": "海鹏"},
    "now": "2026-03-05T01:30:00+00:00",
    "data": {
        "tables": ["商品", "库存/批号"],
        "phases": [
            {
                "name": "安装",
                "start": "2026-03-23",
                "finish": "2026-03-27",
                "fee": 1050,
            },
            {
                "name": "培训",
                "start": "2026-03-26",
                "finish": "2026-04-03",
                "fee": None,
            },
        ],
    },
}
FORM = """\
title = "数据导入格式模板"
[[sheets]]
for_each = "data.tables"
name = "{{ item }}"
columns_of = "item"
blank_rows = 50
protect = true
[columns]
"商品" = [
  { title = "编码", length = 30, required = true, example = "SP01" },
  { title = "单位", kind = "choice", choices = ["盒", "袋"], required = true },
  { title = "数量", kind = "decimal", minimum = 0 },
  { title = "效期", kind = "date" },
]
default = [{ title = "名称" }]
"""
TABLE = """\
title = "进度计划表"
[[sheets]]
name = "计划"
head = ["进度计划表", "项目:{{ project.number }}"]
rows = "data.phases"
columns = [
  { title = "序号", kind = "integer", value = "index" },
  { title = "任务", value = "row.name" },
  { title = "开始", kind = "date", value = "row.start" },
  { title = "费用", kind = "money", value = "row.fee" },
]
gantt = { label = "row.name", start = "row.start", finish = "row.finish" }
"""


def _book(text, values=VALUES):
    source = Source("documents/test.xlsx.toml", "d" * 64, text)
    return load_workbook(io.BytesIO(workbook.render(source, values)))


def test_there_is_a_sheet_for_each_table_under_a_permitted_name():
    book = _book(FORM)

    assert book.sheetnames == ["商品", "库存-批号", "_codes", "_meta"]
    assert [book[name].sheet_state for name in ("_codes", "_meta")] == ["hidden"] * 2


def test_heading_stays_in_sight_and_marks_what_is_required():
    sheet = _book(FORM)["商品"]

    assert [cell.value for cell in sheet[1]] == ["编码*", "单位*", "数量", "效期"]
    assert sheet["A2"].value == "文本·最长30·必填"
    assert sheet["A3"].value == "SP01"
    assert sheet.freeze_panes == "A4"


def test_only_fitting_values_can_be_filled_in():
    sheet = _book(FORM)["商品"]

    rules = {
        str(rule.sqref): (rule.type, rule.operator, rule.formula1, rule.allowBlank)
        for rule in sheet.data_validations.dataValidation
    }
    assert rules == {
        "A4:A53": ("textLength", "lessThanOrEqual", "30", False),
        "B4:B53": ("list", None, "'_codes'!$A$1:$A$2", False),
        "C4:C53": ("decimal", "greaterThanOrEqual", "0", True),
        "D4:D53": ("date", "greaterThanOrEqual", "DATE(1990,1,1)", True),
    }
    assert [cell.value for cell in _book(FORM)["_codes"]["A"]] == ["盒", "袋"]


def test_only_rows_to_fill_in_can_be_changed():
    sheet = _book(FORM)["商品"]

    assert sheet.protection.sheet
    assert [sheet[f"A{row}"].protection.locked for row in (1, 2, 3)] == [True] * 3
    assert not sheet.column_dimensions["A"].protection.locked


def test_table_that_the_catalogue_does_not_know_gets_the_usual_columns():
    sheet = _book(FORM)["库存-批号"]

    assert [cell.value for cell in sheet[1]] == ["名称"]


def test_hidden_sheet_says_which_template_made_it():
    meta = dict(_book(FORM)["_meta"].iter_rows(values_only=True))

    assert meta["template_digest"] == "d" * 64
    assert meta["project"] == "KB-2026-001"
    assert meta["sheets"] == "商品\n库存-批号"


def test_rows_are_typed_and_fen_are_shown_as_yuan():
    sheet = _book(TABLE)["计划"]

    rows = [
        tuple(getattr(value, "isoformat", lambda value=value: value)() for value in row)
        for row in sheet.iter_rows(min_row=3, values_only=True)
    ]
    assert sheet["A2"].value == "项目:KB-2026-001"
    assert rows == [
        ("序号", "任务", "开始", "费用"),
        (1, "安装", "2026-03-23T00:00:00", 10.5),
        (2, "培训", "2026-03-26T00:00:00", None),
    ]
    assert sheet["D4"].number_format == "#,##0.00"


def test_widths_follow_chinese_texts():
    sheet = _book(TABLE)["计划"]

    assert sheet.column_dimensions["B"].width >= 7
    assert sheet.column_dimensions["C"].width >= 12


def _filled(sheet, row):
    return [
        cell.column_letter
        for cell in sheet[row]
        if cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb == "FF4A6F9C"
    ]


def test_gantt_fills_the_days_from_start_to_finish():
    sheet = _book(TABLE)["甘特图"]

    assert [cell.value for cell in sheet[3]][:5] == ["任务", "开始", "完成", 23, 24]
    assert _filled(sheet, 4) == ["D", "E", "F", "G", "H"]
    assert _filled(sheet, 5) == ["G", "H", "I", "J", "K", "L", "M", "N", "O"]


def test_gantt_of_a_long_plan_counts_weeks():
    long = {
        "name": "实施",
        "start": date(2026, 1, 7).isoformat(),
        "finish": date(2026, 6, 30).isoformat(),
    }
    values = {**VALUES, "data": {"phases": [{**long, "fee": 1}]}}

    sheet = _book(TABLE, values)["甘特图"]

    assert len(_filled(sheet, 4)) == 26
    assert sheet["D3"].value == 5  # the Monday of the first week


def test_text_that_looks_like_a_formula_stays_text():
    values = {
        **VALUES,
        "data": {"phases": [{**VALUES["data"]["phases"][0], "name": "=1+1"}]},
    }

    cell = _book(TABLE, values)["计划"]["B4"]

    assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("title = 1", "title"),
        ("title = 'x'\n[[sheets]]\nname = 'a'\ncolour = 'red'", "colour"),
        ("title = ", "Invalid"),
        ("title = 'x'\n[[sheets]]\nname = '{{ nothing }}'", "nothing"),
        ("title = 'x'\n[[sheets]]\nname = 'a'\nrows = 'data.'", "data."),
    ],
)
def test_wrong_template_is_explained(text, reason):
    with pytest.raises(TemplateFailedError) as caught:
        _book(text)

    assert reason in caught.value.text.zh
