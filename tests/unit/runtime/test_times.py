"""Reading times and cron expressions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.runtime import Surroundings, cron, timers, times
from engine.runtime.times import Length
from engine.working_time import Calendar

ZONE = "Asia/Shanghai"
BEGIN = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # Monday 09:30 in Shanghai


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("P1Y2M", Length(months=14)),
        ("-P1M", Length(months=-1)),
        ("P1DT2H3M4.5S", Length(days=1, exact=timedelta(0, 7384, 500_000))),
        ("-PT5M", Length(exact=timedelta(minutes=-5))),
        ("P3WD", Length(working="P3WD")),
        ("PT2WH", Length(working="PT2WH")),
        ("P1WDT4WH", Length(working="P1WDT4WH")),
        ("PT1WH30WM", Length(working="PT1WH30WM")),
        ("PT45WM", Length(working="PT45WM")),
        ("P2W", Length(days=14)),
    ],
)
def test_lengths(text: str, length: Length) -> None:
    assert times.read_length(text) == length


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1", "1D", "P1H", "PT1D", "P1DT", "P1WDT", "PT1WD", "x"]
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


BERLIN = Surroundings(
    now=datetime(2026, 3, 28, 8, tzinfo=UTC),  # 09:00, the day before clocks change
    calendar=Calendar({}, zone="Europe/Berlin"),
    zone="Europe/Berlin",
)


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        ("P1D", "2026-03-29T07:00"),
        ("PT24H", "2026-03-29T08:00"),
        ("P1W", "2026-04-04T07:00"),
        ("P1DT1H", "2026-03-29T08:00"),
        ("P7M", "2026-10-28T08:00"),
        ("P1WD", "2026-03-30T15:30"),
        ("PT2WH", "2026-03-30T08:30"),
    ],
)
def test_a_day_is_a_day_where_the_clocks_are_changed(
    length: str, expected: str
) -> None:
    found = times.later(BERLIN.now, times.read_length(length), BERLIN)

    assert found == datetime.fromisoformat(f"{expected}+00:00")


@pytest.mark.parametrize(
    ("text", "begin", "expected"),
    [
        # 02:30 does not exist on that day: it is due when the gap is over, once.
        ("30 2 * * *", "2026-03-29T00:00", ["2026-03-29T01:30", "2026-03-30T00:30"]),
        # 02:30 comes twice on that day: the first counts, once.
        ("30 2 * * *", "2026-10-24T12:00", ["2026-10-25T00:30", "2026-10-26T01:30"]),
        ("0 9 * * *", "2026-10-24T12:00", ["2026-10-25T08:00", "2026-10-26T08:00"]),
    ],
)
def test_cron_keeps_the_time_of_day_where_the_clocks_are_changed(
    text: str, begin: str, expected: list[str]
) -> None:
    moment, found = datetime.fromisoformat(f"{begin}+00:00"), []
    for _ in expected:
        moment = cron.parse(text).after(moment, "Europe/Berlin").astimezone(UTC)
        found.append(f"{moment:%Y-%m-%dT%H:%M}")

    assert found == expected


def test_months_from_a_31st_come_back_to_the_31st() -> None:
    around = replace(BERLIN, now=datetime(2028, 1, 31, 8, tzinfo=UTC))
    text = times.anchored("R/P1M", times.read_cycle("R/P1M"), around)
    moment, found = around.now, []
    for _ in range(4):
        moment = timers.next_run(times.read_cycle(text), moment, around)
        found.append(f"{moment.astimezone(ZoneInfo('Europe/Berlin')):%m-%d %H:%M}")

    assert found == ["02-29 09:00", "03-31 09:00", "04-30 09:00", "05-31 09:00"]
