"""Customers that are taken over from a workbook, with a report on each row."""

import io
from datetime import date
from typing import Any

from openpyxl import load_workbook

from tests.api.driver import JSON, Company
from tests.api.project_driver import Project, at

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FITTING: JSON = {
    "客户编号": "C-101",
    "客户名称": "瓦房店轴承配件有限公司",
    "客户类别": "B",
    "联系人": "郑经理",
    "联系电话": "0411-85550000",
    "销售经理": "赵明",
    "阶段": "服务期内",
    "客服人员": "lin",
    "合同编号": "HT-25-101",
    "签订日期": date(2025, 8, 1),
    "合同金额": 50000,
    "模块": "进销存、财务",
    "服务期起": date(2025, 9, 1),
    "服务期止": date(2026, 9, 1),
    "验收日期": date(2025, 9, 1),
}


def template(company: Company) -> bytes:
    path = "/v2/project-imports/template"
    content: bytes = company.zhao.call("GET", path).content
    return content


def filled(company: Company, *rows: JSON) -> bytes:
    """Return the server's template with rows filled in."""
    book = load_workbook(io.BytesIO(template(company)))
    page = book["客户项目"]
    places = {
        str(cell.value).rstrip("*"): cell.column for cell in page[1] if cell.value
    }
    for number, row in enumerate(rows, 4):
        for heading, value in row.items():
            page.cell(number, places[heading], value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def send(company: Company, content: bytes, query: str = "", who: str = "zhao") -> Any:
    files = {"file": ("客户.xlsx", content, XLSX)}
    path = f"/v2/project-imports{query}"
    return getattr(company, who).call("POST", path, files=files)


def test_template_says_what_may_be_filled_in(company: Company) -> None:
    """Required columns are marked, choices are lists, the hidden sheet knows it."""
    book = load_workbook(io.BytesIO(template(company)))

    page = book["客户项目"]
    assert page["A1"].value == "客户编号*"
    lists = [v for v in page.data_validations.dataValidation if v.type == "list"]
    assert len(lists) == 3
    assert book["_meta"].sheet_state == "hidden"


def test_customers_enter_in_the_middle_of_their_life(company: Company) -> None:
    """R0.1, R4.3.0, R5.4.1: in service and lapsed, served according to the stage."""
    lapsed = {
        **FITTING,
        "客户编号": "C-102",
        "客户名称": "庄河海产有限公司",
        "阶段": "无服务",
        "合同编号": "HT-24-102",
        "服务期起": date(2024, 9, 1),
        "服务期止": date(2025, 9, 1),
        "服务期类别": "付费",
    }

    report = send(company, filled(company, FITTING, lapsed)).json()

    assert (report["opened"], report["refused"]) == (2, 0)
    assert [row["row"] for row in report["rows"]] == [4, 5]
    first, second = (
        Project(company, company.customer(row["customerNumber"]), row["projectNo"])
        for row in report["rows"]
    )
    assert (first.project()["stage"], first.project()["agent"]) == ("service", "lin")
    assert first.project()["contract"]["amount"] == 5000000
    assert first.project()["contract"]["modules"] == ["财务", "进销存"]
    assert first.customer["contacts"][0]["name"] == "郑经理"
    served = first.ask_for_service(company.lin, module="财务")
    assert served["processDefinitionId"] == "service_request"
    charged = second.ask_for_service(company.lin, category="remote")
    assert charged["processDefinitionId"] == "post_expiry_request"
    company.set_clock(at("2026-09-01"))
    assert first.holds(company.zhao, "UT_contact_customer") == 1


def test_each_bad_row_is_reported_and_the_others_enter(company: Company) -> None:
    """R0.1: by row and column, in the reader's language; nothing of a bad row stays."""
    rows = [
        FITTING,
        {**FITTING, "客户编号": "C-103", "合同编号": "HT-1", "阶段": "已验收"},
        {**FITTING, "客户编号": "C-104", "合同编号": "HT-2", "销售经理": "钱进"},
        {**FITTING, "客户编号": "C-105", "合同编号": "HT-3", "模块": "财务、航天"},
        {**FITTING, "客户编号": "C-106"},
        {**FITTING, "客户编号": "C-101", "合同编号": "HT-4", "客户名称": "别的公司"},
        {**FITTING, "客户编号": "C-107", "合同编号": "HT-5", "服务期止": None},
        {
            **FITTING,
            "客户编号": "C-108",
            "合同编号": "HT-6",
            "服务期起": date(2024, 1, 1),
            "服务期止": date(2025, 1, 1),
        },
        {**FITTING, "客户编号": "C-109", "合同编号": None, "合同金额": "五万"},
    ]

    report = send(company, filled(company, *rows)).json()

    assert (report["opened"], report["refused"]) == (1, 8)
    found = [
        (row["row"], problem["column"], problem["code"])
        for row in report["rows"]
        for problem in row["problems"]
    ]
    assert found == [
        (5, "阶段", "value-unfit"),
        (6, "销售经理", "unknown-user"),
        (7, "模块", "unknown-module"),
        (8, "合同编号", "contract-number-taken"),
        (9, "客户名称", "customer-differs"),
        (10, "服务期止", "required"),
        (11, "服务期止", "period-over"),
        (12, "合同编号", "value-unfit"),
        (12, "合同金额", "value-unfit"),
    ]
    assert len(company.zhao.search("projects")) == 1
    numbers = {c["number"] for c in company.zhao.search("customers")}
    assert numbers & {f"C-10{n}" for n in range(1, 10)} == {"C-101"}


def test_trial_reports_and_stores_nothing(company: Company) -> None:
    """R0.1: what would enter is told; afterwards it can still enter."""
    content = filled(company, FITTING)

    report = send(company, content, "?dryRun=true").json()

    assert (report["dryRun"], report["opened"], report["refused"]) == (True, 0, 0)
    assert [row["outcome"] for row in report["rows"]] == ["fits"]
    assert company.zhao.search("projects") == []
    assert send(company, content).json()["opened"] == 1
    again = send(company, content).json()
    assert [p["code"] for p in again["rows"][0]["problems"]] == [
        "contract-number-taken"
    ]


def test_what_is_no_such_workbook_is_refused(company: Company) -> None:
    """R0.1: no spreadsheet, nothing filled in, or nobody who may open projects."""
    for content in (b"PK no workbook", template(company)):
        answer = send(company, content)
        assert answer.status_code == 422
        assert answer.json()["code"] == "opening-sheet-unreadable"
    assert send(company, filled(company, FITTING), who="hp").status_code == 403
    stranger = send(company, filled(company, FITTING), who="gao").json()
    assert [p["code"] for p in stranger["rows"][0]["problems"]] == [
        "may-not-open-project"
    ]
    assert company.zhao.search("projects") == []
