"""一.1 and 一.2 rule by rule: from the signed contract to the agreed schedule."""

import pytest

from tests.api.driver import Case, Company, Person, RefusedError, pdf

FULL_READERS = ("zhao", "sun", "hou")


@pytest.fixture
def registered(company: Company) -> Case:
    """The project of C-001 whose contract has just been registered."""
    case = company.open_project("C-001")
    case.register_contract(contract_no="HT-26-031")
    return case


def appointed(case: Case) -> Case:
    case.appoint("chen")
    return case


def refused(case: Case, **changes: object) -> set[str]:
    """Return the pointers of what is wrong with a registration."""
    with pytest.raises(RefusedError) as error:
        case.register_contract(**changes)
    assert error.value.status == 422
    return {each["pointer"] for each in error.value.body["errors"]}


def test_r1_1_1_registering_the_contract_makes_the_record(registered: Case) -> None:
    """R1.1.1: what the sales manager registers is the project's contract."""
    contract = registered.company.zhao.ask(
        "GET", f"/v2/projects/{registered.project_no}"
    )

    assert registered.passed("UT_register_contract") == 1
    assert registered.passed("ST_merge_contract") == 1
    assert contract["contract"] == {
        "contractNo": "HT-26-031",
        "signedOn": "2026-03-01",
        "modules": ["GSP", "财务", "进销存"],
        "freeServiceMonths": 12,
        "serviceStartBasis": "acceptance",
        "amount": 16800000,
    }


def test_r1_1_1_a_contract_number_belongs_to_one_project(registered: Case) -> None:
    """R1.1.1: the number of another project's contract is named, the task stays."""
    other = registered.company.open_project("C-003")

    assert refused(other, contract_no="HT-26-031") == {"/contract_no"}
    other.register_contract(contract_no="HT-26-032")

    assert other.passed("ST_merge_contract") == 1


def test_r1_1_1_only_the_sales_manager_registers(company: Company) -> None:
    """R1.1.1: the task is 赵明's; nobody else holds it or may do it."""
    case = company.open_project("C-001")
    task = company.zhao.task("UT_register_contract", projectNo=case.project_no)

    others = [getattr(company, name) for name in ("sun", "hou", "wang", "chen", "hp")]

    assert [case.holds(each, "UT_register_contract") for each in others] == [0] * 5
    for each in others:
        with pytest.raises(RefusedError) as error:
            each.answer(task["userTaskKey"], {})
        assert error.value.status == 403
    assert case.passed("UT_register_contract") == 0


def test_r1_1_1_a_contract_that_cannot_be_is_refused(company: Company) -> None:
    """R1.1.1: the checks of a registration, each with a pointer to its field."""
    case = company.open_project("C-001")
    same = company.zhao.upload("合同.pdf", pdf("one"))
    twin = company.zhao.upload("合同删减版.pdf", pdf("one"))
    text = company.zhao.ask(
        "POST", "/v2/documents", files={"file": ("a.txt", b"text", "text/plain")}
    )

    assert refused(case, signed_on="2026-03-03") == {"/signed_on"}
    assert refused(case, amount=0) == {"/amount"}
    assert refused(case, modules=[]) == {"/modules"}
    assert refused(case, modules=["不存在"]) == {"/modules"}
    assert refused(case, full_contract=same, redacted_contract=twin) == {
        "/redacted_contract"
    }
    assert refused(case, redacted_contract=text) == {"/redacted_contract"}
    assert refused(case, data_export_promised=True) == {"/data_export_note"}
    assert refused(case, free_service_months=61) == {"/free_service_months"}
    assert case.holds(company.zhao, "UT_register_contract") == 1
    assert case.passed("ST_merge_contract") == 0


def test_r1_1_2_the_full_contract_is_copied_to_the_director(registered: Case) -> None:
    """R1.1.2: 侯福龙 is told, with the full contract to read."""
    hou = registered.company.hou
    (notice,) = [n for n in hou.notices() if n["elementId"] == "ST_cc_full_contract"]

    assert registered.passed("ST_cc_full_contract") == 1
    assert [d["kind"] for d in notice["documents"]] == ["contract_full"]
    content = hou.call("GET", f"/v2/documents/{notice['documents'][0]['documentId']}")
    assert content.content.startswith(b"%PDF")


def test_r1_1_2_nobody_else_reads_the_full_contract(registered: Case) -> None:
    """R1.1.2: sales manager, sales director and 侯福龙 alone (A4)."""
    company = registered.company
    full = registered.papers(company.hou)["contract_full"]["documentId"]

    def status(name: str) -> int:
        person: Person = getattr(company, name)
        return person.call("GET", f"/v2/documents/{full}").status_code

    assert {name: status(name) for name in FULL_READERS} == dict.fromkeys(
        FULL_READERS, 200
    )
    others = ("wang", "pan", "jin", "chen", "lin", "yan", "admin")
    assert {name: status(name) for name in others} == dict.fromkeys(others, 403)
    assert {name: status(name) for name in ("hp", "ht")} == {"hp": 404, "ht": 404}


def test_r1_1_3_the_redacted_contract_waits_for_the_appointment(
    registered: Case,
) -> None:
    """R1.1.3: released to the manager, and not before there is one (A1)."""
    company = registered.company
    redacted = registered.papers(company.zhao)["contract_redacted"]["documentId"]
    path = f"/v2/documents/{redacted}"
    names = ("hou", "wang", "chen", "li", "liu", "sun", "jin")
    before = [getattr(company, n).call("GET", path).status_code for n in names]

    appointed(registered)

    assert before == [403] * len(names)
    assert registered.passed("ST_release_redacted") == 1
    assert company.chen.call("GET", path).status_code == 200
    assert company.li.call("GET", path).status_code == 403
    (notice,) = [
        n for n in company.chen.notices() if n["elementId"] == "ST_release_redacted"
    ]
    assert [d["documentId"] for d in notice["documents"]] == [redacted]


def test_r1_1_4_the_manager_uploads_the_redacted_contract(registered: Case) -> None:
    """R1.1.4: the record's number and the file's digest are kept."""
    company = appointed(registered).company
    before = registered.project()["pmRecordNo"]

    registered.do(
        company.chen,
        "UT_upload_contract",
        pm_record_no="PM-88",
        uploaded_on="2026-03-02",
    )

    redacted = registered.papers(company.chen)["contract_redacted"]
    (entry,) = registered.completions("UT_upload_contract")
    assert registered.passed("UT_upload_contract") == 1
    assert before is None
    assert registered.project()["pmRecordNo"] == "PM-88"
    assert entry["details"]["values"]["file_sha256"] == redacted["contentHash"]


def test_r1_2_1_both_appointers_must_name_the_same(registered: Case) -> None:
    """R1.2.1: one nomination decides nothing, two different ones are asked again."""
    hou, wang = registered.company.hou, registered.company.wang
    registered.do(hou, "UT_appoint_manager", nominee="chen", reason="有经验")
    alone = registered.project()["manager"]
    registered.do(wang, "UT_appoint_manager", nominee="li", reason="熟悉生产")
    disagreed = registered.project()["manager"]

    registered.appoint("li")

    assert (alone, disagreed) == (None, None)
    assert registered.passed("UT_appoint_manager") == 2
    assert registered.passed("GW_nominee") == 2
    assert registered.project()["manager"] == "li"


@pytest.mark.parametrize("nominee", ["wang", "lin", "hp", "nobody"])
def test_r1_2_1_only_implementation_managers_can_be_named(
    registered: Case, nominee: str
) -> None:
    """R1.2.1: neither an appointer himself nor anybody of another position."""
    with pytest.raises(RefusedError) as error:
        registered.do(registered.company.wang, "UT_appoint_manager", nominee=nominee)

    pointers = {each["pointer"] for each in error.value.body["errors"]}
    assert (error.value.status, pointers) == (422, {"/nominee"})


def test_r1_2_2_manager_and_sales_manager_agree_on_the_schedule(
    registered: Case,
) -> None:
    """R1.2.2: refused, drafted again, agreed; kept, written down and told."""
    company = appointed(registered).company
    chen, zhao = company.chen, company.zhao
    registered.do(
        chen, "UT_upload_contract", pm_record_no="PM-88", uploaded_on="2026-03-02"
    )
    rows = [{"name": "上线", "start": "2026-03-16", "finish": "2026-04-30"}]
    registered.do(chen, "UT_draft_milestones", milestones=rows)
    registered.do(zhao, "UT_agree_milestones", agreed=False, comment="太晚")
    refused_at = registered.project()["milestones"]
    again = [{"name": "上线", "start": "2026-03-16", "finish": "2026-04-15"}]
    registered.do(chen, "UT_draft_milestones", milestones=again)

    registered.do(zhao, "UT_agree_milestones", agreed=True)

    assert refused_at == []
    assert registered.passed("UT_draft_milestones") == 2
    assert registered.passed("UT_agree_milestones") == 2
    assert registered.passed("ST_record_milestones") == 1
    assert registered.project()["milestones"] == again
    assert "milestone_schedule" in registered.papers(company.wang)
    assert len(registered.notices(company.hou, "milestones_agreed")) == 1


def test_r1_2_2_a_schedule_without_order_is_refused(registered: Case) -> None:
    """R1.2.2: starts before it finishes; a gap needs a reason."""
    company = appointed(registered).company
    registered.do(
        company.chen, "UT_upload_contract", pm_record_no="1", uploaded_on="2026-03-02"
    )
    backwards = [{"name": "a", "start": "2026-03-16", "finish": "2026-03-15"}]
    gap = [
        {"name": "a", "start": "2026-03-09", "finish": "2026-03-10"},
        {"name": "b", "start": "2026-04-09", "finish": "2026-04-10"},
    ]

    for rows in (backwards, gap):
        with pytest.raises(RefusedError) as error:
            registered.do(company.chen, "UT_draft_milestones", milestones=rows)
        assert error.value.status == 422
    registered.do(company.chen, "UT_draft_milestones", milestones=gap, note="节假日")

    assert registered.passed("UT_draft_milestones") == 1
