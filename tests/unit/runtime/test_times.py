"""Reading times and cron expressions."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.runtime import cron, times
from engine.runtime.times import Length

ZONE = "Asia/Shanghai"
BEGIN = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # Monday 09:30 in Shanghai


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("P1Y2M", Length(months=14)),
        ("-P1M", Length(months=-1)),
        ("P1DT2H3M4.5S", Length(exact=timedelta(1, 7384, 500_000))),
        ("-PT5M", Length(exact=timedelta(minutes=-5))),
        ("P3WD", Length(working="P3WD")),
        ("PT2WH", Length(working="PT2WH")),
        ("P1WDT4WH", Length(working="P1WDT4WH")),
    ],
)
def test_lengths(text: str, length: Length) -> None:
    assert times.read_length(text) == length


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1", "1D", "P1H", "PT1D", "P1DT", "x"]
)
def test_what_is_no_length(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        times.read_length(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [("R3/PT1H", 3), ("R/PT1H", None), ("R-1/PT1H", None), ("PT1H", 1)],
)
def test_cycles_count_their_repetitions(text: str, count: int | None) -> None:
    assert times.read_cycle(text).count == count


@pytest.mark.parametrize("text", ["R3", "R/", "R3/soon", "", "61 * * * *", "* * *"])
def test_what_is_no_cycle(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        times.read_cycle(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 9 * * *", "2026-03-03T01:00"),
        ("45 9 * * *", "2026-03-02T01:45"),
        ("*/20 * * * *", "2026-03-02T01:40"),
        ("0 0 1 * *", "2026-03-31T16:00"),
        ("0 0 29 2 *", "2028-02-28T16:00"),
        ("0 12 * * SUN", "2026-03-08T04:00"),
        ("0 12 * * 7", "2026-03-08T04:00"),
        ("0 12 13 * FRI", "2026-03-06T04:00"),
        ("15 30 9 * * ?", "2026-03-02T01:30:15"),
        ("0 8-10/2 * * *", "2026-03-02T02:00"),
        ("0 0 1 JAN,JUL *", "2026-06-30T16:00"),
    ],
)
def test_cron_expressions_are_meant_in_the_zone(text: str, expected: str) -> None:
    found = cron.parse(text).after(BEGIN, ZONE).astimezone(UTC)

    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "*", "a b c d e", "60 * * * *", "* 24 * * *", "* * 0 * *", "*/0 * * * *"],
)
def test_what_is_no_cron_expression(text: str) -> None:
    assert not cron.is_cron(text)


def test_a_day_that_never_comes_is_told() -> None:
    with pytest.raises(ValueError, match="ever due"):
        cron.parse("0 0 31 2 *").after(BEGIN, ZONE)
