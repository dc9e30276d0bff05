"""Migration, modification and send-back over HTTP, as Camunda's client sends them."""

import time
from datetime import timedelta
from typing import Any

import pytest
from camunda_orchestration_sdk.models import (
    ProcessInstanceModificationActivateInstruction,
    ProcessInstanceModificationInstruction,
    ProcessInstanceModificationMoveInstruction,
    SourceElementIdInstruction,
)
from camunda_orchestration_sdk.semantic_types import ElementId
from sqlalchemy import select

from engine.schema import InstanceMigration
from engine.worker import tidying
from tests.api.serving import START
from tests.builders import diagram, end, line, start, task


def deployed(company, *names) -> str:
    """Deploy the process with these tasks; return the key of the version."""
    nodes = [task(name, duty='=["zhao"]') for name in names]
    text = diagram("small", line(start(), *nodes, end()))
    files = {"resources": ("small.bpmn", text.encode(), "application/xml")}
    answer = company.admin.ask("POST", "/v2/deployments", files=files)
    found = [each["processDefinition"] for each in answer["deployments"]]
    return str(found[0]["processDefinitionKey"])


def started(company) -> str:
    body = {"processDefinitionId": "small"}
    made = company.admin.ask("POST", "/v2/process-instances", json=body)
    return str(made["processInstanceKey"])


def opened(company, key) -> list[str]:
    found = company.admin.search("user-tasks", state="CREATED", processInstanceKey=key)
    return sorted(each["elementId"] for each in found)


def finished(company, batch) -> dict[str, Any]:
    for _ in range(200):
        found: dict[str, Any] = company.admin.ask(
            "GET", f"/v2/batch-operations/{batch}"
        )
        if found["state"] != "ACTIVE":
            return found
        time.sleep(0.05)  # a worker of the server does it
    return found


def mapped(target, **mapping) -> dict[str, Any]:
    instructions = [
        {"sourceElementId": old, "targetElementId": new} for old, new in mapping.items()
    ]
    return {
        "targetProcessDefinitionKey": target,
        "mappingInstructions": instructions,
    }


def test_an_instance_goes_over_and_back(company):
    old = deployed(company, "UT_a", "UT_b")
    key = started(company)
    new = deployed(company, "UT_x", "UT_b")
    path = f"/v2/process-instances/{key}"
    refused = company.admin.call("POST", f"{path}/migration", json=mapped(new))
    assert (refused.status_code, refused.json()["code"]) == (409, "migration-refused")
    assert refused.json()["errors"][0]["code"] == "element-removed"
    assert refused.json()["errors"][0]["pointer"] == "/elements/UT_a"

    company.admin.ask("POST", f"{path}/migration", json=mapped(new, UT_a="UT_x"))

    assert company.admin.ask("GET", path)["processDefinitionKey"] == new
    assert opened(company, key) == ["UT_x"]
    last = company.admin.ask("GET", f"{path}/migration")
    assert (last["state"], last["processedBy"]) == ("COMPLETED", "admin")
    company.admin.ask("POST", f"{path}/migration/reversal", json={"reason": "no"})
    assert company.admin.ask("GET", path)["processDefinitionKey"] == old
    assert opened(company, key) == ["UT_a"]


def test_a_plan_and_a_dry_run_come_before_a_batch(company):
    old = deployed(company, "UT_a", "UT_b")
    keys = [started(company) for _ in range(2)]
    company.zhao.answer(company.zhao.tasks("UT_a")[0]["userTaskKey"], {})
    new = deployed(company, "UT_x", "UT_b")
    plan = company.admin.ask(
        "POST", f"/v2/process-definitions/{old}/migration-plan", json=mapped(new)
    )
    assert {(e["sourceElementId"], e["how"]) for e in plan["elements"]} >= {
        ("UT_a", "none"), ("UT_b", "id"),
    }  # fmt: skip
    body = {"filter": {"processDefinitionKey": old}, "migrationPlan": mapped(new)}
    many = "/v2/process-instances/migration"

    tried = company.admin.ask("POST", f"{many}/trial", json=body)
    batch = company.admin.ask("POST", many, json=body)

    assert tried["counts"] == {"safe": 1, "needs-mapping": 1, "unsafe": 0, "current": 0}
    assert {each["processInstanceKey"] for each in tried["items"]} == set(keys)
    done = finished(company, batch["batchOperationKey"])
    assert (
        done["state"], done["operationsCompletedCount"], done["operationsFailedCount"],
    ) == ("PARTIALLY_COMPLETED", 1, 1)  # fmt: skip
    path = f"/v2/batch-operations/{batch['batchOperationKey']}"
    key = batch["batchOperationKey"]
    items = company.admin.search("batch-operation-items", batchOperationKey=key)
    assert sorted(each["state"] for each in items) == ["COMPLETED", "FAILED"]
    again = company.admin.call("POST", f"{path}/cancellation")
    assert again.status_code == 409


def test_tokens_move_as_the_client_asks(company):
    deployed(company, "UT_a", "UT_b", "UT_c")
    key = started(company)
    body = ProcessInstanceModificationInstruction(
        activate_instructions=[
            ProcessInstanceModificationActivateInstruction(element_id=ElementId("UT_c"))
        ],
        move_instructions=[
            ProcessInstanceModificationMoveInstruction(
                source_element_instruction=SourceElementIdInstruction(
                    source_type="byId", source_element_id=ElementId("UT_a")
                ),
                target_element_id=ElementId("UT_b"),
            )
        ],
    ).to_dict()

    company.admin.ask("POST", f"/v2/process-instances/{key}/modification", json=body)

    assert opened(company, key) == ["UT_b", "UT_c"]
    answer = company.zhao.call(
        "POST", f"/v2/process-instances/{key}/modification", json=body
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"terminateInstructions": [{}]},
        {"activateInstructions": [{"elementId": "UT_a",
                                   "ancestorElementInstanceKey": "x"}]},
        {},
    ],
)  # fmt: skip
def test_a_modification_that_says_nothing_is_malformed(company, body):
    deployed(company, "UT_a")
    path = f"/v2/process-instances/{started(company)}/modification"

    assert company.admin.call("POST", path, json=body).status_code == 400


def test_a_task_goes_back_to_an_earlier_one(company):
    deployed(company, "UT_a", "UT_b")
    key = started(company)
    company.zhao.complete("UT_a")
    path = f"/v2/user-tasks/{company.zhao.task('UT_b')['userTaskKey']}"
    (move,) = company.zhao.ask("GET", f"{path}/moves")["items"]
    assert (move["elementId"], move["completedBy"]) == ("UT_a", "zhao")
    assert [each["elementId"] for each in move["cancels"]] == ["UT_b"]
    body = {"elementId": "UT_a", "reason": "the sum is wrong"}
    stale = company.zhao.call(
        "POST", f"{path}/return", json=body, headers={"If-Match": '"99"'}
    )
    assert stale.status_code == 412

    company.zhao.ask("POST", f"{path}/return", json=body)

    assert opened(company, key) == ["UT_a"]
    assert company.zhao.task("UT_a")["round"] == 2
    nowhere = company.zhao.call(
        "POST",
        f"/v2/user-tasks/{company.zhao.task('UT_a')['userTaskKey']}/return",
        json={"elementId": "UT_b", "reason": "no"},
    )
    assert (nowhere.status_code, nowhere.json()["code"]) == (409, "move-refused")


def test_a_snapshot_is_kept_for_as_long_as_the_operator_says(house, company):
    house.restart(snapshot_days=30)
    deployed(company, "UT_a", "UT_b")
    keys = [started(company), started(company)]
    new = deployed(company, "UT_a", "UT_x")
    for key in keys:
        path = f"/v2/process-instances/{key}/migration"
        company.admin.ask("POST", path, json=mapped(new))
    back = [f"/v2/process-instances/{key}/migration/reversal" for key in keys]
    company.set_clock(START + timedelta(days=29))
    tidying.tidy(house.platform.database)
    company.admin.ask("POST", back[0], json={})
    company.set_clock(START + timedelta(days=31))
    tidying.tidy(house.platform.database)

    answer = company.admin.call("POST", back[1], json={})

    assert (answer.status_code, answer.json()["code"]) == (409, "cannot-undo")
    assert "快照" in answer.json()["detail"]
    path = f"/v2/process-instances/{keys[1]}/migration"
    kept = company.admin.ask("GET", path)
    assert (kept["state"], kept["processedBy"]) == ("COMPLETED", "admin")
    with house.platform.database.reading() as session:
        stored = select(InstanceMigration.state_before, InstanceMigration.rows_before)
        rows = session.execute(stored).all()
    assert rows == [(None, None), (None, None)]
