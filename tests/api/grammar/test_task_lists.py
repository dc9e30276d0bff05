"""Lists of tasks say of each task what asking for it says."""

from tests.api.driver import Company
from tests.api.models import noting


def test_a_listed_task_is_the_task(company: Company):
    key = noting(company)

    (listed,) = company.wang.tasks()
    alone = company.wang.ask("GET", f"/v2/user-tasks/{key}")

    assert listed == alone
    assert listed["userTaskKey"] == key


def test_a_finished_task_is_listed_as_it_is(company: Company):
    key = noting(company)
    company.wang.answer(key, {"text": "gut", "approved": True})

    found = company.wang.search("user-tasks", userTaskKey=key)

    assert found == [company.wang.ask("GET", f"/v2/user-tasks/{key}")]
    assert found[0]["completedBy"] == "wang"


def test_a_list_has_the_members_that_the_description_names(company: Company):
    noting(company)
    described = company.http.get("/openapi.json").json()["components"]["schemas"]

    (listed,) = company.wang.tasks()

    assert set(listed) == set(described["TaskAnswer"]["properties"])
