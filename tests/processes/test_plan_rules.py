"""一.5 rule by rule: the plan is drafted, reviewed, confirmed and argued about."""

from typing import Any

import pytest

from tests.api.driver import JSON, Case, Company, Person, RefusedError


@pytest.fixture
def decided(sent: Case) -> Case:
    """The project in which 金忠权 has decided; 陈刚 may draft the plan."""
    sent.return_survey()
    sent.analyse_survey()
    sent.write_opinion()
    sent.decide_solution()
    return sent


def plan(case: Case, finish: str = "2026-03-27") -> JSON:
    chen = case.company.chen
    return {
        "plan_file": chen.upload(f"实施计划 {finish}.pdf"),
        "phases": [{"name": "安装", "start": "2026-03-20", "finish": finish}],
        "resources": ["服务器"],
        "risks": "无",
    }


def object_to(case: Case, *objections: str) -> None:
    case.do(
        case.company.hp,
        "UT_customer_confirm_plan",
        confirmed=False,
        signed_by="王主任",
        objections=list(objections),
    )


def coordinate(case: Case, *, revise: bool) -> None:
    for person in (case.company.zhao, case.company.chen):
        case.do(
            person,
            "UT_coordinate_plan",
            met_on="2026-03-14",
            resolution="推迟一周",
            revise_plan=revise,
        )


def wrong(case: Case, person: Person, element_id: str, **values: Any) -> set[str]:
    with pytest.raises(RefusedError) as error:
        case.do(person, element_id, **values)
    assert error.value.status == 422
    return {each["pointer"] for each in error.value.body["errors"]}


def holders(case: Case, element_id: str) -> set[str]:
    company: Company = case.company
    names = ("zhao", "chen", "wang", "hou", "hp")
    return {name for name in names if case.holds(getattr(company, name), element_id)}


def test_r1_5_1_the_manager_drafts_plan_and_schedule(decided: Case) -> None:
    """R1.5.1: only he; phases in order; both papers exist once it is confirmed."""
    chen = decided.company.chen
    backwards = [{"name": "安装", "start": "2026-03-20", "finish": "2026-03-19"}]
    pointers = wrong(
        decided, chen, "UT_draft_plan", **{**plan(decided), "phases": backwards}
    )
    drafting = holders(decided, "UT_draft_plan")

    decided.do(chen, "UT_draft_plan", **plan(decided))
    decided.approve_plan()
    decided.confirm_plan()

    assert pointers == {"/phases"}
    assert drafting == {"chen"}
    assert decided.passed("CA_plan_approval") == 1
    assert decided.passed("UT_draft_plan") == 1
    papers = decided.papers(decided.company.hp)
    assert papers["implementation_plan"]["metadata"]["contentType"] == "application/pdf"
    assert papers["plan_schedule"]["metadata"]["fileName"].endswith(".xlsx")


def test_r1_5_2_the_implementation_department_reviews(decided: Case) -> None:
    """R1.5.2: 王立民 returns it with a comment, or approves it."""
    wang, chen = decided.company.wang, decided.company.chen
    decided.do(chen, "UT_draft_plan", **plan(decided))
    silent = wrong(decided, wang, "UT_review_plan", approved=False)
    reviewing = holders(decided, "UT_review_plan")
    decided.do(wang, "UT_review_plan", approved=False, comment="缺少培训")
    drafting = (
        holders(decided, "UT_draft_plan"),
        holders(decided, "UT_customer_confirm_plan"),
    )
    decided.do(chen, "UT_draft_plan", **plan(decided, "2026-03-28"))

    decided.approve_plan()

    assert silent == {"/comment"}
    assert reviewing == {"wang"}
    assert drafting == ({"chen"}, set())
    assert decided.passed("UT_review_plan") == 2
    assert decided.passed("UT_draft_plan") == 2


def test_r1_5_3_only_a_reviewed_plan_goes_to_the_customer(decided: Case) -> None:
    """R1.5.3: the customer has nothing before the review; his yes puts it in force."""
    decided.do(decided.company.chen, "UT_draft_plan", **plan(decided))
    before = holders(decided, "UT_customer_confirm_plan")
    decided.approve_plan()
    after = holders(decided, "UT_customer_confirm_plan")
    unconfirmed = decided.project()["planVersion"]

    decided.confirm_plan()

    assert (before, after) == (set(), {"hp"})
    assert unconfirmed is None
    assert decided.passed("UT_customer_confirm_plan") == 1
    assert decided.passed("ST_record_plan") == 1
    assert decided.project()["planVersion"] == 1
    assert decided.project()["plan"][0]["finish"] == "2026-03-27"


def test_r1_5_4_objections_are_coordinated_by_both(decided: Case) -> None:
    """R1.5.4: an objection says what; both coordinate; the plan may stay as it is."""
    decided.do(decided.company.chen, "UT_draft_plan", **plan(decided))
    decided.approve_plan()
    empty = wrong(
        decided,
        decided.company.hp,
        "UT_customer_confirm_plan",
        confirmed=False,
        signed_by="王主任",
    )
    object_to(decided, "停产检修")
    coordinating = holders(decided, "UT_coordinate_plan")

    coordinate(decided, revise=False)

    assert empty == {"/objections"}
    assert coordinating == {"zhao", "chen"}
    assert decided.passed("UT_coordinate_plan") == 1
    assert decided.passed("GW_revise") == 1
    assert holders(decided, "UT_customer_confirm_plan") == {"hp"}
    assert holders(decided, "UT_draft_plan") == set()


def test_r1_5_5_a_changed_plan_is_reviewed_again(decided: Case) -> None:
    """R1.5.5: after objections it goes the whole way; its version counts on."""
    chen = decided.company.chen
    decided.do(chen, "UT_draft_plan", **plan(decided))
    decided.approve_plan()
    object_to(decided, "停产检修")
    coordinate(decided, revise=True)
    decided.do(chen, "UT_draft_plan", **plan(decided, "2026-04-03"))
    unreviewed = holders(decided, "UT_customer_confirm_plan")
    reviewing = holders(decided, "UT_review_plan")
    decided.approve_plan()

    decided.confirm_plan()

    versions = [
        entry["details"]["values"]["version"]
        for entry in reversed(decided.completions("UT_draft_plan"))
    ]
    assert (unreviewed, reviewing) == (set(), {"wang"})
    assert decided.passed("UT_review_plan") == 2
    assert decided.passed("GW_revise") == 1
    assert versions == [1, 2]
    assert decided.project()["plan"][0]["finish"] == "2026-04-03"


def test_the_third_round_is_told_to_the_director(decided: Case) -> None:
    """A8, X9: loops have no limit, but 侯福龙 learns of the third round."""
    chen, wang, hou = (getattr(decided.company, n) for n in ("chen", "wang", "hou"))
    told = []
    for number in range(1, 4):
        decided.do(chen, "UT_draft_plan", **plan(decided, f"2026-04-0{number}"))
        told.append(
            len([n for n in hou.notices() if n["elementId"] == "UT_review_plan"])
        )
        decided.do(wang, "UT_review_plan", approved=False, comment="再改")

    assert told == [0, 0, 1]
