"""Section 一 in a browser, role by role, with real files (R1.1.1–R1.6.2)."""

from tests.api.driver import pdf


def test_a_signed_contract_becomes_a_team_on_site(desk, company):
    zhao = desk("zhao")
    zhao.page.goto("/projects")
    zhao.page.select_option("#customer", label="C-001 大连海鹏制药有限公司")
    zhao.page.click("form.card button.primary")
    number = zhao.page.url.rsplit("/", 1)[1]

    zhao.do(
        "UT_register_contract",
        number,
        contract_no=f"HT-{number}",
        signed_on="2026-03-01",
        amount="168000",
        modules=["进销存", "GSP", "财务"],
        full_contract=pdf("full"),
        redacted_contract=pdf("redacted"),
        data_export_in_contract=False,
        data_export_promised=False,
    )
    for name in ("hou", "wang"):
        desk(name).do("UT_appoint_manager", number, nominee="chen", reason="熟悉行业")
    chen, hp = desk("chen"), desk("hp")
    chen.do(
        "UT_upload_contract", number, pm_record_no="PM-88", uploaded_on="2026-03-02"
    )
    chen.do(
        "UT_draft_milestones",
        number,
        milestones=[
            {"name": "调研", "start": "2026-03-09", "finish": "2026-03-13"},
            {"name": "上线", "start": "2026-03-16", "finish": "2026-04-30"},
        ],
    )
    zhao.do("UT_agree_milestones", number, agreed=True)
    chen.do(
        "UT_send_preparation_docs",
        number,
        checklist_items=[{"item": "服务器", "owner": "信息科", "due": "2026-03-12"}],
        survey_sections=["企业概况"],
        import_tables=["商品"],
        sent_on="2026-03-03",
        receiver="王主任",
    )
    hp.do(
        "UT_return_survey",
        number,
        **{"answers.0.text": "员工40人"},
        filled_by="王主任",
        returned_on="2026-03-09",
    )
    for name in ("pan", "wang"):
        desk(name).do(
            "UT_analyse_survey",
            number,
            findings=[
                {"topic": "批号", "severity": "major", "description": "无批号管理"}
            ],
            complete=True,
        )
    desk("wang").do(
        "UT_write_opinion",
        number,
        issues=[
            {
                "no": 1,
                "issue": "批号",
                "proposal": "培训",
                "owner": "实施部",
                "due": "2026-03-20",
            }
        ],
        discussion_on="2026-03-12",
        return_to_customer=False,
    )
    desk("jin").do(
        "UT_decide_solution",
        number,
        decisions=[{"no": 1, "decision": "按建议执行"}],
        decided_on="2026-03-13",
    )
    chen.do(
        "UT_draft_plan",
        number,
        plan_file=pdf("plan"),
        phases=[
            {
                "name": "安装",
                "start": "2026-03-20",
                "finish": "2026-03-27",
                "owner": "陈刚",
                "deliverable": "环境",
            }
        ],
        risks="无",
    )
    desk("wang").do("UT_review_plan", number, approved=True)
    hp.do("UT_customer_confirm_plan", number, confirmed=True, signed_by="王主任")
    hp.do(
        "UT_return_confirmation",
        number,
        items=[{"item": "服务器", "ready": True, "ready_on": "2026-03-10"}],
        signed_by="王主任",
        signed_on="2026-03-11",
        file=pdf("letter"),
    )
    for person in (chen, zhao):
        person.do(
            "UT_confirm_readiness",
            number,
            contacted_on="2026-03-10",
            customer_person="王主任",
            ok=True,
        )
    chen.do(
        "UT_mobilise_team",
        number,
        team=["liu"],
        arrived_on="2026-03-20",
        site_contact="王主任",
    )

    project = company.hou.ask("GET", f"/v2/projects/{number}")
    assert (project["stage"], project["manager"]) == ("implementation", "chen")
    assert [*zhao.complaints, *chen.complaints, *hp.complaints] == []


def test_a_wrong_form_shows_where_it_is_wrong_and_keeps_what_was_typed(desk, company):
    case = company.open_project("C-003")
    zhao = desk("zhao")
    zhao.open_task("UT_register_contract", case.project_no)
    zhao.fill({"contract_no": "HT-X", "amount": "38000", "full_contract": pdf("f")})

    zhao.submit()

    assert zhao.page.locator("#problems").is_visible()
    assert zhao.page.get_attribute("#f-signed_on", "aria-invalid") == "true"
    assert zhao.page.get_attribute("#f-contract_no", "aria-invalid") is None
    assert zhao.page.input_value("#f-contract_no") == "HT-X"
    assert zhao.page.input_value("#f-amount") == "38000.00"
    assert case.holds(company.zhao, "UT_register_contract") == 1


def test_a_draft_is_there_again_after_signing_in_elsewhere(desk, company):
    case = company.open_project("C-003")
    zhao = desk("zhao")
    zhao.open_task("UT_register_contract", case.project_no)
    zhao.fill({"contract_no": "HT-DRAFT"})
    zhao.page.click("button[formaction$='/draft']")

    again = desk("zhao")
    again.open_task("UT_register_contract", case.project_no)

    assert again.page.input_value("#f-contract_no") == "HT-DRAFT"


def test_the_diagram_shows_where_the_case_is(desk, company):
    case = company.open_project("C-003")
    zhao = desk("zhao")
    zhao.open_task("UT_register_contract", case.project_no)
    zhao.page.wait_for_selector("[data-island=viewer][data-ready]")

    current = zhao.page.locator(".djs-element[data-element-id=UT_register_contract]")

    assert "current" in current.get_attribute("class")
    assert zhao.complaints == []


def test_one_claims_a_task_that_several_may_do(desk, company):
    case = company.open_project("C-003")
    case.to_documents_sent()
    case.return_survey()
    case.analyse_survey()
    wang = desk("wang")
    wang.page.goto("/claimable")
    row = wang.page.locator(
        "tr[data-element=UT_write_opinion]", has_text=case.project_no
    )

    row.locator("button").click()

    assert case.holds(company.wang, "UT_write_opinion") == 1
    assert case.holds(company.pan, "UT_write_opinion") == 0
