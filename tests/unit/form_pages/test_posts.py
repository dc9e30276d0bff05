import json

import pytest

from api.web.forms import fen, values_of, with_row, without_row, yuan
from engine.forms import read_form


def form(properties, **schema):
    """Return a form with these fields."""
    whole = {
        "title": {"zh": "表", "en": "Form"},
        "schema": {"type": "object", "properties": properties, **schema},
        "ui": {},
    }
    return read_form("UT_test", json.dumps(whole).encode())


MONEY = {"type": "integer", "x-kind": "money"}
ROWS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "fee": MONEY},
    },
}
TEXTS = {"type": "array", "items": {"type": "string"}}


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("168000", 16_800_000),
        ("168,000.00", 16_800_000),
        ("¥168,000.5", 16_800_050),
        ("¥ 0.07", 7),
        ("1234.56元", 123_456),
        ("12345.67", 1_234_567),
        ("-3.1", -310),
        ("1.005", None),
        ("1e3", None),
        ("", None),
        ("十元", None),
    ],
)
def test_yuan_become_fen_exactly(typed, amount):
    assert fen(typed) == amount


@pytest.mark.parametrize("amount", [0, 7, 100, 16_800_050, -310, 99])
def test_fen_are_shown_as_they_can_be_typed(amount):
    assert fen(yuan(amount)) == amount


@pytest.mark.parametrize(
    ("schema", "typed", "value"),
    [
        ({"type": "string"}, "a\nb", "a\nb"),
        ({"type": "integer"}, " 12 ", 12),
        ({"type": "integer"}, "1.5", "1.5"),
        ({"type": "number", "x-kind": "number"}, "0.5", 0.5),
        ({"type": "number", "x-kind": "number"}, "3.0", 3),
        ({"type": "number", "x-kind": "number"}, "many", "many"),
        (MONEY, "12.30", 1230),
        (MONEY, "about 12", "about 12"),
        ({"type": "boolean"}, "true", True),
        ({"type": "boolean"}, "false", False),
        ({"type": "string", "format": "date"}, "2026-03-02", "2026-03-02"),
        (
            {"type": "string", "format": "date-time"},
            "2026-03-02T09:00",
            "2026-03-02T09:00:00+08:00",
        ),
        ({"type": "string", "format": "date-time"}, "soon", "soon"),
        ({"oneOf": [{"const": 1, "title": "一"}]}, "1", 1),
        ({"oneOf": [{"const": "a", "title": "甲"}]}, "b", "b"),
        ({"x-kind": "json"}, '{"a": [1]}', {"a": [1]}),
        ({"x-kind": "json"}, "free words", "free words"),
        ({"type": "string", "x-kind": "password"}, " s ", " s "),
    ],
)
def test_what_is_typed_becomes_what_the_field_asks_for(schema, typed, value):
    assert values_of(form({"f": schema}), [("f", typed)]) == {"f": value}


def test_empty_fields_and_foreign_names_are_no_answers():
    asked = form({"f": {"type": "string"}})

    assert values_of(asked, [("f", "  "), ("csrf", "x"), ("f.g", "y")]) == {}


def test_rows_come_in_their_order_whatever_is_missing():
    pairs = [
        ("rows.10.name", "c"),
        ("rows.2.name", "b"),
        ("rows.2.fee", "1.00"),
        ("rows.0.name", ""),
    ]

    assert values_of(form({"rows": ROWS}), pairs) == {
        "rows": [{"name": "b", "fee": 100}, {"name": "c"}]
    }


def test_a_list_without_rows_is_an_empty_list():
    assert values_of(form({"rows": ROWS, "texts": TEXTS}), []) == {
        "rows": [],
        "texts": [],
    }


def test_boxes_of_the_same_name_make_a_list():
    pairs = [("texts", "GSP"), ("texts", "财务")]

    assert values_of(form({"texts": TEXTS}), pairs) == {"texts": ["GSP", "财务"]}


def test_a_new_file_takes_the_place_of_the_one_before():
    asked = form({"file": {"x-kind": "file"}})

    assert values_of(asked, [("file", "11"), ("file", "12")]) == {"file": "12"}
    assert values_of(asked, [("file", "11"), ("file", "")]) == {"file": "11"}


def test_new_files_come_after_those_before():
    asked = form({"files": {"type": "array", "items": {"x-kind": "file"}}})
    pairs = [("files.0", "11"), ("files.1", "12"), ("files", "13")]

    assert values_of(asked, pairs) == {"files": ["11", "12", "13"]}


def test_answers_to_questions_that_are_not_asked_are_dropped():
    asked = form(
        {"insists": {"type": "boolean"}},
        allOf=[
            {
                "if": {"properties": {"insists": {"const": True}}},
                "then": {"properties": {"why": {"type": "string"}}},
            }
        ],
    )

    assert values_of(asked, [("insists", "false"), ("why", "x")]) == {"insists": False}
    assert values_of(asked, [("insists", "true"), ("why", "x")]) == {
        "insists": True,
        "why": "x",
    }


def test_what_the_system_fills_in_is_not_read():
    asked = form({"no": {"type": "string", "x-server": True}})

    assert values_of(asked, [("no", "1")]) == {}


def test_rows_are_added_and_taken_away():
    values = {"rows": [{"name": "a"}, {"name": "b"}]}

    assert with_row(values, "rows")["rows"] == [{"name": "a"}, {"name": "b"}, None]
    assert with_row({}, "rows")["rows"] == [None]
    assert without_row(values, "rows.0")["rows"] == [{"name": "b"}]
    assert without_row(values, "rows.7") == values
    assert without_row(values, "nonsense") == values
