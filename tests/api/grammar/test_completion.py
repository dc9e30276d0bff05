"""Completing a task over HTTP: by the right person, with right values, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.driver import Company, Person, pdf
from tests.api.models import NOTE, NOTING, begin, deploy, noting
from tests.api.serving import House
from tests.builders import diagram, end, line, start, task

GOOD = {"text": "gut", "approved": True}


def complete(person: Person, key: str, values=GOOD, **headers: str):
    path = f"/v2/user-tasks/{key}/completion"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return person.call("POST", path, json={"variables": values}, headers=named)


def pointers(answer) -> set[str]:
    return {problem["pointer"] for problem in answer.json()["errors"]}


@pytest.fixture
def key(company: Company) -> str:
    """王立民's task with a form."""
    return noting(company)


def test_completing_a_task_opens_the_next_one_at_once(company: Company, key: str):
    answer = complete(company.wang, key)

    assert (answer.status_code, answer.content) == (204, b"")
    assert company.wang.ask("GET", f"/v2/user-tasks/{key}")["state"] == "COMPLETED"
    assert len(company.jin.tasks("UT_check")) == 1
    assert len(company.zhou.tasks("UT_check")) == 1


def test_the_wrong_person_is_refused(company: Company, key: str):
    answer = complete(company.hou, key)

    assert (answer.status_code, answer.json()["code"]) == (403, "not-candidate")
    assert len(company.wang.tasks("UT_note")) == 1


def test_an_administrator_does_not_do_other_peoples_work(company: Company, key: str):
    assert complete(company.admin, key).status_code == 403


def test_a_customer_does_not_learn_that_it_is_there(company: Company, key: str):
    known, unknown = complete(company.hp, key), complete(company.hp, "1")

    assert (known.status_code, unknown.status_code) == (404, 404)
    assert known.json()["code"] == unknown.json()["code"] == "task-not-found"


def test_the_second_completion_is_a_conflict(company: Company, key: str):
    complete(company.wang, key)

    answer = complete(company.wang, key, {"text": "anders", "approved": False})

    assert (answer.status_code, answer.json()["code"]) == (409, "illegal-move")
    (check,) = company.jin.tasks("UT_check")
    path = f"/v2/process-instances/{check['processInstanceKey']}/variables"
    assert company.jin.ask("GET", path)["note"]["text"] == "gut"


def test_of_two_at_once_one_wins(company: Company, key: str):
    complete(company.wang, key)
    check = company.jin.task("UT_check")["userTaskKey"]
    for person in (company.jin, company.zhou):
        person.ask("GET", "/v2/authentication/me")

    with ThreadPoolExecutor(2) as threads:
        answers = list(
            threads.map(
                lambda person: complete(person, check, {}),
                (company.jin, company.zhou),
            )
        )

    assert sorted(a.status_code for a in answers) == [204, 409]


def test_many_tasks_of_one_case_at_once_lose_nothing(company: Company):
    deploy(company.admin, PAIR)
    keys: dict[str, Person] = {}
    for _ in range(4):
        begin(company.admin, "pair")
    for name in ("wang", "pan"):
        person: Person = getattr(company, name)
        keys |= {t["userTaskKey"]: person for t in person.tasks("UT_pair")}

    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(lambda pair: complete(pair[1], pair[0], {}), keys.items())
        )

    assert [a.status_code for a in answers] == [204] * 8
    ended = company.admin.search("process-instances", state="COMPLETED")
    assert len(ended) == 4


PAIR = diagram("pair", line(start(), task("UT_pair", duty="survey_analyst"), end()))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {"/text", "/approved"}),
        ({"text": "", "approved": True}, {"/text"}),
        ({"text": 5, "approved": "yes"}, {"/text", "/approved"}),
        ({"text": "x" * 51, "approved": True}, {"/text"}),
        ({**GOOD, "colour": "red"}, {"/colour"}),
        ({**GOOD, "paper": "nothing"}, {"/paper"}),
        ({**GOOD, "paper": {"documentId": "1"}}, {"/paper"}),
        ({**GOOD, "paper": {"documentId": ["1"]}}, {"/paper"}),
    ],
)
def test_wrong_values_are_named_and_leave_the_task_open(
    company: Company, key: str, values, expected
):
    answer = complete(company.wang, key, values)

    assert answer.status_code == 422
    assert {p.split("/documentId")[0] for p in pointers(answer)} == expected
    assert company.wang.task("UT_note")["userTaskKey"] == key


def test_a_field_that_nobody_knows_has_a_code_of_its_own(company: Company, key: str):
    answer = complete(company.wang, key, {**GOOD, "colour": "red"})

    assert [p["code"] for p in answer.json()["errors"]] == ["unknown-field"]


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\nbroken off",
        b"no pdf at all",
        b"",
        pdf("x")[:200],
    ],
)
def test_a_corrupt_pdf_is_named_and_leaves_the_task_open(
    company: Company, key: str, content: bytes
):
    paper = company.wang.upload("broken.pdf", content)

    answer = complete(company.wang, key, {**GOOD, "paper": paper})

    assert answer.status_code == 422
    assert pointers(answer) == {"/paper"}
    assert company.wang.task("UT_note")["userTaskKey"] == key


def test_a_pdf_that_is_larger_than_the_field_allows(company: Company, key: str):
    paper = company.wang.upload("big.pdf", pdf("x") + b"%" * 100_001)

    answer = complete(company.wang, key, {**GOOD, "paper": paper})

    assert (answer.status_code, pointers(answer)) == (422, {"/paper"})


def test_somebody_elses_upload_cannot_be_handed_in(company: Company, key: str):
    paper = company.hou.upload("his.pdf")

    answer = complete(company.wang, key, {**GOOD, "paper": paper})

    assert (answer.status_code, pointers(answer)) == (422, {"/paper"})


def test_a_stale_version_is_refused(company: Company, key: str):
    """Who read the task before it was changed does not overwrite the change."""
    seen = company.wang.call("GET", f"/v2/user-tasks/{key}").headers["etag"]
    change = {"changeset": {"priority": 90}}
    company.wang.ask("PATCH", f"/v2/user-tasks/{key}", json=change)

    stale = complete(company.wang, key, If_Match=seen)
    now = company.wang.call("GET", f"/v2/user-tasks/{key}").headers["etag"]
    fresh = complete(company.wang, key, If_Match=now)

    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    assert seen != now
    assert fresh.status_code == 204


def test_a_tag_that_is_none(company: Company, key: str):
    answer = complete(company.wang, key, If_Match='"abc"')

    assert (answer.status_code, answer.json()["code"]) == (400, "if-match-malformed")


def test_a_task_without_a_form_takes_what_a_client_sends(company: Company, key: str):
    complete(company.wang, key)
    check = company.jin.task("UT_check")["userTaskKey"]

    assert company.jin.call("GET", f"/v2/user-tasks/{check}/form").status_code == 204
    answer = complete(company.jin, check, {"remark": "ok", "count": 3})

    (ended,) = company.admin.search("process-instances")
    path = f"/v2/process-instances/{ended['processInstanceKey']}/variables"
    data = company.admin.ask("GET", path)
    assert answer.status_code == 204
    assert (data["remark"], data["count"]) == ("ok", 3)


def test_a_restart_between_two_steps_changes_nothing(company: Company, house: House):
    deploy(company.admin, NOTING, forms={"UT_note": NOTE})
    begin(company.admin, "noting")
    house.restart()
    key = company.wang.task("UT_note")["userTaskKey"]
    complete(company.wang, key)

    house.restart()

    assert complete(company.wang, key).status_code == 409
    company.jin.complete("UT_check")
    (ended,) = company.admin.search("process-instances")
    assert ended["state"] == "COMPLETED"
