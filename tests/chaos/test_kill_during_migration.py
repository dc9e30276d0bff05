"""A batch of migrations whose server is killed (-9) in the middle, twice."""

import time
from collections import Counter

import httpx2
import pytest
from sqlalchemy import select

from engine.database import Database
from engine.schema import InstanceMigration, ProcessInstance, Timer, UserTask
from tests.api.driver import Company
from tests.builders import boundary, diagram, end, flow, line, start, task, timer
from tests.chaos.mortal import chains_are_intact

INSTANCES, REFUSED = 60, 6
KILLS = (3, 25)  # once that many have gone over
_PATIENCE = 60  # seconds


def case(*names):
    """A row of tasks; the first has a timer."""
    tasks = [task(name, duty='=["zhao"]') for name in names]
    late = boundary("late", names[0], timer("Duration", "P3D"))[1]
    return diagram("case", line(start(), *tasks, end()), late, flow("late", "EE"))


def deployed(company, *names):
    files = {"resources": ("case.bpmn", case(*names).encode(), "text/xml")}
    (found,) = company.admin.ask("POST", "/v2/deployments", files=files)["deployments"]
    return found["processDefinition"]["processDefinitionKey"]


def rows_of(database, table):
    with database.reading() as session:
        return session.scalars(select(table).order_by(table.key)).all()


def killed_in_the_middle(server, database, number):
    """Kill the server once ``number`` have gone over; return how many have."""
    deadline = time.monotonic() + _PATIENCE
    while over(database) < number:
        assert time.monotonic() < deadline, "the batch does not go on"
        time.sleep(0.002)
    server.kill()
    return over(database)


def over(database):
    items = rows_of(database, InstanceMigration)
    return sum(item.state == "COMPLETED" for item in items)


def assert_each_is_on_one_version(database, old, new):
    """State, tasks, timers and the item of an instance say the same."""
    tasks = {
        t.instance_key: t for t in rows_of(database, UserTask) if t.state == "CREATED"
    }
    timers = Counter(row.instance_key for row in rows_of(database, Timer))
    went = {
        item.instance_key: item.state == "COMPLETED"
        for item in rows_of(database, InstanceMigration)
    }
    for row in rows_of(database, ProcessInstance):
        version = int(new if went.get(row.key) else old)
        assert row.definition_key == version
        assert tasks[row.key].definition_key == version
        assert timers[row.key] == (tasks[row.key].element_id in {"UT_a", "UT_x"})


def ended(company, batch):
    path = f"/v2/batch-operations/{batch}"
    deadline = time.monotonic() + _PATIENCE
    while (found := company.admin.ask("GET", path))["state"] == "ACTIVE":
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


@pytest.fixture
def company(server):
    with httpx2.Client(base_url=server.url, timeout=60) as http:
        yield Company(http)


def test_a_batch_that_is_killed_twice_goes_on_and_each_case_is_on_one_version(
    server, database_url, company
):
    old = deployed(company, "UT_a", "UT_gone", "UT_c")
    begin = {"processDefinitionId": "case"}
    keys = [
        company.admin.ask("POST", "/v2/process-instances", json=begin)[
            "processInstanceKey"
        ]
        for _ in range(INSTANCES)
    ]
    for key in keys[:REFUSED]:
        company.zhao.complete("UT_a", processInstanceKey=key)
    new = deployed(company, "UT_x", "UT_c")
    mapping = [{"sourceElementId": "UT_a", "targetElementId": "UT_x"}]
    plan = {"targetProcessDefinitionKey": new, "mappingInstructions": mapping}
    database = Database(database_url)

    body = {"filter": {"processDefinitionKey": old}, "migrationPlan": plan}
    batch = company.admin.ask("POST", "/v2/process-instances/migration", json=body)
    for number in KILLS:
        done = killed_in_the_middle(server, database, number)
        assert number <= done < INSTANCES - REFUSED
        assert_each_is_on_one_version(database, old, new)
        server.start()
    found = ended(company, batch["batchOperationKey"])

    assert_each_is_on_one_version(database, old, new)
    assert (
        found["state"],
        found["operationsTotalCount"],
        found["operationsCompletedCount"],
        found["operationsFailedCount"],
    ) == ("PARTIALLY_COMPLETED", INSTANCES, INSTANCES - REFUSED, REFUSED)
    items = company.admin.search(
        "batch-operation-items", batchOperationKey=batch["batchOperationKey"]
    )
    failed = {each["processInstanceKey"]: each["remarks"] for each in items
              if each["state"] == "FAILED"}  # fmt: skip
    assert set(failed) == set(keys[:REFUSED])
    assert {(r["code"], r["elementId"]) for rs in failed.values() for r in rs} == {
        ("element-removed", "UT_gone")
    }
    for key in (keys[0], keys[REFUSED], keys[-1]):
        history = company.admin.ask("GET", f"/v2/process-instances/{key}/history")
        noted = [e["event"] for e in history["items"]].count("InstanceMigrated")
        assert noted == (key not in failed)
    assert chains_are_intact(database_url)
    company.zhao.complete("UT_x", processInstanceKey=keys[-1])
    assert company.zhao.task("UT_c", processInstanceKey=keys[-1])
    company.zhao.complete("UT_gone", processInstanceKey=keys[0])
    database.close()
