from datetime import date, datetime, time, timedelta, timezone

import pytest

from engine.working_time import Calendar, DurationError

CST = timezone(timedelta(hours=8))

# What the State Council announced around the days that are used below.
DAYS_2026 = {
    date(2026, 2, 14): True,
    **{date(2026, 2, day): False for day in range(15, 24)},
    date(2026, 2, 28): True,
    **{date(2026, 10, day): False for day in range(1, 8)},
    date(2026, 10, 10): True,
}
COMPANY = Calendar(DAYS_2026)


def at(text):
    """Return a moment in China."""
    return datetime.fromisoformat(text).replace(tzinfo=CST)


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2026-09-30T16:30", "PT8WH", "2026-10-08T16:30"),
        ("2026-10-10T09:00", "PT8WH", "2026-10-12T09:00"),
        ("2026-03-02T09:00", "PT4WH", "2026-03-02T14:00"),
        ("2026-03-02T09:00", "PT3WH", "2026-03-02T12:00"),
        ("2026-03-02T12:30", "PT1WH", "2026-03-02T14:00"),
        ("2026-03-02T08:00", "PT1WH", "2026-03-02T09:30"),
        ("2026-03-02T20:00", "PT0.5WH", "2026-03-03T09:00"),
        ("2026-03-06T17:00", "PT1WH30WM", "2026-03-09T09:30"),
        ("2026-03-07T10:00", "PT2WH", "2026-03-09T10:30"),
        ("2026-03-02T09:00", "P2WD", "2026-03-04T17:30"),
        ("2026-03-02T23:00", "P1WD", "2026-03-03T17:30"),
        ("2026-03-07T10:00", "P1WD", "2026-03-09T17:30"),
        ("2026-02-13T09:00", "P1WD", "2026-02-14T17:30"),
        ("2026-02-13T09:00", "P2WD", "2026-02-24T17:30"),
        ("2026-09-30T09:00", "P3WD", "2026-10-10T17:30"),
        ("2026-03-02T09:00", "P1WDT2WH", "2026-03-04T10:30"),
        ("2026-03-02T09:00", "PT0WH", "2026-03-02T09:00"),
        ("2026-03-07T10:00", "P0WD", "2026-03-07T10:00"),
    ],
)
def test_working_time_ends_where_people_count_it(start, duration, end):
    assert COMPANY.after(at(start), duration) == at(end)


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2026-03-06T16:00", "P5D", "2026-03-11T16:00"),
        ("2026-03-06T16:00", "PT30M", "2026-03-06T16:30"),
        ("2026-03-06T16:00", "P2W", "2026-03-20T16:00"),
        ("2026-01-31T16:00", "P1M", "2026-02-28T16:00"),
        ("2026-11-30T16:00", "P1Y3M", "2028-02-29T16:00"),
        ("2026-03-06T16:00", "P1DT2H", "2026-03-07T18:00"),
    ],
)
def test_without_w_the_wall_clock_counts(start, duration, end):
    assert COMPANY.after(at(start), duration) == at(end)


def test_the_clock_of_new_york_ends_a_day_after_daylight_saving_at_the_same_hour():
    office = Calendar({}, zone="America/New_York")
    start = datetime.fromisoformat("2026-03-07T12:00-05:00")

    assert office.after(start, "P1D") == datetime.fromisoformat(
        "2026-03-08T12:00-04:00"
    )
    assert office.after(start, "PT24H") == start + timedelta(hours=24)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P2WDT", "2WD", "P-1WD", "PWD", "PT4W", "P1DT2WH", "P1,5D"]
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(DurationError):
        COMPANY.after(at("2026-03-02T09:00"), text)


def test_durations_beyond_the_calendar_are_refused():
    for text in ("P99999999WD", "P999999Y", "PT99999999WH", "P99999999999D"):
        with pytest.raises(DurationError):
            COMPANY.after(at("2026-03-02T09:00"), text)


def test_the_next_working_day_may_be_the_day_itself():
    assert COMPANY.next_working_day(date(2026, 9, 30)) == date(2026, 9, 30)
    assert COMPANY.next_working_day(date(2026, 10, 1)) == date(2026, 10, 8)
    assert COMPANY.next_working_day(date(2026, 10, 10)) == date(2026, 10, 10)


def test_years_without_announcement_count_weekdays():
    assert COMPANY.unpublished(2027)
    assert not COMPANY.unpublished(2026)
    assert COMPANY.is_working_day(date(2027, 10, 1))
    assert not COMPANY.is_working_day(date(2027, 10, 2))


def test_intervals_tell_what_counts_and_why():
    parts = COMPANY.intervals(at("2026-09-30T16:30"), at("2026-10-08T10:00"))

    assert [(part.start, part.end, part.counted, part.why.zh) for part in parts] == [
        (at("2026-09-30T16:30"), at("2026-09-30T17:30"), True, "工作时间"),
        (at("2026-09-30T17:30"), at("2026-10-01T00:00"), False, "非工作时段"),
        (at("2026-10-01T00:00"), at("2026-10-08T00:00"), False, "节假日"),
        (at("2026-10-08T00:00"), at("2026-10-08T08:30"), False, "非工作时段"),
        (at("2026-10-08T08:30"), at("2026-10-08T10:00"), True, "工作时间"),
    ]


def test_time_between_leaves_out_nights_and_weekends():
    friday, monday = at("2026-03-06T16:30"), at("2026-03-09T09:30")

    assert COMPANY.between(friday, monday) == timedelta(hours=2)
    assert COMPANY.between(monday, friday) == -timedelta(hours=2)


def test_hours_must_follow_each_other():
    with pytest.raises(ValueError, match="follow"):
        Calendar({}, hours=((time(9), time(12)), (time(11), time(17))))
    with pytest.raises(ValueError, match="follow"):
        Calendar({}, hours=())
