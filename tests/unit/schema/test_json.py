"""JSON columns give back what was put in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.schema import from_json, to_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(VALUES)
def test_what_was_written_is_read(value):
    text = to_json(value)

    assert from_json(text) == value
    assert from_json(text.encode()) == value


@pytest.mark.parametrize(
    "number", [2**63 - 1, 2**64 - 1, 2**64, 10**19, 10**25, -(2**63), -(10**25)]
)
def test_large_integers_stay_whole(number):
    assert from_json(to_json([number])) == [number]
    assert isinstance(from_json(str(number)), int)


def test_half_a_surrogate_pair_is_no_reason_to_fail():
    assert from_json('["\\ud800"]') == ["\ud800"]
