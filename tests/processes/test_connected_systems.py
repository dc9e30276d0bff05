"""JIRA, ERP and project management as systems of their own, beside the server."""

import json
from pathlib import Path

from pydantic import SecretStr

from engine.settings import JiraSettings, RemoteSettings
from tests.api.outgoing.waiting import hurry, until
from tests.processes.backgrounds import Begin
from tests.processes.test_data_import_scenarios import (
    any_workbook,
    confirm,
    export,
    issue_template,
)
from tests.processes.test_requirement_scenarios import Requirement
from tests.unit.connectors.conversation import talking


def test_issue_is_opened_in_jira(begin: Begin) -> None:
    """R3.2.4: the key that JIRA gives is the requirement's."""
    project = begin("on site", "C-001")
    with talking((200, {"issues": []}), (201, {"key": "KB-42"})) as said:
        settings = JiraSettings(url=said.url, token=SecretStr("x"), project="KB")
        project.house.restart(jira=settings)
        requirement = Requirement(project, "批次效期预警")

        requirement.submit()

    assert requirement.row()["issueKey"] == "KB-42"
    assert requirement.holds(project.company.wang, "UT_evaluate") == 1


def test_refusal_of_the_erp_is_a_persons_matter(begin: Begin) -> None:
    """R3.1.6: what the ERP does not take goes to the manager with its reason."""
    project = begin("on site", "C-003")
    with talking(
        (422, {"error": "期间已结账"}), (200, {"ok": True, "rows": 9})
    ) as said:
        project.house.restart(erp=RemoteSettings(url=said.url))
        issue_template(project, wanted=False, tables=["商品"])
        export(project, any_workbook())

        confirm(project)

        (run,) = project.listed("data-imports")
        assert "期间已结账" in run["error"]
        project.do(project.company.chen, "UT_fix_import", action="反结账", retry=True)
    assert project.listed("data-imports")[0]["rows"] == 9
    (file,) = said.asked[0]["body"]["files"]
    assert file["name"] == "数据.xlsx"
    assert file["content"]


def test_site_record_is_passed_on(begin: Begin) -> None:
    """R2.2.1, A3: another project management system gets every line."""
    project = begin("on site", "C-001")
    with talking((200, {})) as said:
        project.house.restart(pm=RemoteSettings(url=said.url))

        project.record_site(35)
    (asked,) = said.asked
    assert asked["path"] == "/base/records"
    assert (asked["body"]["kind"], asked["body"]["line"]["progress_pct"]) == (
        "site_record",
        35,
    )


def test_line_that_the_other_system_refuses_is_a_persons_matter(begin: Begin) -> None:
    """R2.2.1, A3: the work goes on; the incident says what was not passed on."""
    project = begin("on site", "C-001")
    admin = project.company.admin
    with talking((422, {"error": "项目不存在"}), (200, {})) as said:
        project.house.restart(pm=RemoteSettings(url=said.url))
        project.record_site(35)

        (incident,) = admin.search("incidents", state="ACTIVE")
        assert incident["processDefinitionId"] == "implementation"
        assert "项目不存在" in incident["errorMessage"]
        path = f"/v2/incidents/{incident['incidentKey']}/resolution"
        admin.ask("POST", path, json={"reason": "已在对方系统建立项目"})

    assert admin.search("incidents", state="ACTIVE") == []
    assert [each["body"]["kind"] for each in said.asked] == ["site_record"] * 2
    assert admin.call("POST", path).status_code == 409


def test_erp_takes_files_from_a_folder_and_answers_there(
    begin: Begin, tmp_path: Path
) -> None:
    """R3.1.6: the import goes on once the answer lies beside what was dropped."""
    project = begin("on site", "C-003")
    folder = tmp_path / "import"
    project.house.restart(erp=RemoteSettings(url=folder.as_uri()))
    issue_template(project, wanted=False, tables=["商品"])
    export(project, any_workbook())
    confirm(project)

    (place,) = folder.iterdir()
    answer = {"ok": True, "rows": 9, "summary": [{"table": "商品", "rows": 9}]}
    (folder / f"{place.name}.answer.json").write_text(json.dumps(answer), "utf-8")
    assert project.listed("data-imports") == []
    hurry(project.house)

    (run,) = until(lambda: project.listed("data-imports"))
    assert (run["ok"], run["rows"], run["summary"]) == (True, 9, answer["summary"])
