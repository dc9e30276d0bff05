"""A designer changes a bundled process while projects run on it."""

import io
import zipfile

import pytest

from tests.api.driver import Company
from tests.api.serving import House
from tests.processes import library

PACKAGE = "01_pre_implementation"
PROCESS = "pre_implementation"
OLD_NAME, NEW_NAME = (
    'id="UT_register_contract" name="登记销售合同',
    "登记销售合同(新版)",
)


def changed():
    """The package as an archive, with another name for the first task."""
    content = io.BytesIO()
    processes = library.PROCESSES / PACKAGE
    with zipfile.ZipFile(content, "w") as archive:
        for folder in (processes, library.PROCESSES.parent / "forms" / PACKAGE):
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.suffix != ".md":
                    archive.writestr(str(path.relative_to(folder)), edited(path))
    return content.getvalue()


def edited(path):
    content = path.read_bytes()
    if path.suffix != ".bpmn":
        return content
    text = content.decode()
    assert text.count(OLD_NAME) == 1
    return text.replace(OLD_NAME, OLD_NAME.replace("登记销售合同", NEW_NAME)).encode()


@pytest.fixture
def designed(company: Company):
    """A project on the old version, and the key of the new version."""
    case = company.open_project("C-001")
    parts = {"resources": (f"{PACKAGE}.zip", changed(), "application/zip")}
    made = company.admin.ask(
        "POST", "/v2/deployments", files=parts, data={"package": PACKAGE}
    )
    found = [each["processDefinition"] for each in made["deployments"]]
    (key,) = {
        each["processDefinitionKey"]
        for each in found
        if each and each["processDefinitionId"] == PROCESS
    }
    return case, key


def version(case):
    return case.instance(PROCESS)["processDefinitionVersion"]


def first_task(case):
    return case.company.zhao.task("UT_register_contract", projectNo=case.project_no)


def test_running_projects_stay_and_new_ones_take_the_new_version(
    house: House, company: Company, designed
):
    old, _ = designed
    new = company.open_project("C-002")

    house.restart()

    later = company.open_project("C-003")
    assert [version(case) for case in (old, new, later)] == [1, 2, 2]
    assert [NEW_NAME in first_task(case)["name"] for case in (old, new)] == [
        False, True,
    ]  # fmt: skip
    for case in (old, new):
        case.register_contract()
        case.appoint()
        assert case.holds(company.chen, "UT_upload_contract") == 1


def test_a_running_project_is_taken_over_when_somebody_says_so(
    company: Company, designed
):
    case, target = designed
    before = first_task(case)
    wanted = {
        "filter": {"processDefinitionId": PROCESS},
        "migrationPlan": {"targetProcessDefinitionKey": target},
    }
    path = "/v2/process-instances/migration/trial"
    tried = company.admin.ask("POST", path, json=wanted)
    assert tried["counts"] == {
        "safe": 1, "needs-mapping": 0, "unsafe": 0, "current": 0,
    }  # fmt: skip
    key = case.instance(PROCESS)["processInstanceKey"]

    company.admin.ask(
        "POST", f"/v2/process-instances/{key}/migration", json=wanted["migrationPlan"]
    )

    after = first_task(case)
    assert (after["userTaskKey"], after["dueDate"]) == (
        before["userTaskKey"], before["dueDate"],
    )  # fmt: skip
    assert NEW_NAME in after["name"]
    assert version(case) == 2
    case.register_contract()
    case.appoint()
    assert case.holds(company.chen, "UT_upload_contract") == 1
