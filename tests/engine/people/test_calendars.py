from datetime import date, datetime

import pytest

from engine import calendars
from engine.authorization import PermissionMissingError
from engine.errors import Text
from tests.engine import rig
from tests.engine.people.conftest import ADMIN


@pytest.fixture
def seeded(place):
    """The place, with the published calendar."""
    with place.database.transaction() as session:
        calendars.seed(session)
    return place


def calendar(place):
    with place.database.reading() as session:
        return calendars.calendar(session)


def test_the_published_days_of_2026_are_known(seeded):
    found = calendar(seeded)

    assert not found.is_working_day(date(2026, 10, 7))
    assert found.is_working_day(date(2026, 10, 10))
    assert found.after(
        datetime.fromisoformat("2026-09-30T16:30+08:00"), "PT8WH"
    ) == datetime.fromisoformat("2026-10-08T16:30+08:00")


def test_days_have_names_in_both_languages(seeded):
    with seeded.database.reading() as session:
        days = {each.day: each for each in calendars.year(session, 2026)}

    assert days[date(2026, 10, 1)].name == Text("National Day", "国庆节")
    assert days[date(2026, 10, 10)].name.zh == "国庆节调休上班"


def test_a_year_without_announcement_counts_weekdays(seeded):
    found = calendar(seeded)

    assert found.unpublished(2027)
    assert found.is_working_day(date(2027, 10, 1))


def replace(place, actor, days):
    with place.database.transaction() as session:
        calendars.replace_year(session, actor, 2027, days)


def holiday(text):
    return calendars.Day(date.fromisoformat(text), working=False, name=Text("H", "假"))


def test_a_new_year_counts_from_the_next_command_on(seeded):
    calendar(seeded)

    replace(seeded, ADMIN, [holiday("2027-10-01")])

    assert not calendar(seeded).is_working_day(date(2027, 10, 1))
    assert not calendar(seeded).unpublished(2027)


def test_seeding_again_keeps_what_was_changed(seeded):
    with seeded.database.transaction() as session:
        working = calendars.Day(date(2026, 10, 1), working=True, name=Text("W", "班"))
        calendars.replace_year(session, ADMIN, 2026, [working])
    with seeded.database.transaction() as session:
        calendars.seed(session)

    assert calendar(seeded).is_working_day(date(2026, 10, 1))


@pytest.mark.parametrize(
    "days", [["2026-10-01"], ["2027-10-01", "2027-10-01"]], ids=["year", "twice"]
)
def test_days_lie_in_their_year_and_come_once(seeded, days):
    with pytest.raises(calendars.WrongYearError) as caught:
        replace(seeded, ADMIN, [holiday(day) for day in days])

    assert caught.value.problems[0].pointer == f"/days/{len(days) - 1}/day"


def test_only_administrators_change_the_calendar(seeded):
    with pytest.raises(PermissionMissingError):
        replace(seeded, rig.person("hou"), [])
