"""Reminders and the daily digest: in working hours alone, and to the right people."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from engine import calendars
from engine.schema import Notification
from engine.worker import set_clock
from tests.engine.rig import NINE
from tests.engine.worker.conftest import sequence

DIGEST = "daily_digest"


@pytest.fixture(autouse=True)
def _test_clock(database):
    given = database.info["settings"]
    database.info["settings"] = given.model_copy(update={"test_clock": True})


def report(due):
    return (
        '<bpmn:userTask id="UT_report" name="报告"><bpmn:extensionElements>'
        '<spiffworkflow:properties><spiffworkflow:property name="duty" '
        f'value="service_director"/><spiffworkflow:property name="due" value="{due}"/>'
        "</spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>"
    )


@pytest.fixture
def told(house):
    """Begin with a task that is due so, go on until then; return what was told."""

    def begin(due, until):
        with house.database.transaction() as session:
            calendars.seed(session)
        house.deploy(sequence(report(due)))
        house.begin()
        set_clock(house.database, until)
        with house.database.reading() as session:
            rows = session.scalars(select(Notification).order_by(Notification.key))
            return [(at(row.created_at), row.template, row.recipient) for row in rows]

    return begin


def at(moment):
    """A moment as the clock in Dalian shows it."""
    return f"{moment + timedelta(hours=8):%m-%d %H:%M}"


def moment(text):
    return datetime.fromisoformat(f"2026-{text}:00+08:00")


def test_what_is_due_in_the_night_is_told_when_work_begins(told):
    """Due on Friday at nine in the evening: Monday morning."""
    found = told("P4DT12H", moment("03-09T09:00"))

    assert [each for each in found if each[1] != DIGEST] == [
        ("03-06 13:30", "task_soon", "hou"),
        ("03-09 08:30", "task_due", "hou"),
    ]


def test_task_that_is_given_late_is_not_announced(told):
    found = told("PT2WH", NINE + timedelta(hours=3))

    assert [each[1] for each in found] == ["task_due"]


def test_digest_comes_each_working_morning_with_what_is_late_or_due(told):
    """None before anything is due, none at the weekend."""
    found = told("P3WD", moment("03-10T10:00"))

    assert [each for each in found if each[1] == DIGEST] == [
        ("03-05 08:30", DIGEST, "hou"),  # due today
        ("03-06 08:30", DIGEST, "hou"),  # late from here on
        ("03-09 08:30", DIGEST, "hou"),
        ("03-10 08:30", DIGEST, "hou"),
    ]


def test_nothing_is_told_outside_working_hours(told):
    for when, *_ in told("P1D", moment("05-20T10:00")):
        day, _, hour = when.partition(" ")
        assert "08:30" <= hour <= "17:30"
        assert day not in {"04-04", "04-05", "04-06", "05-01", "05-04", "05-10"}
