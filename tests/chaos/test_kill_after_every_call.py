"""Section 一 with the server killed (-9) after every single HTTP call."""

import time
from collections import Counter
from datetime import datetime, timedelta, timezone
from typing import cast

import httpx2

from tests.api.driver import Company
from tests.chaos.mortal import Undaunted, chains_are_intact

START = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))
PAPERS = {
    "milestone_schedule",
    "preparation_confirmation",
    "survey_form",
    "import_template",
    "issue_opinion",
    "implementation_plan",
    "plan_schedule",
}


def papers_of(case):
    path = f"/v2/projects/{case.project_no}/documents"
    return [d["kind"] for d in case.company.hou.ask("GET", path)["items"]]


def test_a_contract_becomes_a_team_although_the_server_dies_after_every_call(
    server, database_url
):
    http = Undaunted(server)
    company = Company(cast("httpx2.Client", http))
    company.set_clock(START)
    case = company.open_project("C-001")
    chen = case.to_documents_sent()
    case.plan_confirmed(chen)
    case.return_confirmation()
    case.confirm_readiness(chen)
    case.mobilise(chen)
    http.mortal = False

    assert case.project()["stage"] == "implementation"
    deadline = time.monotonic() + 90
    while not set(papers_of(case)) >= PAPERS and time.monotonic() < deadline:
        time.sleep(0.5)
    made = Counter(kind for kind in papers_of(case) if kind in PAPERS)
    timeline = company.hou.ask("GET", f"/v2/projects/{case.project_no}/timeline")
    done = Counter(
        (entry["elementId"], entry["actor"])
        for entry in timeline["items"]
        if entry["event"] == "TaskCompleted"
    )
    told = company.hou.ask("GET", f"/v2/projects/{case.project_no}/notifications")
    twice = Counter(
        (n["recipient"], n["template"], n["elementId"]) for n in told["items"]
    )
    assert made == dict.fromkeys(PAPERS, 1)
    assert set(done.values()) == {1}
    assert set(twice.values()) == {1}
    assert company.admin.search("incidents", state="ACTIVE") == []
    assert chains_are_intact(database_url)
    assert (http.calls, server.kills) == (45, 45)
