"""A batch that could not take all: what went over goes back, as far as it can."""

from tests.api.versions.cases import Case, batch, deploy, plan, todo
from tests.builders import diagram, end, line, start


def version(company, *names):
    row = diagram("batched", line(start(), *map(todo, names), end()))
    return deploy(company, row)["batched"]


def test_what_a_partly_failed_batch_took_over_goes_back(company):
    old = version(company, "UT_a", "UT_b", "UT_c")
    stuck, moved, again, still = (Case(company, "batched") for _ in range(4))
    stuck.complete("UT_a")
    new = version(company, "UT_x", "UT_c")
    wanted = {"processDefinitionKey": old}
    done = batch(company, wanted, new, UT_a="UT_x")
    assert (done["state"], done["operationsFailedCount"]) == ("PARTIALLY_COMPLETED", 1)
    moved.complete("UT_x")
    third = version(company, "UT_x", "UT_more", "UT_c")
    again.migrate(third)
    path = f"/v2/batch-operations/{done['batchOperationKey']}/reversal"
    refused = company.zhao.call("POST", path, json={})
    assert (refused.status_code, refused.json()["code"]) == (403, "permission-missing")

    answer = company.admin.ask("POST", path, json={"reason": "zu früh"})["items"]

    assert {each["processInstanceKey"]: (each["undone"], each["code"])
            for each in answer} == {
        moved.key: (False, "cannot-undo"),
        again.key: (False, "cannot-undo"),
        still.key: (True, None),
    }  # fmt: skip
    assert all(each["undone"] or "不能撤销" in each["message"] for each in answer)
    versions = [case.ask("GET")["processDefinitionKey"]
                for case in (stuck, moved, again, still)]  # fmt: skip
    assert versions == [old, new, third, old]
    (event,) = still.events("MigrationUndone")
    assert (event["actor"], event["details"]["reason"]) == ("admin", "zu früh")
    rest = company.admin.ask("POST", path, json={})["items"]
    assert {each["processInstanceKey"] for each in rest} == {moved.key, again.key}
    for case, names in ((still, ("UT_a", "UT_b", "UT_c")), (stuck, ("UT_b", "UT_c"))):
        for name in names:
            case.complete(name)
        assert case.state == "COMPLETED"


def test_a_batch_that_is_not_there_is_not_found(company):
    answer = company.admin.call("POST", "/v2/batch-operations/17/reversal", json={})

    assert (answer.status_code, answer.json()["code"]) == (404, "batch-not-found")


def test_a_batch_to_nowhere_is_refused(company):
    body = {"filter": {}, "migrationPlan": plan("17")}

    answers = [
        company.admin.call("POST", f"/v2/process-instances/migration{kind}", json=body)
        for kind in ("", "/trial")
    ]

    assert {(a.status_code, a.json()["code"]) for a in answers} == {
        (404, "definition-not-found")
    }
