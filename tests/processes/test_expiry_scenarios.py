"""Section 五 and what ends a project, as SCENARIOS S28, S29 and S30 tell it."""

from typing import Any

from tests.api.driver import JSON
from tests.api.project_driver import Project, at
from tests.processes.backgrounds import Begin
from tests.processes.test_request_scenarios import handle, holds, inform, notices

N3 = "免费服务期已过,将把该服务请求转告公司负责人和销售经理,由销售经理负责和您协商"


def ask(project: Project) -> JSON:
    return project.ask_for_service(
        category="remote", title="远程协助", quantity=1, channel="wechat"
    )


def negotiate(project: Project, request: JSON, outcome: str, **more: Any) -> None:
    values = {"outcome": outcome, "customer_person": "刘科长", **more}
    project.for_request(project.company.zhao, "UT_negotiate", request, **values)


def purchase(project: Project) -> None:
    """R5.2.1: 赵明 sells a year and tells the customer the standard."""
    zhao = project.company.zhao
    project.decide_renewal(
        "purchased", service_months=12, annual_fee=960000, start_on="2027-06-01"
    )
    project.do(
        zhao,
        "UT_inform_standard",
        informed_on="2027-05-17",
        standard_version="v1",
        contract_no="FW-27-001",
        customer_person="刘科长",
        contract_file=zhao.upload("服务合同.pdf"),
    )


def test_s29_request_without_service_is_charged(begin: Begin) -> None:
    """R5.4.1, R5.4.2, R5.4.3, R5.4.4, R5.4.5: literal, told, 500 yuan, executed."""
    project = begin("lapsed", "C-002")
    company = project.company

    request = ask(project)

    assert request["processDefinitionId"] == "post_expiry_request"
    assert request["notice"] == N3
    assert notices(project, request) == [N3]
    for username in ("hou", "wang", "yan", "zhao"):
        assert len(project.told(username, "expired_request")) == 1
    key = request["processInstanceKey"]
    task = company.zhao.task("UT_negotiate", processInstanceKey=key)
    view = company.zhao.ask("GET", f"/v2/user-tasks/{task['userTaskKey']}/view")
    assert view["defaults"]["amount"] == 50000

    negotiate(project, request, "agreed_paid", amount=50000)
    handle(project, request)
    inform(project, request)

    row = project.request(request["requestNo"])
    assert (row["result"], row["charge"], row["standardAmount"]) == (
        "done",
        50000,
        50000,
    )


def test_s29_special_case_is_the_service_directors_alone(begin: Begin) -> None:
    """R5.4.6: no sales director, no signatures; free for an old customer."""
    project = begin("lapsed", "C-002")
    company = project.company
    request = ask(project)
    negotiate(project, request, "special")
    assert holds(company.sun, "UT_confirm_special_plan", request) == 0

    project.for_request(
        company.hou,
        "UT_decide_special",
        request,
        outcome="agreed_free",
        amount=0,
        reason="老客户",
    )

    assert holds(company.zhao, "UT_sign_a", request) == 0
    assert holds(company.lin, "UT_self_check", request) == 1


def test_s29_declined_charge_closes_the_request(begin: Begin) -> None:
    """R5.4.4, A33: closed in the customer's name."""
    project = begin("lapsed", "C-002")
    request = ask(project)

    negotiate(project, request, "declined")

    row = project.request(request["requestNo"])
    assert (row["result"], row["customerPerson"]) == ("declined_by_customer", "刘科长")


def test_s29_undecided_customer_is_treated_as_without_service(begin: Begin) -> None:
    """R5.4.2, A26: between expiry and decision a request is charged already."""
    project = begin("expired", "C-002")

    request = ask(project)

    assert request["processDefinitionId"] == "post_expiry_request"


def test_s28_customer_who_does_not_buy_has_lapsed(begin: Begin) -> None:
    """R5.1.1, R5.1.2, R5.4.1: not bought, no service; nobody is told of a purchase."""
    project = begin("expired", "C-002")
    company = project.company
    assert project.project()["stage"] == "service"

    project.decide_renewal("not_purchased")

    assert project.project()["stage"] == "lapsed"
    assert project.holds(company.zhao, "UT_contact_customer") == 0
    assert not project.told("hou", "service_purchased")
    assert ask(project)["processDefinitionId"] == "post_expiry_request"


def test_s29_later_purchase_opens_the_second_period(begin: Begin) -> None:
    """X2, R5.1.2, R5.2.1, R5.2.2, R5.3.1: asked again, bought, served again."""
    project = begin("lapsed", "C-002")
    company = project.company
    project.post(company.zhao, "repurchase")
    assert project.holds(company.zhao, "UT_contact_customer") == 1

    purchase(project)

    assert project.project()["stage"] == "service"
    last = project.listed("service-periods")[-1]
    assert (last["number"], last["kind"]) == (2, "paid")
    assert (last["startOn"], last["endOn"]) == ("2027-06-01", "2028-06-01")
    for username in ("hou", "wang", "yan"):
        assert len(project.told(username, "service_purchased")) == 1
    company.set_clock(at("2027-06-02"))
    assert ask(project)["processDefinitionId"] == "service_request"


def test_s28_undecided_customer_is_asked_again_at_the_date(begin: Begin) -> None:
    """R5.1.1, R5.1.2: undecided needs a date ahead, and that date asks again."""
    project = begin("expired", "C-002")
    company = project.company
    project.decide_renewal("undecided", next_contact_on="2027-06-01T09:00:00+08:00")
    assert project.holds(company.zhao, "UT_contact_customer") == 0

    company.set_clock(at("2027-06-01"))

    assert project.holds(company.zhao, "UT_contact_customer") == 1
    purchase(project)
    report = company.hou.ask("GET", "/v2/reports/renewals")
    rates = {f["name"]: f["value"] for f in report["figures"]}
    assert (rates["rate"], rates["expired"], rates["running"]) == (1, 1, 1)


def test_s29_closed_project_takes_nothing_more(begin: Begin) -> None:
    """X2: closed from lapsed; later commands and requests are conflicts."""
    project = begin("lapsed", "C-002")
    company = project.company

    project.post(company.zhao, "closing")

    assert project.project()["stage"] == "closed"
    body = {"projectNo": project.project_no, "category": "remote", "title": "x"}
    late = project.contact.call("POST", "/v2/service-requests", json=body)
    assert late.status_code == 409
    for action in ("repurchase", "closing"):
        response = company.zhao.call("POST", f"{project.path}/{action}")
        assert response.status_code == 409


def test_s29_project_in_service_is_not_closed(begin: Begin) -> None:
    """X2: the stage must allow the command."""
    project = begin("in service", "C-001")
    company = project.company

    assert company.zhao.call("POST", f"{project.path}/closing").status_code == 409
    assert company.gao.call("POST", f"{project.path}/closing").status_code == 403
    assert company.zhao.call("POST", f"{project.path}/repurchase").status_code == 409


def test_s30_termination_cuts_everything_off_at_once(begin: Begin) -> None:
    """R0.1, X1: all open tasks canceled, only the close-out is left, no timer fires."""
    project = begin("on site", "C-003")
    company = project.company
    project.post(company.chen, "emergencies", severity="major", text="断电")
    project.post(
        company.chen,
        "requirements",
        title="报表",
        description="",
        origin="implementation",
    )
    company.set_clock(at("2026-03-16"))
    project.arrange_work(legacy_data=True)

    project.post(company.hou, "termination", reason="客户破产重整")

    open_tasks = company.admin.search(
        "user-tasks", state="CREATED", projectNo=project.project_no
    )
    assert [(t["elementId"], t["assignee"]) for t in open_tasks] == [
        ("UT_contract_closeout", "zhao")
    ]
    canceled = company.admin.search(
        "user-tasks", state="CANCELED", projectNo=project.project_no
    )
    assert {t["cancellationReason"] for t in canceled} == {"contract terminated"}
    running = company.admin.search(
        "process-instances", state="ACTIVE", projectNo=project.project_no
    )
    assert [i["processDefinitionId"] for i in running] == ["project_lifecycle"]
    assert project.listed("requirements")[0]["result"] == "canceled"
    body = {"title": "x"}
    late = company.chen.call("POST", f"{project.path}/requirements", json=body)
    assert late.status_code == 409
    company.set_clock(at("2027-04-20"))
    after = company.admin.search("user-tasks", state="CREATED")
    assert [t["elementId"] for t in after] == ["UT_contract_closeout"]


def test_s30_close_out_ends_the_project(begin: Begin) -> None:
    """X1: settled, terminated; commands are conflicts, documents stay readable."""
    project = begin("on site", "C-003")
    company = project.company
    project.post(company.hou, "termination", reason="客户破产重整")

    project.do(
        company.zhao,
        "UT_contract_closeout",
        closeout_reason="客户破产",
        settled_amount=5000000,
        handover_done=True,
    )

    assert project.project()["stage"] == "terminated"
    for action, person, body in (
        ("termination", company.hou, {"reason": "x"}),
        ("emergencies", company.chen, {"severity": "minor", "text": "x"}),
        ("requirements", company.chen, {"title": "x"}),
        ("plan-changes", company.chen, {"reason": "x"}),
    ):
        response = person.call("POST", f"{project.path}/{action}", json=body)
        assert response.status_code == 409
    (letter,) = project.documents("implementation_plan")
    path = f"/v2/documents/{letter['documentId']}"
    assert company.hou.call("GET", path).status_code == 200
    company.hou.search("process-instances", projectNo=project.project_no)


def test_s30_termination_is_for_two_people(begin: Begin) -> None:
    """X1: the service director or the project's sales manager."""
    project = begin("on site", "C-003")
    company = project.company
    body = {"reason": "x"}

    assert (
        company.wang.call("POST", f"{project.path}/termination", json=body).status_code
        == 403
    )
    project.post(company.zhao, "termination", **body)


def test_s30_staff_acknowledge_the_procedure(begin: Begin) -> None:
    """R0.3: who has not read the version in force is listed; nobody is held up."""
    project = begin("on site", "C-003")
    company = project.company
    before = company.hou.ask("GET", "/v2/procedure/acknowledgements")
    assert before["version"] == "2010-05-26"
    assert {"chen", "hou", "lin"} <= set(before["missing"])

    company.chen.ask("POST", "/v2/procedure/acknowledgements")

    after = company.hou.ask("GET", "/v2/procedure/acknowledgements")
    assert "chen" not in after["missing"]
    assert "hou" in after["missing"]
    again = company.chen.call("POST", "/v2/procedure/acknowledgements")
    assert again.status_code == 409
    assert company.hp.call("POST", "/v2/procedure/acknowledgements").status_code == 403
    assert project.holds(company.chen, "UT_arrange_site_work") == 1
