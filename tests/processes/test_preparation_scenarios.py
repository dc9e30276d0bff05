"""Section 一 from signature to site, as SCENARIOS S01, S03, S04 and S06 tell it."""

from datetime import datetime, timedelta, timezone

import pytest

from tests.api.driver import Case, Company, RefusedError

CHINA = timezone(timedelta(hours=8))
START = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)


def notices_about(case: Case, username: str, template: str) -> list[dict[str, object]]:
    person = getattr(case.company, username)
    return [
        n
        for n in person.notices()
        if n["template"] == template and n["projectNo"] == case.project_no
    ]


def test_s01_full_contract_is_copied_to_the_service_director(company: Company) -> None:
    """R1.1.1, R1.1.2: registered, copied to 侯福龙, both appointers asked."""
    case = company.open_project("C-001")

    case.register_contract(contract_no="HT-26-031")

    documents = {
        d["kind"]
        for d in company.hou.ask("GET", f"/v2/projects/{case.project_no}/documents")[
            "items"
        ]
    }
    told = [n for n in company.hou.notices() if n["projectNo"] == case.project_no]
    assert "contract_full" in documents
    assert [n["documents"][0]["kind"] for n in told] == ["contract_full"]
    assert [
        case.holds(p, "UT_appoint_manager") for p in (company.hou, company.wang)
    ] == [
        1,
        1,
    ]
    everybody = [getattr(company, u) for u in ("zhao", "hou", "wang", "chen", "li")]
    assert [case.holds(p, "UT_upload_contract") for p in everybody] == [0] * 5


def test_s01_preparation_leads_to_a_team_on_site(company: Company) -> None:
    """R1.1.3–R1.6.2, R1.3.1, R1.6.2: from the appointment to the team on site."""
    case = company.open_project("C-001")
    chen = case.to_documents_sent()

    assert case.holds(chen, "UT_confirm_readiness") == 1
    assert case.holds(company.zhao, "UT_confirm_readiness") == 1
    assert case.holds(company.hp, "UT_return_confirmation") == 1
    assert case.holds(company.hp, "UT_return_survey") == 1

    case.plan_confirmed(chen)
    case.return_confirmation()
    case.confirm_readiness(chen)
    case.mobilise(chen)

    project = case.project()
    assert project["stage"] == "implementation"
    assert project["manager"] == "chen"
    documents = company.hou.ask("GET", f"/v2/projects/{case.project_no}/documents")
    assert {d["kind"] for d in documents["items"]} >= {
        "contract_full",
        "contract_redacted",
        "milestone_schedule",
        "preparation_confirmation",
        "survey_form",
        "import_template",
        "issue_opinion",
        "implementation_plan",
        "plan_schedule",
    }


def test_s03_disagreeing_appointers_are_asked_again(company: Company) -> None:
    """R1.2.1, R1.1.3: two names mean no manager and a new round."""
    case = company.open_project("C-002")
    case.register_contract(modules=["进销存", "生产"])
    case.do(company.hou, "UT_appoint_manager", nominee="chen", reason="有经验")
    case.do(company.wang, "UT_appoint_manager", nominee="li", reason="熟悉生产")

    assert case.project()["manager"] is None
    assert case.holds(company.chen, "UT_upload_contract") == 0
    again = company.hou.task("UT_appoint_manager", projectNo=case.project_no)
    view = company.hou.ask("GET", f"/v2/user-tasks/{again['userTaskKey']}/view")
    shown = {(r["nominee"], r["reason"]) for r in view["previous"]}
    assert shown == {("chen", "有经验"), ("li", "熟悉生产")}

    case.appoint("li")

    assert case.project()["manager"] == "li"
    task = company.li.task("UT_upload_contract", projectNo=case.project_no)
    with pytest.raises(RefusedError) as refused:
        company.chen.answer(
            task["userTaskKey"], {"pm_record_no": "PM-1", "uploaded_on": "2026-03-02"}
        )
    assert refused.value.status == 403


def test_s03_one_appointer_alone_never_finishes(company: Company) -> None:
    """R1.2.1: one completion leaves the project waiting for the other."""
    case = company.open_project("C-002")
    case.register_contract(modules=["进销存"])

    case.do(company.hou, "UT_appoint_manager", nominee="li", reason="")

    assert case.project()["manager"] is None
    assert case.holds(company.wang, "UT_appoint_manager") == 1
    assert case.holds(company.hou, "UT_appoint_manager") == 0


def test_s04_missing_letter_is_chased_every_five_days(company: Company) -> None:
    """R1.4.1, R1.6.1, X3: chased, still open, recorded on the customer's behalf."""
    case = company.open_project("C-003")
    chen = case.to_documents_sent()

    company.set_clock(START + timedelta(days=6))
    assert len(notices_about(case, "chen", "chase_confirmation")) == 1
    company.set_clock(START + timedelta(days=11))
    assert len(notices_about(case, "chen", "chase_confirmation")) == 2
    assert case.holds(company.jf, "UT_return_confirmation") == 1

    case.return_confirmation(chen)

    entries = company.hou.ask("GET", f"/v2/projects/{case.project_no}/timeline")[
        "items"
    ]
    (entry,) = [
        e
        for e in entries
        if e["event"] == "TaskCompleted" and e["elementId"] == "UT_return_confirmation"
    ]
    assert (entry["actor"], entry["details"]["on_behalf_of"]) == ("chen", "jf")


def test_s04_incomplete_survey_goes_back_to_the_customer(company: Company) -> None:
    """R1.4.2, R1.4.3, A6: returned, analysed again, decided although without issue."""
    case = company.open_project("C-003")
    case.to_documents_sent()
    case.return_survey()
    case.analyse_survey()
    case.do(
        company.wang,
        "UT_write_opinion",
        issues=[],
        discussion_on="2026-03-12",
        return_to_customer=True,
        return_reason="缺少库存流程",
    )

    assert case.holds(company.jf, "UT_return_survey") == 1
    assert case.holds(company.jin, "UT_decide_solution") == 0

    case.return_survey()
    case.analyse_survey()
    case.write_opinion(issues=0)

    assert case.holds(company.jin, "UT_decide_solution") == 1
    documents = company.hou.ask("GET", f"/v2/projects/{case.project_no}/documents")
    (opinion,) = [d for d in documents["items"] if d["kind"] == "issue_opinion"]
    content = company.hou.call("GET", f"/v2/documents/{opinion['documentId']}").content
    assert content.startswith(b"%PDF")


@pytest.mark.parametrize("letter_first", [True, False])
def test_s06_nobody_goes_on_site_without_letter_and_plan(
    company: Company, *, letter_first: bool
) -> None:
    """R1.6.1, R1.6.2, A7: letter, readiness and plan together open the site."""
    case = company.open_project("C-002")
    chen = case.to_documents_sent()
    case.confirm_readiness(chen)
    steps = [case.return_confirmation, lambda: case.plan_confirmed(chen)]
    first, last = steps if letter_first else reversed(steps)

    first()

    assert case.holds(chen, "UT_mobilise_team") == 0
    with pytest.raises(RefusedError) as refused:
        chen.answer("1", {"team": ["liu"]})
    assert refused.value.status == 404

    last()

    assert case.holds(chen, "UT_mobilise_team") == 1
