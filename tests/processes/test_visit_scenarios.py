"""四.4, periodic visits and the service period, as SCENARIOS S27 and S20 tell it."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.driver import JSON
from tests.api.project_driver import Project, at
from tests.processes.backgrounds import Begin

ACCEPTED = at("2026-05-15")
MONTHLY = [f"2026-{month:02d}-15" for month in range(6, 13)] + [
    f"2027-{month:02d}-15" for month in range(1, 4)
]


def opened(project: Project) -> list[JSON]:
    return [v for v in project.listed("visits") if v["openedAt"] is not None]


def rate(project: Project) -> Any:
    report = project.company.hou.ask("GET", "/v2/reports/visit-completion")
    return next(f["value"] for f in report["figures"] if f["name"] == "rate")


def call(project: Project, **changes: Any) -> None:
    """R4.4.1: 林静 calls the customer."""
    values = {
        "reached": True,
        "visited_at": "2026-06-15T10:00:00+08:00",
        "interviewee": "王主任",
        "score": 5,
        "opinions": ["运行稳定"],
        "need_onsite": False,
    }
    project.do(project.company.lin, "UT_phone_visit", **{**values, **changes})


@pytest.mark.parametrize(
    ("customer", "due"),
    [
        ("C-001", MONTHLY),
        ("C-002", [*MONTHLY[:3], "2026-10-15", "2026-12-15", "2027-02-15"]),
        ("C-003", [*MONTHLY[:3], "2026-10-15", "2026-12-15"]),
    ],
)
def test_s27_cycle_follows_class_and_length_of_use(
    begin: Begin, customer: str, due: list[str]
) -> None:
    """R4.4.1, R4.4.2, A18, X4: dues over 300 days; an extended period goes on."""
    project = begin("in service", customer)
    if customer == "C-003":
        project.company.hou.ask(
            "PATCH",
            f"{project.path}/service-period",
            json={"endAt": "2027-05-15", "reason": "协商延长"},
        )

    project.company.set_clock(ACCEPTED + timedelta(days=300))

    within = [day for day in due if at(day) <= ACCEPTED + timedelta(days=300)]
    assert [visit["dueOn"] for visit in opened(project)] == within


def test_s27_visit_on_a_holiday_opens_on_the_next_working_day(begin: Begin) -> None:
    """R4.4.2: due on Saturday 15 August, opened on Monday; the cycle keeps its date."""
    project = begin("in service", "C-001")
    project.company.set_clock(at("2026-07-16"))

    (planned,) = [v for v in project.listed("visits") if v["state"] == "planned"]

    assert planned["dueOn"] == "2026-08-15"
    assert planned["opensAt"] == "2026-08-16T16:00:00Z"


def test_s27_overdue_visit_is_told_and_counted(begin: Begin) -> None:
    """R4.4.1, X5: after seven days one notice to 林静 and 侯福龙; the rate drops."""
    project = begin("in service", "C-001")
    company = project.company
    company.set_clock(at("2026-06-15"))
    call(project)
    assert rate(project) == 1
    company.set_clock(at("2026-07-21"))
    assert rate(project) == 1

    company.set_clock(at("2026-07-23"))

    for username in ("lin", "hou"):
        assert len(project.told(username, "visit_overdue")) == 1
    assert rate(project) == 0.5


def test_s27_unreached_customer_is_called_again_next_day(begin: Begin) -> None:
    """R4.4.1: not reached, not counted, once more the day after."""
    project = begin("in service", "C-001")
    company = project.company
    company.set_clock(at("2026-06-15"))
    values = {"reached": False, "visited_at": "2026-06-15T10:00:00+08:00"}

    project.do(company.lin, "UT_phone_visit", **values)

    assert project.holds(company.lin, "UT_phone_visit") == 0
    assert opened(project)[0]["reachedAt"] is None
    company.set_clock(at("2026-06-16", "10:00"))
    assert project.holds(company.lin, "UT_phone_visit") == 1


def test_s27_visit_brings_requests_and_goes_on_site(begin: Begin) -> None:
    """R4.4.3, R4.4.4, R0.2: a request with source visit; approved, visited, closed."""
    project = begin("in service", "C-001")
    company = project.company
    company.set_clock(at("2026-06-15"))

    call(
        project,
        score=2,
        opinions=["报表慢"],
        new_requests=[{"title": "报表慢", "category": "defect", "module": "财务"}],
        need_onsite=True,
    )

    (request,) = project.listed("requests")
    assert (request["source"], request["title"]) == ("visit", "报表慢")
    assert project.holds(company.lin, "UT_judge_scope") == 1
    apply = {"reason": "现场查看", "planned_on": "2026-06-17", "days": 1}
    project.do(company.lin, "UT_apply_onsite", **apply)
    project.do(company.hou, "UT_approve_onsite", approved=True)
    project.do(
        company.lin,
        "UT_onsite_visit",
        visited_on="2026-06-17",
        findings="索引缺失",
        customer_signature="王主任",
    )
    visit = opened(project)[0]
    assert (visit["state"], visit["score"], visit["onsite"]) == ("closed", 2, True)
    for username in ("hou", "wang", "pan"):
        assert len(project.told(username, "low_score")) == 1
    assert rate(project) == 1


def test_s27_refused_application_ends_the_visit_by_phone(begin: Begin) -> None:
    """R4.4.4: refused means told, and closed without a visit."""
    project = begin("in service", "C-001")
    company = project.company
    company.set_clock(at("2026-06-15"))
    call(project, need_onsite=True)
    apply = {"reason": "现场查看", "planned_on": "2026-06-17", "days": 1}
    project.do(company.lin, "UT_apply_onsite", **apply)

    project.do(company.hou, "UT_approve_onsite", approved=False, comment="电话可解决")

    visit = opened(project)[0]
    assert (visit["state"], visit["onsite"]) == ("closed", False)
    assert project.told("lin", "onsite_refused")


def test_s27_problem_is_coordinated_beside_the_request(begin: Begin) -> None:
    """R4.3.6.2, R0.4: any of the three coordinates; the request is not held up."""
    project = begin("in service", "C-001")
    company = project.company
    request = project.ask_for_service(module="财务")
    path = f"/v2/service-requests/{request['requestNo']}/problems"

    company.lin.ask("POST", path, json={"text": "客户情绪激动"})

    trio = (company.hou, company.wang, company.pan)
    assert [project.holds(p, "UT_coordinate_problem") for p in trio] == [1, 1, 1]
    assert project.holds(company.lin, "UT_judge_scope") == 1
    answer = {"resolution": "侯福龙致电", "reply_to_customer": "已安排专人"}
    project.do(company.pan, "UT_coordinate_problem", **answer)
    assert [project.holds(p, "UT_coordinate_problem") for p in trio] == [0, 0, 0]
    assert project.told("lin", "problem_coordinated")


def test_open_visits_end_with_the_period(begin: Begin) -> None:
    """X5, R5.1.1: unreached visits are closed; 赵明 has to contact the customer."""
    project = begin("expired", "C-001")
    company = project.company

    assert project.holds(company.lin, "UT_phone_visit") == 0
    assert {visit["state"] for visit in opened(project)} == {"canceled"}
    assert project.holds(company.zhao, "UT_contact_customer") == 1
    assert opened(project)[-1]["dueOn"] == "2027-04-15"
