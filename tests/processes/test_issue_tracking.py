"""Issues of requirements, in JIRA and in the built-in tracker, to their end."""

import hashlib
import hmac
import json
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from engine.settings import JiraSettings
from tests.api.driver import JSON
from tests.api.outgoing.waiting import hurry, until
from tests.api.project_driver import Project
from tests.processes.backgrounds import Begin
from tests.processes.test_requirement_scenarios import Requirement
from tests.unit.connectors.jira_server import Jira, jira_serving

SECRET = "secret of the webhook in JIRA"


def event(key: str, status: str, updated: str = "2026-03-02T09:00:00") -> JSON:
    fields = {"status": {"name": status}, "updated": updated}
    return {
        "webhookEvent": "jira:issue_updated",
        "issue": {"key": key, "fields": fields},
    }


def tell(
    project: Project, event: Any, secret: str = SECRET, **headers: str
) -> httpx2.Response:
    """Send what JIRA's webhook sends."""
    content = event if isinstance(event, bytes) else json.dumps(event).encode()
    digest = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
    signed = {"X-Hub-Signature": f"sha256={digest}", **headers}
    return project.company.http.request(
        "POST",
        "/v2/issue-tracker/events",
        content=content,
        headers={"Content-Type": "application/json", **signed},
    )


def end_without_development(requirement: Requirement) -> None:
    """R3.2.5: all assess, and 侯福龙 concludes that it is not developed."""
    requirement.evaluate_all(develop=False)
    requirement.conclude(
        develop=False, planned_start=None, planned_finish=None, reason="投入过大"
    )


def in_jira(begin: Begin, jira: Jira, **more: Any) -> Requirement:
    project = begin("on site", "C-001")
    settings = JiraSettings(url=jira.url, project="KB", **more)
    project.house.restart(jira=settings)
    requirement = Requirement(project, "批次效期预警")
    requirement.submit()
    return requirement


def test_status_comes_back_by_a_signed_webhook(begin: Begin) -> None:
    """R3.2.4: what JIRA says of the issue stands with the requirement."""
    with jira_serving() as jira:
        secret = SecretStr(SECRET)
        requirement = in_jira(begin, jira, webhook_secret=secret)
        project = requirement.project
        key = requirement.row()["issueKey"]

        assert tell(project, event(key, "In Progress")).status_code == 204
        assert tell(project, event(key, "In Progress")).status_code == 204
        late = event(key, "To Do", updated="2026-03-01T09:00:00")
        assert tell(project, late).status_code == 204

    assert requirement.row()["issueStatus"] == "In Progress"
    path = f"/v2/projects/{project.project_no}/timeline"
    told = [
        entry["event"]
        for entry in project.company.hou.ask("GET", path)["items"]
        if entry["event"] == "IssueStatusChanged"
    ]
    assert len(told) == 1


def test_webhook_without_a_right_signature_is_sent_away(begin: Begin) -> None:
    with jira_serving() as jira:
        requirement = in_jira(begin, jira, webhook_secret=SecretStr(SECRET))
        project, key = requirement.project, requirement.row()["issueKey"]

        wrong = tell(project, event(key, "Done"), secret="another")
        none = tell(project, event(key, "Done"), **{"X-Hub-Signature": ""})
        strange = [
            tell(project, said) for said in (b"[]", b"{", {"issue": {"key": key}})
        ]

    assert {(a.status_code, a.json()["code"]) for a in (wrong, none)} == {
        (401, "event-unsigned")
    }
    assert {(a.status_code, a.json()["code"]) for a in strange} == {
        (400, "event-malformed")
    }
    assert requirement.row()["issueStatus"] is None


def test_status_is_asked_for_where_jira_does_not_tell(begin: Begin) -> None:
    with jira_serving() as jira:
        requirement = in_jira(begin, jira, api=3)
        (issue,) = jira.issues.values()
        issue["status"] = "In Progress"
        hurry(requirement.project.house)

        until(lambda: requirement.row()["issueStatus"] == "In Progress")


def test_built_in_tracker_shows_its_issues(begin: Begin) -> None:
    """R3.2.4, A34: without JIRA the product keeps the issue itself."""
    project = begin("on site", "C-001")
    requirement = Requirement(project, "批次效期预警")

    requirement.submit()

    (issue,) = project.listed("issues")
    assert issue["issueKey"] == requirement.row()["issueKey"]
    assert (issue["urgency"], issue["status"]) == ("high", "open")
    assert requirement.row()["issueStatus"] == "open"


@pytest.mark.parametrize("with_jira", [True, False], ids=["jira", "built-in"])
def test_issue_hears_how_its_requirement_ended(
    begin: Begin, *, with_jira: bool
) -> None:
    """R3.2.12: whoever reads the issue learns what became of it."""
    with jira_serving() as jira:
        if with_jira:
            requirement = in_jira(
                begin, jira, transitions={"not_developed": "Done"}, poll_minutes=0
            )
        else:
            requirement = Requirement(begin("on site", "C-001"), "批次效期预警")
            requirement.submit()
        end_without_development(requirement)
        if with_jira:
            (issue,) = jira.issues.values()
            until(lambda: issue["status"] == "Done")
            comments = issue["comments"]
        else:
            (row,) = requirement.project.listed("issues")
            assert row["status"] == "closed"
            comments = row["comments"]

    assert len(comments) == 1
    assert requirement.raised["requirementNo"] in json.dumps(comments)


def test_issue_that_cannot_be_moved_is_an_incident_to_be_tried_again(
    begin: Begin,
) -> None:
    with jira_serving() as jira:
        requirement = in_jira(
            begin, jira, transitions={"not_developed": "Archived"}, poll_minutes=0
        )
        admin = requirement.project.company.admin
        end_without_development(requirement)
        (incident,) = until(lambda: admin.search("incidents", state="ACTIVE"))
        (issue,) = jira.issues.values()
        issue["status"] = "Archived"

        path = f"/v2/incidents/{incident['incidentKey']}/resolution"
        admin.ask("POST", path)
        until(lambda: not admin.search("jobs", state="FAILED"))

    assert incident["errorType"] == "connector-refused"
    assert "Archived" in incident["errorMessage"]
    assert incident["processInstanceKey"] == (requirement.raised["processInstanceKey"])
    assert len(issue["comments"]) == 1
    assert admin.search("incidents", state="ACTIVE") == []
