"""What people do at their desks besides filling in forms."""

import re

from engine import api_tokens
from engine.actors import SYSTEM
from engine.identity import AccountDetails, create

BROKEN = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="urn:t">
  <process id="needs_amount" name="需要金额" isExecutable="true">
    <startEvent id="a"/><sequenceFlow id="f1" sourceRef="a" targetRef="g"/>
    <exclusiveGateway id="g" default="f3"/>
    <sequenceFlow id="f2" sourceRef="g" targetRef="big">
      <conditionExpression xsi:type="tFormalExpression">amount &gt; 5
      </conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="g" targetRef="small"/>
    <endEvent id="big"/><endEvent id="small"/>
  </process></definitions>"""


def test_one_signs_out_and_is_asked_to_sign_in_again(desk):
    zhao = desk("zhao")

    zhao.page.click("form[action='/sign-out'] button")
    zhao.page.goto("/projects")

    assert "/sign-in?back=/projects" in zhao.page.url


def test_a_wrong_password_is_told_without_saying_which_part(desk):
    reader = desk("zhao")
    reader.page.click("form[action='/sign-out'] button")

    reader.page.fill("#username", "nobody-of-that-name")
    reader.page.fill("#password", "wrong")
    reader.page.click(".signin button.primary")

    assert "用户名或密码不正确" in reader.page.inner_text("[role=alert]")


def test_after_signing_in_one_is_where_one_wanted_to_go(desk):
    reader = desk("zhao")
    reader.page.context.clear_cookies()
    reader.page.goto("/projects")
    reader.page.fill("#username", "zhao")
    reader.page.fill("#password", "correct-horse-battery")

    reader.page.click(".signin button.primary")

    assert reader.page.url.endswith("/projects")


def test_a_form_of_another_page_is_refused(desk, address):
    zhao = desk("zhao")

    answer = zhao.page.request.post(
        f"{address}/projects", form={"customer": "1", "sales_manager": "zhao"}
    )

    assert answer.status == 403


def test_a_task_is_found_by_project_and_by_customer(desk, company):
    case = company.open_project("C-004")
    zhao = desk("zhao")

    zhao.page.fill("input[name=q]", "华美医药")
    zhao.page.click(".toolbar button")

    rows = zhao.page.locator("#tasks tbody tr")
    assert rows.filter(has_text=case.project_no).count() == 1
    assert rows.filter(has_not_text="丹东华美").count() == 0


def test_tasks_are_sorted_as_asked(desk, company):
    first, second = company.open_project("C-003"), company.open_project("C-003")
    zhao = desk("zhao")

    zhao.page.select_option("#sort", "created")
    zhao.page.click(".toolbar button")

    numbers = re.findall(r"KB-\d+-\d+", zhao.page.inner_text("#tasks"))
    assert numbers.index(second.project_no) < numbers.index(first.project_no)


def test_a_claimed_task_can_be_handed_back(desk, company):
    case = company.open_project("C-003")
    case.to_documents_sent()
    case.return_survey()
    case.analyse_survey()
    wang = desk("wang")
    wang.open_task("UT_write_opinion", case.project_no)

    wang.page.click("form[action$='/release'] button")

    assert case.holds(company.pan, "UT_write_opinion") == 1
    assert wang.page.url.endswith("/claimable")


def test_a_notice_is_read_and_its_document_opened(desk, company):
    case = company.open_project("C-002")
    case.register_contract(modules=["进销存"])
    hou = desk("hou")
    hou.page.goto("/notices")
    notice = hou.page.locator("article", has_text=case.project_no).first
    assert notice.locator(".badge").count() == 1

    notice.locator("form button").click()

    notice = hou.page.locator("article", has_text=case.project_no).first
    assert notice.locator(".badge").count() == 0
    link = notice.locator("ul a").get_attribute("href")
    assert hou.page.request.get(link).body().startswith(b"%PDF")


def test_what_one_has_done_is_listed(desk, company):
    case = company.open_project("C-002")
    case.register_contract(modules=["进销存"])
    zhao = desk("zhao")

    zhao.page.goto("/done")

    row = zhao.page.locator("#tasks tbody tr", has_text=case.project_no)
    assert row.get_attribute("data-element") == "UT_register_contract"


def test_what_one_has_started_is_found_and_sorted(desk, company):
    case = company.open_project("C-004")
    company.open_project("C-002")
    zhao = desk("zhao")
    zhao.page.goto("/started")

    zhao.page.fill("input[name=q]", "华美医药")
    zhao.page.select_option("#sort", "project")
    zhao.page.click(".toolbar button")

    rows = zhao.page.locator("main tbody tr")
    assert rows.filter(has_text=f"{case.project_no} 丹东华美").count() > 0
    assert rows.filter(has_not_text="丹东华美").count() == 0
    assert zhao.page.input_value("#sort") == "project"


def test_a_customer_may_not_open_projects(desk):
    hp = desk("hp")

    hp.page.goto("/projects")

    assert hp.page.locator("#customer").count() == 0
    assert hp.page.goto("/processes").status == 403


def test_an_incident_is_shown_and_tried_again(desk, company):
    company.admin.ask(
        "POST",
        "/v2/deployments",
        files={"resources": ("needs_amount.bpmn", BROKEN.encode(), "text/xml")},
    )
    made = company.admin.ask(
        "POST", "/v2/process-instances", json={"processDefinitionId": "needs_amount"}
    )
    admin = desk("admin")
    admin.page.goto("/incidents")
    row = admin.page.locator("tr[data-element=g]")
    assert "amount" in row.inner_text()

    row.locator("button").click()

    assert admin.page.locator("tr[data-element=g]").count() == 1
    path = f"/v2/process-instances/{made['processInstanceKey']}/cancellation"
    company.admin.ask("POST", path, json={"reason": "done"})


def test_a_one_time_link_sets_a_password_once(desk, platform):
    with platform.database.transaction() as session:
        create(session, SYSTEM, "qian", AccountDetails(display_name="钱进"))
        token = api_tokens.password_link(session, "qian").token
    page = desk("zhao").page
    page.context.clear_cookies()
    page.goto(f"/password?token={token}")

    page.fill("#password", "a-long-enough-secret")
    page.click(".signin button.primary")

    page.fill("#username", "qian")
    page.fill("#password", "a-long-enough-secret")
    page.click(".signin button.primary")
    assert page.inner_text(".person") == "钱进"
    page.goto(f"/password?token={token}")
    page.fill("#password", "another-long-secret")
    page.click(".signin button.primary")
    assert page.locator("[role=alert]").is_visible()
