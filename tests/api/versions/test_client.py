"""Camunda's own Python client, unchanged: it migrates, modifies, suspends, cancels."""

import time

import pytest
from camunda_orchestration_sdk import CamundaClient
from camunda_orchestration_sdk.models import (
    BatchOperationItemSearchQuery,
    CancelProcessInstanceRequest,
    ProcessInstanceMigrationBatchOperationRequest,
    ProcessInstanceMigrationInstruction,
    ProcessInstanceModificationInstruction,
    ResumeProcessInstanceRequest,
    SuspendProcessInstanceRequest,
)
from camunda_orchestration_sdk.runtime.configuration_resolver import (
    CamundaSdkConfigPartial,
)

from tests.api.driver import PASSWORD
from tests.api.serving import listening
from tests.api.versions.cases import Case, deploy, plan, todo
from tests.builders import diagram, end, line, start


@pytest.fixture(scope="module")
def client(house):
    """The client, as its users set it up."""
    with listening(house) as url:
        configuration: CamundaSdkConfigPartial = {
            "CAMUNDA_REST_ADDRESS": url,
            "CAMUNDA_AUTH_STRATEGY": "BASIC",
            "CAMUNDA_BASIC_AUTH_USERNAME": "admin",
            "CAMUNDA_BASIC_AUTH_PASSWORD": PASSWORD,
        }
        with CamundaClient(configuration=configuration) as opened:
            yield opened


def version(company, process_id, *names):
    """Deploy a row of tasks; return the key of the version."""
    row = diagram(process_id, line(start(), *map(todo, names), end()))
    return deploy(company, row)[process_id]


def test_the_client_migrates_one_instance(company, client):
    version(company, "one", "UT_a", "UT_b")
    case = Case(company, "one")
    new = version(company, "one", "UT_x", "UT_b")
    wanted = ProcessInstanceMigrationInstruction.from_dict(plan(new, UT_a="UT_x"))

    client.migrate_process_instance(case.key, data=wanted)

    assert case.tasks() == ["UT_x"]
    found = client.get_process_instance(case.key)
    assert found.process_definition_key == new


def test_the_client_migrates_many_and_follows_the_batch(company, client):
    old = version(company, "many", "UT_a", "UT_b")
    cases = [Case(company, "many") for _ in range(3)]
    cases[0].complete("UT_a")
    new = version(company, "many", "UT_a", "UT_x")
    wanted = {"filter": {"processDefinitionKey": old}, "migrationPlan": plan(new)}

    begun = client.migrate_process_instances_batch_operation(
        data=ProcessInstanceMigrationBatchOperationRequest.from_dict(wanted)
    )
    batch = over(client, begun.batch_operation_key)
    query = {"filter": {"batchOperationKey": begun.batch_operation_key},
             "sort": [{"field": "processInstanceKey"}]}  # fmt: skip
    items = client.search_batch_operation_items(
        data=BatchOperationItemSearchQuery.from_dict(query)
    ).items

    assert (
        batch.state.value,
        batch.operations_total_count,
        batch.operations_completed_count,
        batch.operations_failed_count,
        batch.actor_id,
    ) == ("PARTIALLY_COMPLETED", 3, 2, 1, "admin")
    assert [(each.process_instance_key, each.state.value) for each in items] == [
        (case.key, state)
        for case, state in zip(cases, ("FAILED", "COMPLETED", "COMPLETED"), strict=True)
    ]
    assert "UT_b" in (items[0].error_message or "")
    assert items[1].error_message is None
    assert [case.tasks() for case in cases] == [["UT_b"], ["UT_a"], ["UT_a"]]


def over(client, key):
    for _ in range(600):
        found = client.get_batch_operation(key)
        if found.state.value != "ACTIVE":
            break
        time.sleep(0.05)  # a worker of the server does it
    return found


def test_the_client_modifies_suspends_resumes_and_cancels(company, client):
    version(company, "moved", "UT_a", "UT_b", "UT_c")
    case = Case(company, "moved")
    wanted = {
        "activateInstructions": [
            {"elementId": "UT_c", "variableInstructions": [{"variables": {"n": 1}}]}
        ],
        "moveInstructions": [
            {
                "sourceElementInstruction": {
                    "sourceType": "byId",
                    "sourceElementId": "UT_a",
                },
                "targetElementId": "UT_b",
                "ancestorScopeInstruction": {"ancestorScopeType": "inferred"},
            }
        ],
    }

    data = ProcessInstanceModificationInstruction.from_dict(wanted)
    client.modify_process_instance(case.key, data=data)

    assert case.tasks() == ["UT_b", "UT_c"]
    assert case.variables()["n"] == 1
    ended = {"terminateInstructions": [{"elementId": "UT_c"}]}
    data = ProcessInstanceModificationInstruction.from_dict(ended)
    client.modify_process_instance(case.key, data=data)
    assert case.tasks() == ["UT_b"]
    client.suspend_process_instance(case.key, data=SuspendProcessInstanceRequest())
    path = f"/v2/user-tasks/{case.task('UT_b')['userTaskKey']}/completion"
    assert company.zhao.call("POST", path, json={}).status_code == 409
    client.resume_process_instance(case.key, data=ResumeProcessInstanceRequest())
    client.cancel_process_instance(case.key, data=CancelProcessInstanceRequest())
    assert (case.state, case.tasks()) == ("TERMINATED", [])
