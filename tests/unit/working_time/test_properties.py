from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.working_time import Calendar

ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 1, 1, tzinfo=ZONE)

days = st.dictionaries(
    st.dates(date(2026, 1, 1), date(2026, 3, 31)), st.booleans(), max_size=25
)
calendars = st.builds(Calendar, days)
moments = st.integers(0, 90 * 24 * 60).map(lambda m: BEGIN + timedelta(minutes=m))
minutes = st.integers(0, 40 * 60)


def worked(amount):
    """Return minutes of working time as a duration."""
    return f"PT{amount // 60}WH{amount % 60}WM"


@given(calendars, moments, minutes, minutes)
@settings(max_examples=150)
def test_two_spans_after_each_other_are_their_sum(calendar, start, first, second):
    in_two = calendar.after(calendar.after(start, worked(first)), worked(second))

    assert in_two == calendar.after(start, worked(first + second))


@given(calendars, moments, moments, minutes)
@settings(max_examples=150)
def test_who_begins_later_never_ends_earlier(calendar, one, other, amount):
    earlier, later = sorted((one, other))

    assert calendar.after(earlier, worked(amount)) <= calendar.after(
        later, worked(amount)
    )


@given(calendars, moments, minutes, minutes)
@settings(max_examples=150)
def test_longer_spans_never_end_earlier(calendar, start, one, other):
    shorter, longer = sorted((one, other))

    assert calendar.after(start, worked(shorter)) <= calendar.after(
        start, worked(longer)
    )


@given(calendars, moments, minutes)
@settings(max_examples=150)
def test_the_working_time_in_between_is_the_span(calendar, start, amount):
    end = calendar.after(start, worked(amount))

    assert calendar.between(start, end) == timedelta(minutes=amount)


@given(calendars, moments, moments, moments)
@settings(max_examples=150)
def test_time_between_adds_up(calendar, one, two, three):
    first, middle, last = sorted((one, two, three))

    assert calendar.between(first, middle) + calendar.between(
        middle, last
    ) == calendar.between(first, last)


@given(calendars, moments, moments)
@settings(max_examples=100)
def test_intervals_leave_no_gap(calendar, one, other):
    first, last = sorted((one, other))

    parts = calendar.intervals(first, last)

    edges = [part.start for part in parts] + [last]
    assert edges[0] == first
    assert [part.end for part in parts] == edges[1:]


@given(calendars, moments, st.integers(1, 10))
@settings(max_examples=100)
def test_working_days_end_at_the_end_of_a_day_that_is_worked(calendar, start, count):
    end = calendar.after(start, f"P{count}WD")

    between = [
        start.date() + timedelta(days=n)
        for n in range(1, (end.date() - start.date()).days + 1)
    ]
    assert end.strftime("%H:%M") == "17:30"
    assert sum(calendar.is_working_day(day) for day in between) == count
    assert calendar.is_working_day(end.date())
