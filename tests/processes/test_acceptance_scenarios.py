"""Section 二.5, acceptance: refused, put right, accepted; and what follows from it."""

from datetime import date
from typing import Any

import pytest

from tests.api.project_driver import CONTRACTS, Project, at, refused
from tests.processes.backgrounds import Begin

DAY = "2026-05-15"


def to_report(project: Project) -> None:
    """The work is done and declared complete."""
    project.arrange_work()
    project.company.set_clock(at(DAY))
    project.declare_complete()


def to_customer(project: Project, **proposed: Any) -> None:
    """R2.5.1, R2.5.2: the report is written and the customer is met."""
    modules = CONTRACTS[project.customer["number"]]["modules"]
    project.do(
        project.company.chen,
        "UT_fill_acceptance_report",
        scope_done=[{"module": m, "result": "已完成"} for m in modules],
        training_done=True,
    )
    project.do(
        project.company.zhao,
        "UT_organise_acceptance",
        meeting_on=DAY,
        attendees=["王主任", "陈刚"],
        **{"accepted_on": DAY, **proposed},
    )


def answer(project: Project, **values: Any) -> None:
    """R2.5.3: the customer accepts or refuses."""
    given = {"signed_by": "王主任", "accepted_on": DAY, **values}
    project.do(project.contact, "UT_customer_accept", **given)


def rectify(project: Project, item: str) -> None:
    project.do(
        project.company.chen,
        "UT_rectify",
        fixed_items=[{"item": item, "fix": "已修正"}],
        fixed_on=DAY,
    )


def test_s11_acceptance_is_refused_twice_and_then_given(begin: Begin) -> None:
    """R2.5.1, R2.5.2, R2.5.3, R2.5.4, R4.0.2, X9: put right each time, a new report."""
    project = begin("on site", "C-001")
    company = project.company
    to_report(project)
    to_customer(project)
    assert project.holds(company.chen, "UT_rectify") == 0
    task = project.contact.task("UT_customer_accept", projectNo=project.project_no)
    bare = refused(answer, project, accepted=False)
    assert (bare.status, bare.body["errors"][0]["pointer"]) == (422, "/defects")
    wrong = {"accepted": True, "signed_by": "赵明", "accepted_on": DAY}
    assert refused(company.zhao.answer, task["userTaskKey"], wrong).status == 403
    assert refused(company.ht.answer, task["userTaskKey"], wrong).status == 404

    for item in ("打印格式不对", "库存不平"):
        answer(project, accepted=False, defects=[{"item": item}])
        assert project.project()["stage"] == "implementation"
        rectify(project, item)
        to_customer(project)
    answer(project, accepted=True)

    assert project.project()["stage"] == "service"
    (period,) = project.listed("service-periods")
    assert (period["startOn"], period["endOn"]) == (DAY, "2027-05-15")
    reports = project.documents("acceptance_report")
    assert sorted(r["version"] for r in reports) == [1, 2, 3]
    (in_force,) = [r for r in reports if not r["void"]]
    assert in_force["version"] == 3
    signed = company.hou.ask(
        "GET", f"/v2/documents/{in_force['documentId']}/signatures"
    )["items"]
    assert {s["username"] for s in signed} >= {"chen", "zhao"}
    assert {s["sha256"] for s in signed} == {in_force["contentHash"]}
    rounds = [n["elementId"] for n in company.hou.notices()]
    assert "UT_fill_acceptance_report" in rounds


def test_refused_acceptance_begins_no_service(begin: Begin) -> None:
    """R2.5.4: while defects are open a request is still worked as a requirement."""
    project = begin("on site", "C-001")
    to_report(project)
    to_customer(project)
    answer(project, accepted=False, defects=[{"item": "打印格式不对"}])

    request = project.ask_for_service()

    assert request["processDefinitionId"] == "requirement_development"
    assert project.listed("service-periods") == []


@pytest.mark.parametrize(
    ("basis", "months", "expected"),
    [
        ("contract_sign", 12, ("2026-03-01", "2027-03-01")),
        ("go_live", 6, ("2026-05-10", "2026-11-10")),
        ("acceptance", 3, (DAY, "2026-08-15")),
    ],
)
def test_period_counts_from_what_the_contract_says(
    begin: Begin, basis: str, months: int, expected: tuple[str, str]
) -> None:
    """R4.0.2, A14: from the signature, the go-live or the acceptance on."""
    project = begin("opened", "C-001")
    project.prepare(
        {
            **CONTRACTS["C-001"],
            "service_start_basis": basis,
            "free_service_months": months,
        }
    )
    to_report(project)
    to_customer(project, go_live_on="2026-05-10")

    answer(project, accepted=True, go_live_on="2026-05-10")

    (period,) = project.listed("service-periods")
    assert (period["startOn"], period["endOn"]) == expected


def test_no_free_months_lead_straight_to_the_follow_up(begin: Begin) -> None:
    """R4.0.2, R5.1.1: without a free period the sales manager asks at once."""
    project = begin("opened", "C-001")
    project.prepare({**CONTRACTS["C-001"], "free_service_months": 0})
    to_report(project)
    project.accept(date.fromisoformat(DAY))

    assert project.holds(project.company.zhao, "UT_contact_customer") == 1
    assert project.listed("service-periods") == []
