"""Reports as managers read them, and the procedure as all staff do."""

import csv
import io

import pytest

from tests.api.project_driver import at
from tests.processes.backgrounds import Begin

NAMES = (
    "project-progress",
    "overdue-tasks",
    "visit-completion",
    "first-time-fix",
    "response-and-resolution",
    "satisfaction",
    "renewals",
    "requirement-cycle",
    "charges",
)


@pytest.mark.parametrize("name", NAMES)
def test_every_report_defines_its_figures(begin: Begin, name: str) -> None:
    """R0.2: definitions in the reader's language, rows under declared columns."""
    project = begin("on site", "C-001")
    hou = project.company.hou

    report = hou.ask("GET", f"/v2/reports/{name}")

    assert report["name"] == name
    assert report["definition"]
    assert all(figure["definition"] for figure in report["figures"])
    columns = {column["name"] for column in report["columns"]}
    assert all(columns <= set(row) for row in report["rows"])
    table = hou.call("GET", f"/v2/reports/{name}", params={"format": "csv"})
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert rows[0] == [column["title"] for column in report["columns"]]
    assert len(rows) == 1 + len(report["rows"])


def test_reports_are_the_companys(begin: Begin) -> None:
    """R0.2: customers see none; an unknown one is not there; odd days are refused."""
    company = begin("on site", "C-001").company

    assert company.hp.call("GET", "/v2/reports/charges").status_code == 403
    assert company.hou.call("GET", "/v2/reports/weather").status_code == 404
    odd = company.hou.call("GET", "/v2/reports/charges", params={"from": "soon"})
    assert odd.status_code in {400, 422}
    assert set(company.hou.ask("GET", "/v2/reports")["items"]) == set(NAMES)


def test_progress_compares_the_record_with_the_plan(begin: Begin) -> None:
    """R2.4.1: three of eight planned days passed, ten per cent recorded: behind."""
    project = begin("on site", "C-001")
    company = project.company
    company.set_clock(at("2026-03-23"))
    project.record_site(10, date="2026-03-23")

    (row,) = company.hou.ask("GET", "/v2/reports/project-progress")["rows"]

    assert (row["planVersion"], row["plannedPct"], row["actualPct"]) == (1, 37, 10)
    assert row["behind"] is True


def test_texts_of_customers_stay_texts_in_spreadsheets(begin: Begin) -> None:
    """R0.2: a title that a spreadsheet would run arrives as a text."""
    project = begin("on site", "C-001")
    company = project.company
    project.post(
        company.chen,
        "requirements",
        title='=HYPERLINK("http://x")',
        description="",
        origin="implementation",
    )

    table = company.hou.call(
        "GET", "/v2/reports/requirement-cycle", headers={"Accept": "text/csv"}
    )

    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert rows[1][2] == '\'=HYPERLINK("http://x")'


def test_window_leaves_out_what_lies_outside(begin: Begin) -> None:
    """R0.2: both days of the window count."""
    project = begin("in service", "C-001")
    hou = project.company.hou

    def periods(**days: str) -> int:
        rows = hou.ask("GET", "/v2/reports/renewals", params=days)["rows"]
        return len(rows)

    assert periods(**{"from": "2027-05-15", "to": "2027-05-15"}) == 1
    assert periods(**{"from": "2027-05-16"}) == 0
    assert periods(to="2027-05-14") == 0


def test_procedure_lists_and_traces_its_rules(begin: Begin) -> None:
    """R0.3: ninety rules with their words, and the elements that carry them."""
    company = begin("on site", "C-001").company

    procedure = company.lin.ask("GET", "/v2/procedure")
    traced = company.lin.ask("GET", "/v2/procedure/trace")["rules"]

    assert len(procedure["rules"]) == len(traced) == 90
    assert procedure["acknowledged"] is False
    by_id = {rule["id"]: rule for rule in traced}
    assert "UT_appoint_manager" in by_id["R1.2.1"]["elements"]
    assert by_id["R0.3"]["elements"] == ["API"]
    assert company.hp.call("GET", "/v2/procedure").status_code == 403
