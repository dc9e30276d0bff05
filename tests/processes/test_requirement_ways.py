"""三.2, special requirements that go another way than the straight one."""

import pytest

from tests.api.driver import PASSWORD
from tests.api.project_driver import Project, refused
from tests.processes.backgrounds import Begin
from tests.processes.test_requirement_scenarios import Requirement, negotiated

STAFF = [
    *("chen", "gao", "hou", "jin", "li", "lin", "liu", "ma"),
    *("pan", "sun", "wang", "xu", "yan", "zhao", "zhou"),
]


def quoted(project: Project) -> Requirement:
    """A requirement that is developed for money, about to be told to the customer."""
    requirement = Requirement(project, "批次效期预警")
    requirement.submit()
    requirement.evaluate_all(in_contract=False, effort_days=8)
    requirement.conclude(
        chargeable=True, quote=1200000, feedback_needed=True, reason="合同外开发"
    )
    return requirement


@pytest.mark.parametrize("solution", ["direct", "workaround"])
def test_s16_requirement_is_solved_in_the_system(begin: Begin, solution: str) -> None:
    """R3.2.3: a way in the system that the customer agrees to; no issue is opened."""
    project = begin("on site", "C-001")
    company = project.company
    requirement = Requirement(project, "按供应商汇总")
    chen = company.chen
    requirement.do(chen, "UT_judge_requirement", reasonable=True, reason="常用")
    requirement.do(chen, "UT_assess_workaround", solution=solution, how="用自定义查询")

    requirement.do(
        chen, "UT_apply_workaround", applied_on="2026-03-05", customer_agrees=True
    )

    row = requirement.row()
    assert (row["result"], row["issueKey"]) == ("solved", None)
    assert requirement.holds(company.wang, "UT_evaluate") == 0


def test_s16_workaround_that_is_not_liked_goes_on(begin: Begin) -> None:
    """R3.2.3, R3.2.4: the customer does not agree, so it is submitted after all."""
    project = begin("on site", "C-001")
    chen = project.company.chen
    requirement = Requirement(project, "按供应商汇总")
    requirement.do(chen, "UT_judge_requirement", reasonable=True, reason="常用")
    requirement.do(
        chen, "UT_assess_workaround", solution="workaround", how="用自定义查询"
    )

    requirement.do(
        chen, "UT_apply_workaround", applied_on="2026-03-05", customer_agrees=False
    )

    assert requirement.holds(chen, "UT_submit_jira") == 1
    assert requirement.row()["result"] is None


def test_insisting_customer_always_reaches_the_evaluation(begin: Begin) -> None:
    """R3.2.2, A12: screening is no refusal; who insists goes on."""
    project = begin("on site", "C-001")
    chen = project.company.chen
    requirement = Requirement(project, "所有单据允许无限期反审核")
    requirement.do(chen, "UT_judge_requirement", reasonable=False, reason="违反内控")

    requirement.do(
        chen, "UT_persuade", outcome="insists", talk_on="2026-03-05", note="坚持"
    )

    assert requirement.holds(chen, "UT_assess_workaround") == 1
    assert requirement.row()["result"] is None


def test_s19_customer_who_declines_the_charge_withdraws(begin: Begin) -> None:
    """R3.2.8, A33: no agreement on the price; closed in the customer's name."""
    project = begin("on site", "C-001")
    company = project.company
    requirement = quoted(project)
    requirement.do(
        company.zhao,
        "UT_feedback",
        feedback_on="2026-03-10",
        customer_reply="wants_changes",
    )
    special = refused(
        requirement.do,
        company.zhao,
        "UT_negotiate",
        outcome="special",
        customer_person="王主任",
    )
    assert (special.status, special.body["errors"][0]["pointer"]) == (422, "/outcome")

    requirement.do(
        company.zhao, "UT_negotiate", outcome="declined", customer_person="王主任"
    )

    row = requirement.row()
    assert (row["result"], row["charge"]) == ("withdrawn", 0)
    assert requirement.holds(company.zhao, "UT_draft_solution") == 0


def test_customer_withdraws_after_the_feedback(begin: Begin) -> None:
    """R3.2.7: nothing is negotiated with a customer who no longer wants it."""
    project = begin("on site", "C-001")
    company = project.company
    requirement = quoted(project)

    requirement.do(
        company.zhao,
        "UT_feedback",
        feedback_on="2026-03-10",
        customer_reply="withdraws",
    )

    assert requirement.row()["result"] == "withdrawn"
    assert requirement.holds(company.zhao, "UT_negotiate") == 0


def test_s20_what_is_not_developed_ends_without_a_letter(begin: Begin) -> None:
    """R3.2.5, R3.2.6, R3.2.7: four are told; a customer who insisted hears of it."""
    project = begin("on site", "C-001")
    company = project.company
    requirement = Requirement(project, "批次效期预警")
    requirement.submit(customer_insists=True)
    requirement.evaluate_all(in_contract=False, develop=False, effort_days=40)
    none = {"develop": False, "planned_start": None, "planned_finish": None}
    silent = refused(requirement.conclude, **none, reason="工作量过大")
    assert silent.body["errors"][0]["pointer"] == "/feedback_needed"
    requirement.conclude(**none, reason="工作量过大", feedback_needed=True)
    told = [p for p in STAFF if project.told(p, "evaluation_sent")]
    assert told == ["chen", "jin", "zhao", "zhou"]

    requirement.do(
        company.zhao, "UT_feedback", feedback_on="2026-03-10", customer_reply="accepts"
    )

    assert requirement.row()["result"] == "closed_no_dev"
    assert not project.documents("solution_letter")


def test_not_developed_and_nobody_to_tell(begin: Begin) -> None:
    """R3.2.7: without need of feedback it is over with the evaluation."""
    project = begin("on site", "C-001")
    requirement = Requirement(project, "批次效期预警")
    requirement.submit()
    requirement.evaluate_all(in_contract=False, develop=False, effort_days=40)

    requirement.conclude(
        develop=False, planned_start=None, planned_finish=None, reason="工作量过大"
    )

    assert requirement.row()["result"] == "not_developed"
    assert requirement.holds(project.company.zhao, "UT_feedback") == 0


def test_signatory_who_refuses_sends_the_letter_back(begin: Begin) -> None:
    """R3.2.10: refused at once, the other need not sign; a new letter voids the old."""
    project = begin("on site", "C-001")
    company = project.company
    requirement = negotiated(project)
    requirement.draft()
    requirement.do(company.jin, "UT_agree_solution", agree=True)
    requirement.do(company.zhao, "UT_sign_a", sign=True, password=PASSWORD)
    bare = refused(
        requirement.do, company.zhou, "UT_sign_b", sign=False, password=PASSWORD
    )
    assert (bare.status, bare.body["errors"][0]["pointer"]) == (422, "/comment")

    requirement.do(
        company.zhou, "UT_sign_b", sign=False, password=PASSWORD, comment="金额有误"
    )

    assert requirement.holds(company.hou, "UT_schedule_dev") == 0
    assert requirement.holds(company.zhao, "UT_draft_solution") == 1
    requirement.draft(solution="开发批次效期预警报表,分两期")
    requirement.do(company.jin, "UT_agree_solution", agree=True)
    letters = {d["version"]: d for d in project.documents("solution_letter")}
    assert [letters[v]["void"] for v in (1, 2)] == [True, False]
    old, new = (
        company.hou.ask("GET", f"/v2/documents/{letters[v]['documentId']}/signatures")
        for v in (1, 2)
    )
    assert [s["voidAt"] is not None for s in old["items"]] == [True]
    assert new["items"] == []
    requirement.do(company.zhao, "UT_sign_a", sign=True, password=PASSWORD)
    requirement.do(company.jin, "UT_sign_b", sign=True, password=PASSWORD)
    assert requirement.holds(company.pan, "UT_schedule_dev") == 1


def test_printed_letter_is_signed_by_hand(begin: Begin) -> None:
    """R3.2.10: the scan of the wet signature stands beside the electronic one."""
    project = begin("on site", "C-001")
    company = project.company
    requirement = negotiated(project)
    requirement.draft()
    requirement.do(company.jin, "UT_agree_solution", agree=True)

    requirement.do(
        company.zhao,
        "UT_sign_a",
        sign=True,
        password=PASSWORD,
        signed_scan=company.zhao.upload("方案确定书签字扫描.pdf"),
    )
    requirement.do(
        company.zhou,
        "UT_sign_b",
        sign=True,
        password=PASSWORD,
        signed_scan=company.zhou.upload("方案确定书双签扫描.pdf"),
    )

    assert requirement.holds(company.hou, "UT_schedule_dev") == 1
    (letter,) = [d for d in project.documents("solution_letter") if not d["void"]]
    path = f"/v2/documents/{letter['documentId']}/signatures"
    signatures = company.hou.ask("GET", path)["items"]
    assert [s["username"] for s in signatures] == ["zhao", "zhou"]
    scans = project.documents("signed_scan")
    assert {d["metadata"]["fileName"] for d in scans} == {
        "方案确定书签字扫描.pdf",
        "方案确定书双签扫描.pdf",
    }


def test_schedules_that_differ_are_made_again(begin: Begin) -> None:
    """R3.2.12: 侯福龙 and 潘晓彤 arrange one schedule, not two."""
    project = begin("on site", "C-001")
    company = project.company
    requirement = Requirement(project, "批次效期预警")
    requirement.submit()
    requirement.evaluate_all()
    requirement.conclude()
    one = {"start": "2026-04-01", "finish": "2026-04-20", "developer": "gao"}
    requirement.do(company.hou, "UT_schedule_dev", **one)

    requirement.do(company.pan, "UT_schedule_dev", **{**one, "finish": "2026-05-20"})

    assert requirement.holds(company.hou, "UT_schedule_dev") == 1
    assert requirement.holds(company.gao, "UT_develop") == 0
    requirement.schedule()
    assert requirement.holds(company.gao, "UT_develop") == 1
