"""Running timers over REST: found, previewed, moved."""

from datetime import datetime

import pytest

from tests.api.driver import JSON, Company
from tests.api.models import begin, deploy
from tests.api.project_driver import at
from tests.builders import catch, diagram, end, line, start, timer

WAITING = diagram(
    "waiting", line(start(), catch("CE_day", timer("Duration", "P2D")), end())
)
REASON = "客户要求提前"


@pytest.fixture
def waiting(company: Company) -> JSON:
    """The timer of a process that waits for two days."""
    company.set_clock(at("2026-03-02"))
    deploy(company.admin, WAITING)
    key = begin(company.admin, "waiting")
    (found,) = company.admin.search("timers", processInstanceKey=key)
    return found


def patch(company: Company, row: JSON, moment: datetime, *, dry: bool = False):
    return company.admin.call(
        "PATCH",
        f"/v2/timers/{row['timerKey']}",
        params={"dryRun": dry},
        json={"changeset": {"dueDate": moment.isoformat()}, "reason": REASON},
    )


def state(company: Company, row: JSON) -> str:
    path = f"/v2/process-instances/{row['processInstanceKey']}"
    found: str = company.admin.ask("GET", path)["state"]
    return found


def test_timers_are_found_by_when_they_are_due(company: Company, waiting: JSON) -> None:
    due = {"dueDate": {"$lte": "2026-03-04T09:00:00+08:00"}}
    early = {"dueDate": {"$lt": "2026-03-04T09:00:00+08:00"}}

    assert company.admin.search("timers", elementId="CE_day", **due) == [waiting]
    assert company.admin.search("timers", elementId="CE_day", **early) == []
    path = f"/v2/timers/{waiting['timerKey']}"
    assert company.admin.ask("GET", path) == waiting
    assert company.hp.search("timers") == []
    assert company.hp.call("GET", path).status_code == 404


def test_preview_of_a_move_changes_nothing(company: Company, waiting: JSON) -> None:
    answer = patch(company, waiting, at("2026-03-09"), dry=True)

    body = answer.json()
    assert (body["applied"], body["firesAtOnce"], body["interrupts"]) == (
        False,
        False,
        False,
    )
    assert body["before"]["dueDate"] == waiting["dueDate"]
    assert datetime.fromisoformat(body["after"]["dueDate"]) == at("2026-03-09")
    path = f"/v2/timers/{waiting['timerKey']}"
    assert company.admin.ask("GET", path) == waiting


def test_moved_timer_fires_at_its_new_time(company: Company, waiting: JSON) -> None:
    assert patch(company, waiting, at("2026-03-09")).json()["applied"] is True

    company.set_clock(at("2026-03-08"))
    assert state(company, waiting) == "ACTIVE"
    company.set_clock(at("2026-03-09"))
    assert state(company, waiting) == "COMPLETED"
    path = f"/v2/process-instances/{waiting['processInstanceKey']}/history"
    moved = [
        each
        for each in company.admin.ask("GET", path)["items"]
        if each["event"] == "TimerMoved"
    ]
    assert [(m["actor"], m["details"]["reason"]) for m in moved] == [("admin", REASON)]


def test_timer_moved_into_the_past_has_fired_before_the_answer(
    company: Company, waiting: JSON
) -> None:
    assert patch(company, waiting, at("2026-03-01")).json()["firesAtOnce"] is True

    assert state(company, waiting) == "COMPLETED"
    again = patch(company, waiting, at("2026-03-09"))
    assert (again.status_code, again.json()["code"]) == (404, "timer-not-found")


def test_moving_is_for_administrators_and_needs_a_reason(
    company: Company, waiting: JSON
) -> None:
    path = f"/v2/timers/{waiting['timerKey']}"
    body: JSON = {"changeset": {"dueDate": at("2026-03-09").isoformat()}}

    assert company.admin.call("PATCH", path, json=body).status_code == 400
    body["reason"] = REASON
    assert company.lin.call("PATCH", path, json=body).status_code == 403
