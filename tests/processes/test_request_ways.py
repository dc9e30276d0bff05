"""四.3, requests that are paid for, declined, disputed, or overtaken by an end."""

from typing import Any

from tests.api.driver import JSON, PASSWORD
from tests.api.project_driver import Project, at, refused
from tests.processes.backgrounds import Begin
from tests.processes.test_request_scenarios import (
    N2,
    figure,
    handle,
    holds,
    inform,
    judge,
    notices,
)

PERSON = {"customerPerson": "王主任"}


def special(project: Project, request: JSON, **plan: Any) -> None:
    """R4.3.5.3: 赵明 finds a special case and makes a plan."""
    zhao = project.company.zhao
    project.for_request(
        zhao, "UT_negotiate", request, outcome="special", customer_person="王主任"
    )
    make_plan(project, request, **plan)


def make_plan(project: Project, request: JSON, **changes: Any) -> None:
    values = {
        "plan": "现场巡检两天",
        "amount": 150000,
        "customer_person": "王主任",
        "customer_agrees": True,
        **changes,
    }
    project.for_request(project.company.zhao, "UT_make_special_plan", request, **values)


def test_s25_out_of_scope_is_paid_for_and_executed(begin: Begin) -> None:
    """R4.2.1, R4.3.4.1, R4.3.5.1, R4.3.5.2: the standard is 1,200 a day; agreed."""
    project = begin("in service", "C-001")
    company = project.company
    request = project.ask_for_service(category="training", quantity=2, title="培训")
    judge(project, request, "out")
    assert notices(project, request) == [N2]
    below = {"outcome": "agreed_paid", "amount": 200000, "customer_person": "王主任"}
    error = refused(project.for_request, company.zhao, "UT_negotiate", request, **below)
    assert (error.status, error.body["errors"][0]["pointer"]) == (422, "/reason")

    project.for_request(
        company.zhao, "UT_negotiate", request, **below, reason="老客户优惠"
    )
    handle(project, request)
    inform(project, request)

    row = project.request(request["requestNo"])
    assert (row["result"], row["charge"], row["standardAmount"]) == (
        "done",
        200000,
        240000,
    )
    assert figure(project, "charges", "request") == 200000


def test_s25_customer_who_declines_the_charge_ends_it(begin: Begin) -> None:
    """R4.3.5.1, R4.3.6.1: declined is the customer's word, with his name."""
    project = begin("in service", "C-001")
    company = project.company
    request = project.ask_for_service(category="training", title="培训")
    judge(project, request, "out")

    project.for_request(
        company.zhao,
        "UT_negotiate",
        request,
        outcome="declined",
        customer_person="王主任",
    )

    row = project.request(request["requestNo"])
    assert (row["result"], row["customerPerson"], row["charge"]) == (
        "declined_by_customer",
        "王主任",
        0,
    )
    assert holds(company.lin, "UT_self_check", request) == 0


def test_special_plan_goes_back_until_all_agree(begin: Begin) -> None:
    """R4.3.5.3, R4.3.5.4: the director's no, a refused signature, a new document."""
    project = begin("in service", "C-001")
    company = project.company
    request = project.ask_for_service(category="onsite", title="现场巡检")
    judge(project, request, "out")
    special(project, request)
    project.for_request(
        company.sun, "UT_confirm_special_plan", request, agree=False, comment="太低"
    )
    make_plan(project, request, amount=180000)
    project.for_request(company.sun, "UT_confirm_special_plan", request, agree=True)
    project.for_request(
        company.sun,
        "UT_sign_b",
        request,
        sign=False,
        password=PASSWORD,
        comment="写明备件",
    )
    assert holds(company.zhao, "UT_sign_a", request) == 0
    assert holds(company.hou, "UT_dispatch_special", request) == 0

    make_plan(project, request, plan="现场巡检两天,含备件", amount=180000)
    project.for_request(company.sun, "UT_confirm_special_plan", request, agree=True)
    sign = {"sign": True, "password": PASSWORD}
    project.for_request(company.zhao, "UT_sign_a", request, **sign)
    project.for_request(company.sun, "UT_sign_b", request, **sign)

    assert holds(company.hou, "UT_dispatch_special", request) == 1
    plans = project.documents("special_service_plan")
    assert [d["version"] for d in plans if not d["void"]] == [2]


def test_customer_who_dislikes_the_special_plan_is_asked_again(begin: Begin) -> None:
    """R4.3.5.3, R4.3.6.1: no plan without the customer; it is negotiated anew."""
    project = begin("in service", "C-001")
    company = project.company
    request = project.ask_for_service(category="onsite", title="现场巡检")
    judge(project, request, "out")

    special(project, request, customer_agrees=False)

    assert holds(company.sun, "UT_confirm_special_plan", request) == 0
    assert holds(company.zhao, "UT_negotiate", request) == 1


def test_service_that_ends_leaves_the_request_its_way(begin: Begin) -> None:
    """R5.1.1, A28: what was received in the period is finished as in the period."""
    project = begin("in service", "C-001")
    company = project.company
    company.set_clock(at("2027-05-14", "16:00"))
    request = project.ask_for_service(module="财务")
    judge(project, request, "in")

    company.set_clock(at("2027-05-15"))

    assert project.holds(company.zhao, "UT_contact_customer") == 1
    later = project.ask_for_service(category="remote", title="远程")
    assert later["processDefinitionId"] == "post_expiry_request"
    handle(project, request)
    inform(project, request)
    row = project.request(request["requestNo"])
    assert (row["result"], row["charge"]) == ("done", 0)


def test_out_of_scope_after_the_end_is_priced_as_received(begin: Begin) -> None:
    """R4.3.5.1, A28: negotiated after the end at the price of the period."""
    project = begin("in service", "C-001")
    company = project.company
    company.set_clock(at("2027-05-14", "16:00"))
    request = project.ask_for_service(category="onsite", title="现场")
    company.set_clock(at("2027-05-15"))

    judge(project, request, "out")

    key = request["processInstanceKey"]
    task = company.zhao.task("UT_negotiate", processInstanceKey=key)
    view = company.zhao.ask("GET", f"/v2/user-tasks/{task['userTaskKey']}/view")
    assert view["defaults"]["amount"] == 100000


def test_termination_cuts_service_off_in_the_middle(begin: Begin) -> None:
    """R0.1, X1: requests, visits and signatures end; nothing goes on afterwards."""
    project = begin("in service", "C-001")
    company = project.company
    plain = project.ask_for_service(module="财务")
    signing = project.ask_for_service(category="onsite", title="现场巡检")
    judge(project, signing, "out")
    special(project, signing)
    project.for_request(company.sun, "UT_confirm_special_plan", signing, agree=True)
    company.lin.ask(
        "POST",
        f"/v2/service-requests/{plain['requestNo']}/problems",
        json={"text": "x"},
    )
    company.set_clock(at("2026-06-16"))
    task = company.lin.task(
        "UT_judge_scope", processInstanceKey=plain["processInstanceKey"]
    )

    project.post(company.zhao, "termination", reason="客户破产重整")

    open_tasks = company.admin.search(
        "user-tasks", state="CREATED", projectNo=project.project_no
    )
    assert [t["elementId"] for t in open_tasks] == ["UT_contract_closeout"]
    late = refused(
        company.lin.answer, task["userTaskKey"], {"scope": "in", "basis": "x"}
    )
    assert late.status == 409
    rows = [project.request(r["requestNo"]) for r in (plain, signing)]
    assert [row["result"] for row in rows] == ["canceled", "canceled"]
    for method, path, body in (
        ("PATCH", "service-period", {"endAt": "2028-01-01", "reason": "x"}),
        ("POST", "closing", None),
        ("POST", "repurchase", None),
        ("POST", "termination", {"reason": "x"}),
    ):
        answer = company.hou.call(method, f"{project.path}/{path}", json=body)
        assert answer.status_code == 409, path
    number = plain["requestNo"]
    for action, body in (("problems", {"text": "x"}), ("withdrawal", PERSON)):
        path = f"/v2/service-requests/{number}/{action}"
        assert company.lin.call("POST", path, json=body).status_code == 409
    assert refused(project.ask_for_service).status == 409
    company.set_clock(at("2027-06-01"))
    after = company.admin.search("user-tasks", state="CREATED")
    assert [t["elementId"] for t in after] == ["UT_contract_closeout"]
