"""Forms that name no bounds have some all the same, and clients are told them."""

import json

import pytest

from engine.forms import FormInvalidError, read_form

FIELDS = {
    "amount": {"type": "integer", "title": "金额", "x-title-en": "Amount"},
    "few": {"type": "integer", "maximum": 9, "title": "少", "x-title-en": "Few"},
    "words": {"type": "string", "title": "说明", "x-title-en": "Words"},
    "lines": {
        "type": "array",
        "items": {"type": "string"},
        "title": "各行",
        "x-title-en": "Lines",
    },
}


@pytest.fixture(scope="module")
def form():
    schema = {"type": "object", "properties": FIELDS, "required": []}
    file = {"title": "表", "x-title-en": "Form", "schema": schema}
    return read_form("form", json.dumps(file).encode())


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"amount": 10**15 + 1}, "/amount"),
        ({"amount": -(10**30)}, "/amount"),
        ({"few": 10}, "/few"),
        ({"words": "字" * 20_001}, "/words"),
        ({"lines": ["x"] * 1_001}, "/lines"),
        ({"lines": ["x" * 20_001]}, "/lines/0"),
    ],
)
def test_what_no_column_or_page_could_hold_is_named(form, values, pointer):
    with pytest.raises(FormInvalidError) as caught:
        form.validate(values, {}, {})

    assert [problem.pointer for problem in caught.value.problems] == [pointer]


def test_what_is_just_within_the_bounds_fits(form):
    values = {
        "amount": 10**15,
        "few": 9,
        "words": "字" * 20_000,
        "lines": ["x"] * 1_000,
    }

    assert form.validate(values, {}, {}) == values


def test_clients_are_told_the_bounds(form):
    told = form.schema["properties"]

    assert told["amount"]["maximum"] == 10**15
    assert told["few"]["maximum"] == 9
    assert told["words"]["maxLength"] == 20_000
