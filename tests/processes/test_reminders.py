"""What the company remembers by itself: ends of periods, sentences to be said."""

from tests.api.project_driver import Project, at
from tests.processes.backgrounds import Begin


def announced(project: Project, username: str) -> int:
    return len(project.told(username, "service_ending"))


def test_end_of_the_period_is_announced_three_times(begin: Begin) -> None:
    """X6, A25: 60, 30 and 7 days before, to the sales manager and the customer."""
    project = begin("in service", "C-001")
    company = project.company
    company.set_clock(at("2027-03-16", "08:00"))
    assert announced(project, "zhao") == 0

    for day, count in (("2027-03-16", 1), ("2027-04-15", 2), ("2027-05-08", 3)):
        company.set_clock(at(day, "10:00"))
        assert announced(project, "zhao") == announced(project, "hp") == count
    company.set_clock(at("2027-05-20"))
    assert announced(project, "zhao") == 3


def test_moved_end_moves_its_announcements(begin: Begin) -> None:
    """X4, X6: an extension is announced anew, before its own end."""
    project = begin("in service", "C-001")
    company = project.company
    company.hou.ask(
        "PATCH",
        f"{project.path}/service-period",
        json={"endAt": "2027-11-15T00:00:00+08:00", "reason": "协商延长"},
    )

    company.set_clock(at("2027-06-01"))
    assert announced(project, "zhao") == 0
    assert project.holds(company.zhao, "UT_contact_customer") == 0
    company.set_clock(at("2027-09-17"))
    assert announced(project, "zhao") == 1
    company.set_clock(at("2027-11-15"))
    assert project.holds(company.zhao, "UT_contact_customer") == 1


def test_terminated_project_announces_nothing(begin: Begin) -> None:
    """X1, X6: nothing is said about a period of a contract that is over."""
    project = begin("in service", "C-001")
    company = project.company
    project.post(company.hou, "termination", reason="客户破产")

    company.set_clock(at("2027-05-20"))

    assert announced(project, "zhao") == 0


def test_agent_is_reminded_until_the_customer_was_told(begin: Begin) -> None:
    """A35: by phone nothing counts as told until the agent says when."""
    project = begin("in service", "C-001")
    company = project.company
    lin = company.lin
    request = project.ask_for_service(lin, channel="phone", category="defect")
    values = {"scope": "unclear", "basis": "不清楚"}
    project.for_request(lin, "UT_judge_scope", request, **values)

    company.set_clock(at("2026-05-15", "14:00"))
    assert len(project.told("lin", "tell_customer")) == 1
    company.set_clock(at("2026-05-18", "18:00"))
    assert len(project.told("lin", "tell_customer")) == 2
    path = f"/v2/service-requests/{request['requestNo']}/told"
    lin.ask("POST", path, json={"at": "2026-05-18T17:50:00+08:00"})
    company.set_clock(at("2026-05-22"))
    assert len(project.told("lin", "tell_customer")) == 2
