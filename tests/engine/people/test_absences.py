from datetime import timedelta

import pytest

from engine import cache, duty_changes, worker
from engine.schema import UserTask
from engine.worker import absences
from tests.engine import rig
from tests.engine.people.conftest import ADMIN, add_task, replaced


@pytest.fixture
def waiting(place):
    """The place with the test clock on, hou away on 4 and 5 March, his task open."""
    away = {"for": "hou", "deputy": "wang", "start": "2026-03-04", "end": "2026-03-05"}
    kept = rig.settings(place.database.info["settings"].data, test_clock=True)
    place.database.info["settings"] = kept
    with place.database.transaction() as session:
        content = {**replaced(), "deputies": [away]}
        duty_changes.replace(session, ADMIN, content)
        place.task = add_task(session, place.project, "service_director", ["hou"])
    return place


def holders(place, day):
    """Set the clock to nine o'clock of a day in March; return who then may act."""
    moment = rig.NINE.replace(day=day)
    worker.set_clock(place.database, moment, ADMIN)
    with place.database.reading() as session:
        return session.get(UserTask, place.task).candidates


def test_the_clock_visits_the_days_on_which_people_change(waiting):
    days = (2, 3, 4, 5, 6)

    assert [holders(waiting, day) for day in days] == [
        ["hou"],
        ["hou"],
        ["wang"],
        ["wang"],
        ["hou"],
    ]


def test_a_process_that_starts_late_catches_up(waiting):
    with waiting.database.transaction() as session:
        cache.set_clock(session, rig.NINE + timedelta(days=2))

    moved = absences.follow(waiting.database)

    with waiting.database.reading() as session:
        assert session.get(UserTask, waiting.task).candidates == ["wang"]
    assert moved == 1
    assert absences.follow(waiting.database) == 0


def test_nothing_is_due_where_nobody_is_away(place):
    with place.database.reading() as session:
        query = absences.earliest(place.database)
        assert session.scalar(query) is None
