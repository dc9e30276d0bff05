"""一.3 to 一.6 rule by rule: from the three documents to the team on site."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.api.driver import Case, Person, RefusedError
from tests.api.serving import START

OPINION = {"discussion_on": "2026-03-12", "return_to_customer": False}


def text_of(case: Case, kind: str) -> str:
    """Return the words of a PDF of the project."""
    document = case.papers(case.company.hou)[kind]
    path = f"/v2/documents/{document['documentId']}"
    content = case.company.hou.call("GET", path).content
    pages = PdfReader(BytesIO(content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def refusal(case: Case, person: Person, element_id: str, **values: object) -> set[str]:
    """Return the pointers of what is wrong with a completion."""
    with pytest.raises(RefusedError) as error:
        case.do(person, element_id, **values)
    assert error.value.status == 422
    return {each["pointer"] for each in error.value.body["errors"]}


def test_r1_3_1_three_tailored_documents_reach_the_customer(sent: Case) -> None:
    """R1.3.1: confirmation letter, survey form and import template, with notice."""
    hp = sent.company.hp
    kinds = {"preparation_confirmation", "survey_form", "import_template"}

    (notice,) = sent.notices(hp, "preparation_docs")

    assert sent.passed("UT_send_preparation_docs") == 1
    assert sent.passed("ST_submit_preparation_docs") == 1
    assert set(sent.papers(hp)) >= kinds
    assert {document["kind"] for document in notice["documents"]} == kinds
    assert "服务器" in text_of(sent, "preparation_confirmation")
    assert "业务流程" in text_of(sent, "survey_form")


def test_r1_3_2_both_settle_the_state_of_preparation(sent: Case) -> None:
    """R1.3.2: one alone is not enough, and both answers are kept."""
    chen, zhao = sent.company.chen, sent.company.zhao
    answer = {"contacted_on": "2026-03-10", "customer_person": "王主任", "ok": True}
    sent.do(chen, "UT_confirm_readiness", **answer)
    alone = (
        sent.passed("UT_confirm_readiness"),
        sent.holds(zhao, "UT_confirm_readiness"),
    )

    sent.do(zhao, "UT_confirm_readiness", **answer)

    assert alone == (0, 1)
    assert sent.passed("UT_confirm_readiness") == 1
    people = {entry["actor"] for entry in sent.completions("UT_confirm_readiness")}
    assert people == {"chen", "zhao"}


def test_r1_3_2_open_items_are_settled_before_anybody_leaves(sent: Case) -> None:
    """R1.3.2: whoever is not ready is asked again when all papers are there."""
    chen, zhao = sent.company.chen, sent.company.zhao
    answer = {"contacted_on": "2026-03-10", "customer_person": "王主任"}
    sent.do(chen, "UT_confirm_readiness", **answer, ok=True)
    sent.do(zhao, "UT_confirm_readiness", **answer, ok=False, open_items=["服务器"])
    sent.plan_confirmed(chen)
    sent.return_confirmation()

    assert sent.passed("GW_readiness") == 1
    assert sent.holds(chen, "UT_mobilise_team") == 0
    sent.confirm_readiness(chen)

    assert sent.passed("GW_readiness") == 2
    assert sent.holds(chen, "UT_mobilise_team") == 1


def test_r1_4_1_the_returned_survey_starts_the_analysis(sent: Case) -> None:
    """R1.4.1: before it comes back nobody analyses anything."""
    wang, pan = sent.company.wang, sent.company.pan
    before = [sent.holds(person, "UT_analyse_survey") for person in (wang, pan)]

    sent.return_survey()

    assert before == [0, 0]
    assert sent.passed("UT_return_survey") == 1
    assert sent.holds(wang, "UT_analyse_survey") == 1
    assert sent.holds(pan, "UT_analyse_survey") == 1


def test_r1_4_1_a_survey_that_stays_away_is_chased(sent: Case) -> None:
    """R1.4.1, X3: the manager is told every five days until it comes."""
    chen = sent.company.chen
    sent.company.set_clock(START + timedelta(days=11))
    chased = len(sent.notices(chen, "chase_survey"))
    sent.return_survey()

    sent.company.set_clock(START + timedelta(days=30))

    assert chased == 2
    assert sent.passed("ST_chase_survey") == 2
    assert len(sent.notices(chen, "chase_survey")) == 2


def test_r1_4_2_both_analysts_must_evaluate(sent: Case) -> None:
    """R1.4.2: 王立民 and 潘晓彤; nobody writes before both have."""
    wang, pan = sent.company.wang, sent.company.pan
    sent.return_survey()
    sent.do(pan, "UT_analyse_survey", findings=[], complete=True)
    alone = sent.holds(wang, "UT_write_opinion"), sent.passed("UT_analyse_survey")

    sent.do(wang, "UT_analyse_survey", findings=[], complete=True)

    assert alone == (0, 0)
    assert sent.passed("UT_analyse_survey") == 1
    assert sent.holds(wang, "UT_write_opinion") == 1
    assert sent.holds(pan, "UT_write_opinion") == 1


def test_r1_4_3_one_writes_the_opinion_for_both(sent: Case) -> None:
    """R1.4.3: whoever writes first; each issue has a proposal; it becomes a paper."""
    wang, pan = sent.company.wang, sent.company.pan
    sent.return_survey()
    sent.analyse_survey()
    incomplete = [{"no": 1, "issue": "无批号管理"}]
    pointers = refusal(sent, pan, "UT_write_opinion", issues=incomplete, **OPINION)

    issues = [{"no": 1, "issue": "无批号管理", "proposal": "启用批号"}]
    sent.do(pan, "UT_write_opinion", issues=issues, **OPINION)

    assert pointers == {"/issues/0/proposal"}
    assert sent.passed("UT_write_opinion") == 1
    assert sent.passed("ST_render_opinion") == 1
    assert sent.holds(wang, "UT_write_opinion") == 0
    assert "启用批号" in text_of(sent, "issue_opinion")


def test_r1_4_3_no_issue_is_written_down_too(sent: Case) -> None:
    """R1.4.3, A6: the opinion says 无问题 and is decided on all the same."""
    sent.return_survey()
    sent.analyse_survey()

    sent.write_opinion(issues=0)

    assert "无问题" in text_of(sent, "issue_opinion")
    assert sent.holds(sent.company.jin, "UT_decide_solution") == 1


def test_r1_4_4_the_opinion_goes_to_sales_manager_and_decider(sent: Case) -> None:
    """R1.4.4: 赵明 and 金忠权 are told, with the paper to read; nobody else is."""
    sent.return_survey()
    sent.analyse_survey()

    sent.write_opinion()

    company = sent.company
    names = ("zhao", "jin", "chen", "hou", "wang", "pan", "zhou", "hp")
    told = {
        name: sent.notices(getattr(company, name), "opinion_submitted")
        for name in names
    }
    assert sent.passed("ST_submit_opinion") == 1
    assert {name for name, notices in told.items() if notices} == {"zhao", "jin"}
    for name in ("zhao", "jin"):
        (document,) = told[name][0]["documents"]
        assert document["kind"] == "issue_opinion"
        path = f"/v2/documents/{document['documentId']}"
        assert getattr(company, name).call("GET", path).status_code == 200


def test_r1_4_5_one_person_decides_each_issue(sent: Case) -> None:
    """R1.4.5: 金忠权 alone; manager and sales manager are told what he decided."""
    company = sent.company
    sent.return_survey()
    sent.analyse_survey()
    sent.write_opinion()
    task = company.jin.task("UT_decide_solution", projectNo=sent.project_no)
    for name in ("zhou", "hou", "wang", "zhao", "chen"):
        with pytest.raises(RefusedError) as error:
            getattr(company, name).answer(task["userTaskKey"], {"decisions": []})
        assert error.value.status == 403

    sent.decide_solution()

    assert sent.passed("UT_decide_solution") == 1
    assert sent.passed("ST_notify_solution") == 1
    assert len(sent.notices(company.chen, "solution_decided")) == 1
    assert len(sent.notices(company.zhao, "solution_decided")) == 1
    assert sent.holds(company.chen, "UT_draft_plan") == 1


def test_r1_6_1_the_letter_is_a_gate(sent: Case) -> None:
    """R1.6.1: without it nobody goes, whatever else is done."""
    chen = sent.company.chen
    sent.plan_confirmed(chen)
    sent.confirm_readiness(chen)
    before = sent.holds(chen, "UT_mobilise_team"), sent.passed("GW_prep_join")

    sent.return_confirmation()

    assert before == (0, 0)
    assert sent.passed("UT_return_confirmation") == 1
    assert sent.passed("GW_prep_join") == 1
    assert sent.holds(chen, "UT_mobilise_team") == 1


def test_r1_6_1_a_recorded_letter_needs_the_signed_paper(sent: Case) -> None:
    """R1.6.1: the manager may record it for the customer, but not without proof."""
    letter = {
        "items": [{"item": "服务器", "ready": True}],
        "signed_by": "王主任",
        "signed_on": "2026-03-11",
    }

    pointers = refusal(sent, sent.company.chen, "UT_return_confirmation", **letter)

    assert pointers == {"/file"}
    assert sent.holds(sent.company.hp, "UT_return_confirmation") == 1


def test_r1_6_2_the_team_on_site_starts_the_implementation(sent: Case) -> None:
    """R1.6.2, R2.2.1, R2.4.1, R2.4.2: the next stage, with record and tracking."""
    chen = sent.company.chen
    sent.plan_confirmed(chen)
    sent.confirm_readiness(chen)
    sent.return_confirmation()
    stage = sent.project()["stage"]
    unknown = refusal(
        sent,
        chen,
        "UT_mobilise_team",
        team=["nobody"],
        arrived_on="2026-03-20",
        site_contact="王主任",
    )

    sent.mobilise(chen)

    assert stage == "preparation"
    assert unknown == {"/team/0"}
    assert sent.passed("UT_mobilise_team") == 1
    assert sent.passed("EE_on_site") == 1
    assert sent.passed("CE_preparation_completed", "project_lifecycle") == 1
    assert sent.project()["stage"] == "implementation"
    assert sent.project()["arrivedOn"] == "2026-03-20"
    assert sent.instance("pre_implementation")["state"] == "COMPLETED"
    assert sent.instance("implementation")["state"] == "ACTIVE"
    assert sent.holds(chen, "UT_fill_site_record") == 1
    (progress, quality) = (
        sent.company.hou.search("element-instances", elementId=each, state="ACTIVE")
        for each in ("SP_progress", "SP_quality")
    )
    assert (len(progress), len(quality)) == (1, 1)
