"""R4.3.0: one dedicated person for a customer, whoever it is by now."""

from typing import Any

from tests.api.driver import JSON, Company
from tests.api.project_driver import Project, at
from tests.processes.backgrounds import ACCEPTED, Begin

POSITION = "customer_service_agent"


def add_agent(company: Company, username: str) -> None:
    """Let somebody hold the position of a customer service agent too."""
    content: JSON = company.admin.ask("GET", "/v2/duties")["configuration"]
    content["positions"][POSITION]["users"].append(username)
    company.admin.ask("PUT", "/v2/duties", json=content)


def to_service(project: Project) -> None:
    project.arrange_work()
    project.company.set_clock(at(ACCEPTED.isoformat()))
    project.declare_complete()
    project.accept(ACCEPTED)


def change_customer(project: Project, **changes: Any) -> None:
    key = project.customer["customerKey"]
    project.company.zhao.ask("PATCH", f"/v2/customers/{key}", json=changes)


def test_only_agent_is_assigned_and_introduced(begin: Begin) -> None:
    """The agent and the customer's people hear of each other."""
    project = begin("in service", "C-001")

    assert project.project()["agent"] == "lin"
    assert project.told("lin", "agent_assigned")
    assert project.told("hp", "agent_assigned")


def test_service_management_chooses_among_several(begin: Begin) -> None:
    """Two agents and none of the customer's own: any of the three chooses."""
    project = begin("on site", "C-001")
    company = project.company
    add_agent(company, "gao")
    to_service(project)
    assert project.project()["agent"] is None
    assert project.holds(company.wang, "UT_assign_agent") == 1

    project.do(company.pan, "UT_assign_agent", agent="gao")

    assert project.project()["agent"] == "gao"
    assert project.told("gao", "agent_assigned")
    project.ask_for_service()
    assert project.holds(company.gao, "UT_judge_scope") == 1
    assert project.holds(company.lin, "UT_judge_scope") == 0


def test_customers_other_agent_takes_over_open_work(begin: Begin) -> None:
    """Changing the customer's agent moves what is open in his projects."""
    project = begin("in service", "C-001")
    company = project.company
    add_agent(company, "gao")
    project.ask_for_service()
    assert project.holds(company.lin, "UT_judge_scope") == 1

    change_customer(project, agent="gao")

    assert project.project()["agent"] == "gao"
    assert project.holds(company.gao, "UT_judge_scope") == 1
    assert project.holds(company.lin, "UT_judge_scope") == 0


def test_new_contact_comes_into_running_projects(begin: Begin) -> None:
    """Who is added at the customer sees his projects; who is taken away does not."""
    project = begin("in service", "C-001")
    company = project.company
    assert company.hm.call("GET", project.path).status_code == 404

    change_customer(project, contacts=[{"name": "于部长", "username": "hm"}])

    assert company.hm.call("GET", project.path).status_code == 200
    assert company.hp.call("GET", project.path).status_code == 404


def test_grace_days_keep_service_while_undecided(begin: Begin) -> None:
    """A26: with grace days a request after the end is still in the period."""
    project = begin("expired", "C-002")
    project.house.restart(grace_days=10)

    request = project.ask_for_service()

    assert request["processDefinitionId"] == "service_request"
