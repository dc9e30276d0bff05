"""A compiled schema has the verdict of ``jsonschema``, whatever it is asked."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine.forms.problems import FORMATS
from engine.forms.schemas import CompiledSchema

NAMES = ("a", "b", "c")
TEXTS = st.sampled_from(["", "in", "out", "2026-03-02", "2026-02-30", "一二三", "1"])
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.5, 1.0, 2.0]),
    TEXTS,
)


def inside(values):
    return st.one_of(
        st.lists(values, max_size=3),
        st.dictionaries(st.sampled_from(NAMES), values, max_size=3),
    )


VALUES = st.recursive(PLAIN, inside, max_leaves=8)
TYPES = st.sampled_from(
    ["string", "boolean", "integer", "number", "object", "array", "null"]
)
SMALL = st.integers(0, 2)
LEAVES = st.fixed_dictionaries(
    {},
    optional={
        "type": st.one_of(TYPES, st.lists(TYPES, min_size=1, max_size=2, unique=True)),
        "const": PLAIN,
        "enum": st.lists(PLAIN, min_size=1, max_size=3),
        "minLength": SMALL,
        "maxLength": SMALL,
        "pattern": st.sampled_from(["^i", "t$", "[0-9]"]),
        "format": st.sampled_from(["date", "date-time", "email", "unheard-of"]),
        "minimum": SMALL,
        "maximum": SMALL,
        "minItems": SMALL,
        "maxItems": SMALL,
        "uniqueItems": st.booleans(),
        "required": st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
        "additionalProperties": st.booleans(),
        "title": st.just("字段"),
        "x-kind": st.just("money"),
    },
)


def composed(schemas):
    several = st.lists(schemas, min_size=1, max_size=3)
    more = st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(st.sampled_from(NAMES), schemas, max_size=3),
            "items": schemas,
            "allOf": several,
            "anyOf": several,
            "oneOf": several,
            "not": schemas,
            "if": schemas,
            "then": schemas,
            "else": schemas,
        },
    )
    return st.builds(lambda one, other: {**one, **other}, LEAVES, more)


SCHEMAS = st.recursive(LEAVES, composed, max_leaves=6)


@given(SCHEMAS, VALUES)
@settings(max_examples=150)
def test_the_verdict_is_that_of_jsonschema(schema, value):
    slow = Draft202012Validator(schema, format_checker=FORMATS)
    compiled = CompiledSchema(schema, FORMATS)

    assert compiled.is_valid(value) == slow.is_valid(value)
    assert bool(list(compiled.errors(value))) == bool(list(slow.iter_errors(value)))


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        ({"const": 1}, True, False),
        ({"enum": [False]}, 0, False),
        ({"type": "integer"}, True, False),
        ({"type": "integer"}, 1.0, True),
        ({"type": "number", "minimum": 1}, Decimal("0.5"), False),
        ({"uniqueItems": True}, [1, True], True),
        ({"uniqueItems": True}, ["in", "in"], False),
        ({"oneOf": [{"const": "in"}, {"const": "in"}]}, "in", False),
        ({"if": {"format": "date"}, "then": False}, "2026-02-30", True),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, False),
    ],
)
def test_what_python_calls_equal_is_told_apart(schema, value, fits):
    assert CompiledSchema(schema, FORMATS).is_valid(value) is fits


FORMS = sorted(Path("forms").rglob("UT_*.json"))


@pytest.mark.parametrize("file", FORMS, ids=str)
def test_every_form_of_the_house_is_compiled_whole(file):
    schema = json.loads(file.read_text("utf-8"))["schema"]

    assert CompiledSchema(schema, FORMATS)._fits is not None
