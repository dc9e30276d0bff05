"""Who works jobs: programs, by a token for all types or for some."""

import pytest

from tests.api.driver import Company, Person
from tests.api.jobs.working import Program, begin, hire

REFUSED = (403, "job-type-not-allowed")


def of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("scope", ["jobs:work:pay.invoice", "jobs:work:pay.*"])
def test_a_token_for_one_type_works_that_type(company: Company, scope):
    payer = hire(company, scopes=[scope])
    begin(company)

    (job,) = payer.take()

    assert payer.report(job, "completion").status_code == 204


@pytest.mark.parametrize("scope", ["jobs:work:mail.send", "jobs:work:pay"])
def test_a_token_for_another_type_gets_nothing(
    company: Company, program: Program, scope
):
    mailer = hire(company, "mailer", scopes=[scope])
    begin(company)

    taken = mailer.call("POST", "/activation", json=mailer.wanted())
    (job,) = program.take()
    path = f"/{job['jobKey']}"
    reports = [
        mailer.report(job, "completion"),
        mailer.report(job, "failure", retries=1),
        mailer.report(job, "error", errorCode="x"),
        mailer.call("PATCH", path, json={"changeset": {"retries": 1}}),
        mailer.call("DELETE", f"{path}/worker"),
    ]

    assert {of(answer) for answer in (taken, *reports)} == {REFUSED}
    assert program.report(job, "completion").status_code == 204


def test_people_do_not_take_jobs(company: Company):
    begin(company)

    answer = company.wang.call("POST", "/v2/jobs/activation", json={})

    assert of(answer) == (403, "permission-missing")


def test_a_token_serves_in_the_place_of_a_password(company: Company, program: Program):
    begin(company)
    robot = Person(company.http, "robot", program.token)
    thief = Person(company.http, "zhao", program.token)

    answer = robot.call("POST", "/v2/jobs/activation", json=program.wanted())
    stolen = thief.call("POST", "/v2/jobs/activation", json=program.wanted())

    assert len(answer.json()["jobs"]) == 1
    assert of(stolen) == (401, "token-refused")


def test_a_scope_without_a_type_is_unknown(company: Company, program: Program):
    del program
    robot = Person(company.http, "robot")
    body = {"name": "w", "scopes": ["jobs:work:"]}

    answer = robot.call("POST", "/v2/api-tokens", json=body)

    assert answer.status_code == 422
