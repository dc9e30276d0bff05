"""X7: the calendar over REST: National Day, make-up days, years not published."""

from datetime import datetime
from typing import Any

import pytest

from tests.api.driver import JSON, Person
from tests.api.project_driver import at
from tests.processes.backgrounds import Begin


def day(person: Person, text: str) -> JSON:
    found: JSON = person.ask("GET", f"/v2/calendar/{text}")
    return found


def until(person: Person, start: str, duration: str) -> JSON:
    body = {"from": start, "duration": duration}
    found: JSON = person.ask("POST", "/v2/calendar/working-time", json=body)
    return found


@pytest.mark.parametrize(
    ("text", "working", "kind", "name"),
    [
        ("2026-09-20", True, "make_up_day", "国庆节调休上班"),
        ("2026-09-30", True, "working_day", "工作日"),
        ("2026-10-01", False, "holiday", "国庆节"),
        ("2026-10-07", False, "holiday", "国庆节"),
        ("2026-10-10", True, "make_up_day", "国庆节调休上班"),
        ("2026-10-11", False, "weekend", "周末"),
    ],
)
def test_a_day_says_what_it_is(
    company: Any, text: str, kind: str, name: str, *, working: bool
) -> None:
    found = day(company.lin, text)

    assert (found["working"], found["kind"], found["name"]) == (working, kind, name)
    hours = [(each["from"], each["to"]) for each in found["hours"]]
    office = [("08:30:00", "12:00:00"), ("13:00:00", "17:30:00")]
    assert hours == (office if working else [])
    assert found["warnings"] == []


def test_what_is_no_day_is_refused(company: Any) -> None:
    for text in ("2026-02-30", "soon"):
        answer = company.lin.call("GET", f"/v2/calendar/{text}")
        assert answer.status_code == 400


def test_working_time_runs_over_a_make_up_sunday(company: Any) -> None:
    """From Saturday on, eight hours are over on Sunday the 20th at half past five."""
    found = until(company.lin, "2026-09-19T10:00:00+08:00", "PT8WH")

    assert datetime.fromisoformat(found["until"]) == at("2026-09-20", "17:30")
    reasons = [each["reason"] for each in found["intervals"] if each["counted"]]
    assert reasons == ["国庆节调休上班", "国庆节调休上班"]


def test_year_that_is_not_published_warns_and_counts_weekdays(company: Any) -> None:
    found = until(company.lin, "2031-09-30T16:30:00+08:00", "P2WD")

    assert datetime.fromisoformat(found["until"]) == at("2031-10-02", "17:30")
    assert ["2031年" in text for text in found["warnings"]] == [True]
    assert company.lin.ask("GET", "/v2/calendar/2031")["published"] is False
    assert (
        "weekdays"
        in company.lin.ask(
            "GET", "/v2/calendar/2031-10-01", headers={"Accept-Language": "en"}
        )["warnings"][0]
    )


def test_changed_calendar_moves_what_is_open(begin: Begin) -> None:
    """X7: a request and its task are due by the new days; a date of one's own stays."""
    project = begin("in service", "C-001")
    company, lin = project.company, project.company.lin
    company.set_clock(at("2026-10-08", "16:30"))
    request = project.ask_for_service(module="财务", priority="P2")
    project.for_request(lin, "UT_judge_scope", request, scope="in", basis="按标准")
    key = request["processInstanceKey"]
    task = lin.task("UT_self_check", processInstanceKey=key)
    assert datetime.fromisoformat(task["dueDate"]) == at("2026-10-09", "09:30")
    year = company.admin.ask("GET", "/v2/calendar/2026")
    free = {"day": "2026-10-09", "working": False, "name": "厂庆", "nameEn": "Jubilee"}
    days = [*year["days"], free]

    moved = company.admin.ask("PUT", "/v2/calendar/2026", json={"days": days})

    assert moved["requestsMoved"] == 1
    assert moved["userTasksMoved"] >= 1
    clock = project.request(request["requestNo"])["clock"]
    # One hour on the 8th; the 9th is free, the 10th is a make-up day.
    assert datetime.fromisoformat(clock["resolveBy"]) == at("2026-10-10", "16:30")
    task = lin.task("UT_self_check", processInstanceKey=key)
    assert datetime.fromisoformat(task["dueDate"]) == at("2026-10-10", "09:30")
    assert lin.call("PUT", "/v2/calendar/2026", json={"days": []}).status_code == 403


def test_due_time_set_by_hand_outlives_a_changed_calendar(begin: Begin) -> None:
    """X7: whoever has named a time has named a time."""
    project = begin("in service", "C-001")
    company = project.company
    company.set_clock(at("2026-10-08", "16:30"))
    request = project.ask_for_service(module="财务")
    key = request["processInstanceKey"]
    task = company.lin.task("UT_judge_scope", processInstanceKey=key)
    due = "2026-10-09T15:00:00+08:00"
    body = {"changeset": {"dueDate": due}}
    company.hou.ask("PATCH", f"/v2/user-tasks/{task['userTaskKey']}", json=body)

    company.admin.ask("PUT", "/v2/calendar/2026", json={"days": []})

    task = company.lin.task("UT_judge_scope", processInstanceKey=key)
    assert datetime.fromisoformat(task["dueDate"]) == datetime.fromisoformat(due)
