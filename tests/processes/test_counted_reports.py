"""Figures of the reports, against data that was counted by hand.

The customer is of class A, so that a P2 request is answered within one working hour
and solved within eight; a working day is 08:30 to 12:00 and 13:00 to 17:30.
"""

import csv
import io
from typing import Any

from tests.api.driver import JSON
from tests.api.project_driver import Project, at
from tests.processes.backgrounds import Begin
from tests.processes.test_request_scenarios import handle, inform, judge


def figures(project: Project, report: str) -> dict[str, Any]:
    found = project.company.hou.ask("GET", f"/v2/reports/{report}")
    return {figure["name"]: figure["value"] for figure in found["figures"]}


def request_at(project: Project, time: str) -> JSON:
    project.company.set_clock(at("2026-05-18", time))
    return project.ask_for_service(module="财务", priority="P2")


def test_two_requests_counted_by_hand(begin: Begin) -> None:
    """R0.2: one answered after half an hour and solved in four, one late in both."""
    project = begin("in service", "C-001")
    company = project.company
    first = request_at(project, "09:00")
    company.set_clock(at("2026-05-18", "09:30"))
    judge(project, first, "in")
    second = request_at(project, "10:00")
    company.set_clock(at("2026-05-18", "13:30"))
    judge(project, second, "in")
    company.set_clock(at("2026-05-18", "14:00"))
    handle(project, first)
    inform(project, first)
    company.set_clock(at("2026-05-19", "15:00"))
    handle(project, second)
    inform(project, second, customer_satisfied=False, score=2, comment="仍报错")
    company.set_clock(at("2026-05-20", "09:00"))
    handle(project, second)
    inform(project, second, score=4)

    # 09:00 to 09:30 is 0.5; 10:00 to 13:30 without the noon hour is 2.5.
    # 09:00 to 14:00 is 4; 6.5 on Monday, 8 on Tuesday, 0.5 on Wednesday are 15.
    assert figures(project, "response-and-resolution") == {
        "respondedHours": 1.5,
        "responseInTime": 0.5,
        "resolvedHours": 9.5,
        "resolutionInTime": 0.5,
    }
    assert figures(project, "first-time-fix") == {"rate": 0.5}
    satisfaction = figures(project, "satisfaction")
    assert (satisfaction["mean"], satisfaction["count"]) == (4.5, 2)
    table = company.hou.call(
        "GET", "/v2/reports/response-and-resolution", params={"format": "csv"}
    )
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [row[4:] for row in rows[1:]] == [
        ["0.5", "1", "4.0", "1"],
        ["2.5", "0", "15.0", "0"],
    ]


def test_two_requirements_counted_by_hand(begin: Begin) -> None:
    """R0.2: one talked out of after two and a half days, one open."""
    project = begin("on site", "C-001")
    company = project.company
    company.set_clock(at("2026-03-09"))
    raised = [
        project.post(
            company.chen,
            "requirements",
            title=title,
            description="",
            origin="implementation",
        )
        for title in ("无限期反审核", "效期预警")
    ]
    company.set_clock(at("2026-03-11", "21:00"))
    project.for_request(
        company.chen,
        "UT_judge_requirement",
        raised[0],
        reasonable=False,
        reason="违反内控",
    )
    project.for_request(
        company.chen,
        "UT_persuade",
        raised[0],
        outcome="persuaded",
        talk_on="2026-03-11",
        note="同意",
    )

    assert figures(project, "requirement-cycle") == {"mean": 2.5, "open": 1}
