"""When timer start events are due, first and again."""

from datetime import UTC, datetime, timedelta

import pytest

from engine import definitions
from engine.runtime import Surroundings
from engine.working_time import Calendar

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Dalian
AROUND = Surroundings(now=NINE, calendar=Calendar(days={}))


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("PT1H", NINE + timedelta(hours=1)),
        ('"PT1H"', NINE + timedelta(hours=1)),
        ("= PT1H", NINE + timedelta(hours=1)),
        ("R/P1D", NINE + timedelta(days=1)),
        ("R3/2026-03-05T08:00:00+08:00/P1D", datetime(2026, 3, 5, 0, 0, tzinfo=UTC)),
        ("2026-03-05T08:00:00+08:00", datetime(2026, 3, 5, 0, 0, tzinfo=UTC)),
        ("2026-03-05", datetime(2026, 3, 4, 16, 0, tzinfo=UTC)),
        ("0 0 8 * * *", datetime(2026, 3, 3, 0, 0, tzinfo=UTC)),
        ("whenever", None),
    ],
)
def test_the_first_time(text, due):
    assert definitions.first_due(text, AROUND) == due


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("PT1H", None),
        ("2026-03-05", None),
        ("R/P1D", ("R/P1D", NINE + timedelta(days=1))),
        ("R3/P1D", ("R2/P1D", NINE + timedelta(days=1))),
        ("R1/P1D", None),
        ("R2/2026-03-05T08:00:00+08:00/P1D", ("R1/P1D", NINE + timedelta(days=1))),
        ("0 0 8 * * *", ("0 0 8 * * *", datetime(2026, 3, 3, 0, 0, tzinfo=UTC))),
    ],
)
def test_the_time_after(text, following):
    assert definitions.next_due(text, NINE, AROUND) == following
