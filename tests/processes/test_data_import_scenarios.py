"""三.1, data from the customer's old system, as SCENARIOS S12 and S13 tell it."""

import io
from collections.abc import Mapping
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from engine.connectors import RecordingConnector
from tests.api.driver import JSON, Person
from tests.api.project_driver import CONTRACTS, Project
from tests.processes.backgrounds import Begin

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLES = ["商品", "供应商", "库存"]


def upload(person: Person, name: str, content: bytes) -> JSON:
    files = {"file": (name, content, XLSX)}
    reference: JSON = person.ask("POST", "/v2/documents", files=files)
    return reference


def issue_template(project: Project, *, wanted: bool, tables: list[str]) -> None:
    project.arrange_work(legacy_data=True)
    project.do(
        project.company.chen,
        "UT_issue_template",
        tables=tables,
        source_system="金蝶KIS",
        customer_wants_company_export=wanted,
    )


def template_of(project: Project) -> bytes:
    """The spreadsheet that the customer was sent, as he downloads it."""
    (document,) = project.documents("import_template", project.contact)[-1:]
    path = f"/v2/documents/{document['documentId']}"
    return project.contact.call("GET", path).content


def filled_in(template: bytes, rows: Mapping[str, int], *, skip: str = "") -> bytes:
    """Fill in a template's sheets; ``skip`` is a heading whose cells stay empty."""
    book = load_workbook(io.BytesIO(template))
    told = {str(row[0]): row[1] for row in book["_meta"].iter_rows(values_only=True)}
    first = int(str(told["first_row"]))
    for name, count in rows.items():
        sheet = book[name]
        headings = [cell.value for cell in sheet[first - 3]]
        examples = [cell.value for cell in sheet[first - 1]]
        for number in range(count):
            for column, (heading, example) in enumerate(
                zip(headings, examples, strict=True), 1
            ):
                if heading is not None and str(heading).rstrip("* ") != skip:
                    sheet.cell(first + number, column, example)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def export(project: Project, content: bytes) -> None:
    project.do(
        project.contact,
        "UT_customer_export",
        files=[upload(project.contact, "数据.xlsx", content)],
        exported_on="2026-03-25",
    )


def any_workbook() -> bytes:
    book = Workbook()
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def confirm(project: Project) -> None:
    chen = project.company.chen
    project.do(chen, "UT_validate_data", valid=True, checked_on="2026-03-26")
    project.do(
        project.contact, "UT_customer_confirm_data", confirmed=True, signed_by="孙经理"
    )


def test_s12_data_is_imported_after_both_have_confirmed(begin: Begin) -> None:
    """R3.1.1, R3.1.5, R3.1.6: two returns, one failure of the ERP, then 1,280 rows."""
    project = begin("on site", "C-003")
    chen, jf = project.company.chen, project.contact
    answers: list[dict[str, Any]] = [
        {"ok": False, "rows": 0, "error": "数据库锁定"},
        {"ok": True, "rows": 1280},
    ]

    def erp(_: str, __: Mapping[str, Any]) -> Mapping[str, Any]:
        return answers.pop(0)

    connector = RecordingConnector(erp)
    project.house.fit(connectors={"erp": connector})
    issue_template(project, wanted=False, tables=TABLES)
    export(project, any_workbook())
    errors = [
        {"table": "商品", "row": row, "column": "税率", "problem": "为空"}
        for row in range(1, 38)
    ]

    project.do(
        chen, "UT_validate_data", valid=False, errors=errors, checked_on="2026-03-26"
    )

    assert project.holds(jf, "UT_customer_export") == 1
    (report,) = project.documents("data_validation", jf)
    content = jf.call("GET", f"/v2/documents/{report['documentId']}").content
    book = load_workbook(io.BytesIO(content), read_only=True)
    listed = [
        row
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        if "税率" in row and "为空" in row
    ]
    assert len(listed) == 37

    export(project, any_workbook())
    project.do(chen, "UT_validate_data", valid=True, checked_on="2026-03-27")
    project.do(
        jf,
        "UT_customer_confirm_data",
        confirmed=False,
        comment="合计不符",
        signed_by="孙经理",
    )
    assert project.holds(jf, "UT_customer_export") == 1
    assert not connector.asked

    export(project, any_workbook())
    confirm(project)

    assert project.holds(chen, "UT_fix_import") == 1
    project.do(chen, "UT_fix_import", action="解锁后重试", retry=True)
    assert project.holds(chen, "UT_declare_complete") == 1
    assert [(run["ok"], run["rows"]) for run in project.listed("data-imports")] == [
        (True, 1280),
        (False, 0),
    ]


def test_local_importer_names_rows_that_do_not_fit(begin: Begin) -> None:
    """R3.1.6: without an ERP the template itself judges, row by row."""
    project = begin("on site", "C-003")
    chen = project.company.chen
    issue_template(project, wanted=False, tables=["商品"])
    template = template_of(project)
    export(project, filled_in(template, {"商品": 3}, skip="商品编码"))
    confirm(project)

    assert project.holds(chen, "UT_fix_import") == 1
    (run,) = project.listed("data-imports")
    assert [p["problem"] for p in run["problems"]] == ["必填项为空"] * 3
    rows = [p["row"] for p in run["problems"]]
    assert rows == [rows[0], rows[0] + 1, rows[0] + 2]
    (table,) = run["summary"]
    assert (table["table"], table["rows"], table["problems"]) == ("商品", 3, 3)
    path = f"/v2/projects/{project.project_no}/data-imports"
    report = chen.call("GET", f"{path}/{run['dataImportKey']}/report")
    told = load_workbook(io.BytesIO(report.content))
    assert [row[1] for row in told["问题"].iter_rows(min_row=2, values_only=True)] == (
        rows
    )
    assert chen.call("GET", f"{path}/17/report").status_code == 404

    project.do(chen, "UT_fix_import", action="请客户补全编码", retry=False)
    export(project, filled_in(template, {"商品": 3}))
    confirm(project)

    assert project.listed("data-imports")[0]["rows"] == 3
    assert project.holds(chen, "UT_declare_complete") == 1


@pytest.mark.parametrize("customer", ["C-004", "C-002"])
def test_s13_promised_export_is_the_companys(begin: Begin, customer: str) -> None:
    """R3.1.2: written or promised, the team exports at once and free of charge."""
    promised = {
        **CONTRACTS[customer],
        "data_export_promised": True,
        "data_export_note": "谈判时承诺",
    }
    project = begin("opened", customer)
    project.prepare(CONTRACTS[customer] if customer == "C-004" else promised)
    company = project.company

    issue_template(project, wanted=False, tables=["商品"])

    assert project.holds(company.liu, "UT_company_export") == 1
    assert project.holds(project.contact, "UT_customer_export") == 0
    assert project.holds(project.contact, "UT_customer_accept_fee") == 0
    assert not project.documents("data_export_quote")
    rows = filled_in(template_of(project), {"商品": 2})
    project.do(
        company.liu,
        "UT_company_export",
        files=[upload(company.liu, "导出.xlsx", rows)],
        exported_on="2026-03-25",
        method="数据库导出",
    )
    assert project.holds(company.chen, "UT_validate_data") == 1


def test_s14_charged_export_is_quoted_and_earned(begin: Begin) -> None:
    """R3.1.3, R3.1.4, R3.1.6: objection, an adjusted fee, and the fee in the report."""
    project = begin("on site", "C-003")
    company, jf = project.company, project.contact
    issue_template(project, wanted=True, tables=["商品", "客户"])
    assert project.documents("data_export_quote", jf)
    project.do(jf, "UT_customer_accept_fee", accept=False, objection="太贵")
    project.do(
        company.zhao,
        "UT_coordinate_fee",
        result="pay_adjusted",
        amount=100000,
        reason="老客户优惠",
    )
    rows = {"商品": 2, "客户": 1}
    project.do(
        company.liu,
        "UT_company_export",
        files=[upload(company.liu, "导出.xlsx", filled_in(template_of(project), rows))],
        exported_on="2026-03-25",
        method="数据库导出",
    )

    confirm(project)

    assert project.listed("data-imports")[0]["rows"] == 3
    report = company.sun.ask("GET", "/v2/reports/charges")
    (charge,) = report["rows"]
    assert (charge["kind"], charge["amount"]) == ("data_export", 100000)
