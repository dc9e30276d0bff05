"""Quotations with their negotiations, and what customers owe."""

from typing import Any

from tests.api.driver import JSON
from tests.api.project_driver import Project, at, refused
from tests.processes.backgrounds import Begin
from tests.processes.test_data_import_scenarios import (
    confirm,
    filled_in,
    issue_template,
    template_of,
    upload,
)
from tests.processes.test_expiry_scenarios import purchase
from tests.processes.test_request_scenarios import handle, inform, judge
from tests.processes.test_requirement_scenarios import negotiated


def paid_request(project: Project) -> JSON:
    """A training of two days that the customer pays 2,000 yuan for."""
    request = project.ask_for_service(category="training", quantity=2, title="培训")
    judge(project, request, "out")
    project.for_request(
        project.company.zhao,
        "UT_negotiate",
        request,
        outcome="agreed_paid",
        amount=200000,
        customer_person="王主任",
        terms="培训后十日内付款",
        reason="老客户优惠",
    )
    return request


def facts(row: JSON, *names: str) -> list[Any]:
    return [row[name] for name in names]


def test_negotiated_charge_is_quoted_and_owed_when_done(begin: Begin) -> None:
    """R4.3.5.1, R4.2.1: standard and agreed amount, who agreed; owed at the end."""
    project = begin("in service", "C-001")
    company = project.company
    request = paid_request(project)

    (quotation,) = company.sun.search("quotations", subjectNo=request["requestNo"])
    assert facts(
        quotation, "kind", "version", "state", "outcome", "customerPerson", "terms"
    ) == ["request", 1, "accepted", "agreed_paid", "王主任", "培训后十日内付款"]
    assert facts(quotation, "standardAmount", "amount", "reason", "decidedBy") == [
        240000,
        200000,
        "老客户优惠",
        "sales_manager",
    ]
    assert company.sun.search("receivables") == []
    handle(project, request)
    inform(project, request)

    (owed,) = project.contact.search("receivables")
    assert facts(owed, "kind", "subjectNo", "amount", "state", "quotationKey") == [
        "request",
        request["requestNo"],
        200000,
        "open",
        quotation["quotationKey"],
    ]
    assert company.ht.search("receivables") == []
    assert company.ht.search("quotations") == []


def test_payment_is_recorded_once_by_sales(begin: Begin) -> None:
    """R4.3.5.1: sales manager or director; not twice, not ahead, not by others."""
    project = begin("in service", "C-001")
    company = project.company
    request = paid_request(project)
    handle(project, request)
    inform(project, request)
    (owed,) = company.zhao.search("receivables", state="open")
    path = f"/v2/receivables/{owed['receivableNo']}"
    body = {"paidOn": "2026-05-15", "note": "银行转账"}
    for person, status in ((company.lin, 403), (company.hp, 403), (company.ht, 403)):
        assert person.call("POST", f"{path}/payment", json=body).status_code == status
    assert company.ht.call("GET", path).status_code == 404
    ahead = {**body, "paidOn": "2027-05-15"}
    early = company.zhao.call("POST", f"{path}/payment", json=ahead)
    assert early.json()["errors"][0]["pointer"] == "/paidOn"

    company.zhao.ask("POST", f"{path}/payment", json=body)

    paid = company.hp.ask("GET", path)
    assert facts(paid, "state", "paidOn", "note", "recordedBy") == [
        "paid",
        "2026-05-15",
        "银行转账",
        "zhao",
    ]
    assert company.sun.call("POST", f"{path}/payment", json=body).status_code == 409
    unknown = "/v2/receivables/YS-2026-999/payment"
    assert company.sun.call("POST", unknown, json=body).status_code == 404


def test_export_fee_is_kept_as_it_was_coordinated(begin: Begin) -> None:
    """R3.1.3, R3.1.4: 1,600 by the standard, 1,000 after the objection."""
    project = begin("on site", "C-003")
    company, jf = project.company, project.contact
    issue_template(project, wanted=True, tables=["商品", "客户"])
    project.do(jf, "UT_customer_accept_fee", accept=False, objection="太贵")
    project.do(
        company.zhao,
        "UT_coordinate_fee",
        result="pay_adjusted",
        amount=100000,
        reason="老客户优惠",
    )
    rows = filled_in(template_of(project), {"商品": 2, "客户": 1})
    project.do(
        company.liu,
        "UT_company_export",
        files=[upload(company.liu, "导出.xlsx", rows)],
        exported_on="2026-03-25",
        method="数据库导出",
    )
    confirm(project)

    (quotation,) = company.zhao.search("quotations")
    assert facts(quotation, "kind", "quantity", "standardAmount", "amount") == [
        "data_export",
        2,
        160000,
        100000,
    ]
    assert facts(quotation, "state", "reason") == ["accepted", "老客户优惠"]
    (owed,) = company.zhao.search("receivables")
    assert facts(owed, "kind", "amount", "state") == ["data_export", 100000, "open"]


def test_negotiated_requirement_is_quoted(begin: Begin) -> None:
    """R3.2.8: eight days by the standard, 11,000 agreed."""
    project = begin("on site", "C-001")
    requirement = negotiated(project)

    (quotation,) = project.company.zhao.search("quotations")

    assert facts(quotation, "kind", "subjectNo", "standardAmount", "amount") == [
        "requirement",
        requirement.raised["requirementNo"],
        1200000,
        1100000,
    ]


def test_bought_period_is_owed_and_declined_talks_are_kept(begin: Begin) -> None:
    """R5.2.1, R5.4.4: the year's fee; a declined request is quoted, not owed."""
    project = begin("lapsed", "C-002")
    company = project.company
    request = project.ask_for_service(category="remote", title="远程协助")
    project.for_request(
        company.zhao,
        "UT_negotiate",
        request,
        outcome="declined",
        customer_person="刘科长",
    )
    project.post(company.zhao, "repurchase")

    purchase(project)

    rows = company.zhao.search("quotations")
    assert {(r["kind"], r["state"], r["amount"]) for r in rows} == {
        ("request", "declined", 0),
        ("renewal", "accepted", 960000),
    }
    (owed,) = company.zhao.search("receivables")
    assert facts(owed, "subjectNo", "amount") == [f"{project.project_no}/2", 960000]


def test_special_case_names_who_decided(begin: Begin) -> None:
    """R5.4.6: decided free by the service director, with his reason."""
    project = begin("lapsed", "C-002")
    company = project.company
    request = project.ask_for_service(category="remote", title="远程协助")
    project.for_request(
        company.zhao,
        "UT_negotiate",
        request,
        outcome="special",
        customer_person="刘科长",
    )
    project.for_request(
        company.hou,
        "UT_decide_special",
        request,
        outcome="agreed_free",
        amount=0,
        reason="老客户",
    )

    (quotation,) = company.zhao.search("quotations")

    assert facts(quotation, "state", "decidedBy", "reason") == [
        "free",
        "special_case_decider",
        "老客户",
    ]
    company.set_clock(at("2027-06-01"))
    assert company.zhao.search("receivables") == []
    odd = refused(company.zhao.search, "quotations", colour="red")
    assert odd.status == 400
