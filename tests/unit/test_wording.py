"""Dates and amounts on paper."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.wording import (
    capital_yuan,
    chinese_date,
    chinese_time,
    english_date,
    english_time,
    yuan,
)


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (12, "壹角贰分"),
        (100, "壹元整"),
        (1005, "壹拾元零伍分"),
        (10050, "壹佰元伍角整"),
        (1_000_000, "壹万元整"),
        (1_005_000, "壹万零伍拾元整"),
        (1_100_000, "壹万壹仟元整"),
        (16_800_000, "壹拾陆万捌仟元整"),
        (100_000_100, "壹佰万零壹元整"),
        (1_000_000_000_000, "壹佰亿元整"),
        (10_000_000_100, "壹亿零壹元整"),
        (10_010_000_000, "壹亿零壹拾万元整"),
        (20_300_456_789, "贰亿零叁佰万肆仟伍佰陆拾柒元捌角玖分"),
        (-300, "负叁元整"),
    ],
)
def test_amount_in_capital_characters(fen, text):
    assert capital_yuan(fen) == text


def _read(text):
    """Read capital characters back, the way a clerk would."""
    digits = {sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}
    places = {"拾": 10, "佰": 100, "仟": 1000}
    ends = {"万": 10_000 * 100, "亿": 10**8 * 100, "元": 100, "角": 10, "分": 1}
    total = group = digit = 0
    for sign in text:
        digit = digits.get(sign, digit)
        if sign in places:
            group, digit = group + digit * places[sign], 0
        if sign in ends:
            total, group, digit = total + (group + digit) * ends[sign], 0, 0
    return total


@given(st.integers(min_value=0, max_value=10**14 - 1))
def test_capital_characters_read_back_as_the_same_amount(fen):
    text = capital_yuan(fen)

    assert _read(text) == fen
    assert "零零" not in text
    assert text.endswith(("整", "分"))


@pytest.mark.parametrize("amount", [0.5, 10**18])
def test_amount_that_cannot_be_written_is_refused(amount):
    with pytest.raises(ValueError, match="no amount"):
        capital_yuan(amount)


def test_amount_with_decimals():
    assert (yuan(16_800_050), yuan(5)) == ("168,000.50", "0.05")


def test_dates_have_no_leading_zeros():
    assert chinese_date(date(2026, 3, 2)) == "2026年3月2日"
    assert chinese_date("2026-12-31") == "2026年12月31日"
    assert english_date("2026-03-02") == "2 March 2026"


def test_moment_is_told_in_shanghai():
    moment = datetime(2026, 3, 1, 16, 5, tzinfo=UTC)

    assert chinese_date(moment) == "2026年3月2日"
    assert chinese_time(moment) == "2026年3月2日 00:05"
    assert english_time("2026-03-01T16:05:00+00:00") == "2 March 2026, 00:05"
