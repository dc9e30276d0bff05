"""Projects that are taken over in the middle of their life."""

from typing import Any

import pytest

from tests.api.driver import JSON, Company
from tests.api.project_driver import Project, at, refused

CONTRACT = {
    "contractNo": "HT-24-007",
    "signedOn": "2024-05-01",
    "amount": 5000000,
    "modules": ["财务"],
}
RUNNING = {"startOn": "2025-09-01", "endOn": "2026-09-01", "kind": "free"}


def open_project(company: Company, **given: Any) -> JSON:
    body = {
        "customerKey": company.customer("C-001")["customerKey"],
        "salesManager": "zhao",
        **given,
    }
    opened: JSON = company.zhao.ask("POST", "/v2/projects", json=body)
    return opened


def project_of(company: Company, opened: JSON) -> Project:
    return Project(company, company.customer("C-001"), opened["projectNo"])


def test_project_in_service_is_served_at_once(company: Company) -> None:
    """R0.1, R4.3.0: no preparation, an agent, requests in scope, then the expiry."""
    opened = open_project(
        company,
        stage="service",
        manager="chen",
        acceptedOn="2025-09-01",
        contract=CONTRACT,
        servicePeriod=RUNNING,
    )
    project = project_of(company, opened)
    found = project.project()
    assert (found["stage"], found["manager"], found["agent"]) == (
        "service",
        "chen",
        "lin",
    )
    assert project.holds(company.zhao, "UT_register_contract") == 0
    request = project.ask_for_service(module="财务")
    assert request["processDefinitionId"] == "service_request"
    assert request["suggestedScope"] == "in"

    company.set_clock(at("2026-09-01"))

    assert project.holds(company.zhao, "UT_contact_customer") == 1


def test_period_alone_suffices(company: Company) -> None:
    """R4.0.2: the next visit counts from the period where nothing else is known."""
    opened = open_project(
        company, stage="service", servicePeriod={"startAt": "2026-01-05", **END}
    )

    project = project_of(company, opened)

    assert project.project()["stage"] == "service"
    assert [v["dueOn"] for v in project.listed("visits")] == ["2026-04-02"]


END = {"endAt": "2027-01-05T00:00:00+08:00"}


def test_lapsed_project_is_charged_and_may_buy(company: Company) -> None:
    """R5.4.1, X2: after a paid period the notice does not speak of a free one."""
    opened = open_project(
        company,
        stage="lapsed",
        servicePeriod={"startOn": "2024-09-01", "endOn": "2025-09-01", "kind": "paid"},
    )
    project = project_of(company, opened)

    request = project.ask_for_service(category="remote")

    assert request["processDefinitionId"] == "post_expiry_request"
    assert request["notice"].startswith("服务期已过,")
    project.post(company.zhao, "repurchase")
    assert project.holds(company.zhao, "UT_contact_customer") == 1


def test_project_on_site_needs_its_manager(company: Company) -> None:
    """R2.1.1: taken over on site, the work begins with its manager."""
    opened = open_project(company, stage="implementation", manager="chen")

    project = project_of(company, opened)

    assert project.holds(company.chen, "UT_arrange_site_work") == 1


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"stage": "service"}, "/servicePeriod"),
        ({"stage": "implementation"}, "/manager"),
        ({"stage": "implementation", "manager": "lin"}, "/manager"),
        ({"servicePeriod": RUNNING}, "/servicePeriod"),
        (
            {
                "stage": "service",
                "servicePeriod": {"startOn": "2024-01-01", "endOn": "2025-01-01"},
            },
            "/servicePeriod/endOn",
        ),
        ({"stage": "lapsed", "servicePeriod": RUNNING}, "/servicePeriod/endOn"),
        (
            {
                "stage": "service",
                "servicePeriod": RUNNING,
                "contract": {**CONTRACT, "modules": ["财务", "航天"]},
            },
            "/contract/modules/1",
        ),
    ],
)
def test_what_does_not_fit_the_stage_is_named(
    company: Company, given: JSON, pointer: str
) -> None:
    """R0.1: refused with a pointer, and no project is left behind."""
    error = refused(open_project, company, **given)

    assert error.status == 422
    assert [e["pointer"] for e in error.body["errors"]] == [pointer]
    assert company.zhao.search("projects") == []
