"""Repeating a request under an Idempotency-Key does it once."""

from concurrent.futures import ThreadPoolExecutor

from tests.api.driver import Company, Person, pdf
from tests.api.models import begin, deploy, noting
from tests.builders import diagram, end, line, start, task

GOOD = {"variables": {"text": "gut", "approved": True}}
WAITING = diagram(
    "waiting", line(start(), task("UT_wait", duty="plan_approver"), end())
)
START = {"processDefinitionId": "waiting"}


def post(person: Person, path: str, key: str, **options):
    headers = {"Idempotency-Key": key}
    return person.call("POST", path, headers=headers, **options)


def create(person: Person, key: str, **more):
    return post(person, "/v2/process-instances", key, json={**START, **more})


def test_the_same_request_gets_the_same_answer(company: Company):
    deploy(company.admin, WAITING)

    first, second = (create(company.admin, "one") for _ in range(2))

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert len(company.admin.search("process-instances")) == 1


def test_a_repeated_completion_is_no_conflict(company: Company):
    path = f"/v2/user-tasks/{noting(company)}/completion"

    first, second = (post(company.wang, path, "k", json=GOOD) for _ in range(2))

    assert (first.status_code, second.status_code) == (204, 204)
    assert second.content == b""


def test_another_body_under_the_same_key(company: Company):
    deploy(company.admin, WAITING)
    create(company.admin, "one")

    answer = create(company.admin, "one", variables={"x": 1})

    assert (answer.status_code, answer.json()["code"]) == (
        422,
        "idempotency-key-reused",
    )
    assert len(company.admin.search("process-instances")) == 1


def test_another_question_under_the_same_key(company: Company):
    """A trial that is done for good under its key was never done before."""
    parts = [("resources", ("waiting.bpmn", WAITING.encode(), "application/xml"))]
    post(company.admin, "/v2/deployments?dryRun=true", "k", files=parts)

    answer = post(company.admin, "/v2/deployments", "k", files=parts)

    assert (answer.status_code, answer.json()["code"]) == (
        422,
        "idempotency-key-reused",
    )


def test_another_file_under_the_same_key(company: Company):
    def upload(name: str):
        files = {"file": ("a.pdf", pdf(name), "application/pdf")}
        return post(company.hou, "/v2/documents", "k", files=files)

    first, again, other = upload("one"), upload("one"), upload("two")

    assert first.json()["documentId"] == again.json()["documentId"]
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_keys_belong_to_their_caller(company: Company):
    deploy(company.admin, WAITING)
    create(company.admin, "one")

    answer = create(company.hou, "one")

    assert answer.status_code in {200, 403}
    assert "idempotency-replayed" not in answer.headers


def test_a_refused_request_may_be_corrected_under_its_key(company: Company):
    path = f"/v2/user-tasks/{noting(company)}/completion"
    wrong = post(company.wang, path, "k", json={"variables": {}})

    right = post(company.wang, path, "k", json=GOOD)

    assert (wrong.status_code, right.status_code) == (422, 204)


def test_at_once_it_is_done_once(company: Company):
    deploy(company.admin, WAITING)
    begin(company.admin, "waiting")

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: create(company.admin, "one"), range(4)))

    done = {a.json()["processInstanceKey"] for a in answers if a.status_code == 200}
    assert len(done) == 1
    assert {a.status_code for a in answers} <= {200, 409}
    assert len(company.admin.search("process-instances")) == 2


def test_a_key_of_any_length_is_not_taken(company: Company):
    deploy(company.admin, WAITING)

    answer = create(company.admin, "k" * 300)

    assert (answer.status_code, answer.json()["code"]) == (
        400,
        "idempotency-key-malformed",
    )


def test_no_password_is_kept_with_a_key(company: Company, house):
    body = {"username": "newcomer", "name": "新人", "password": "a secret of 20 signs"}
    post(company.admin, "/v2/users", "k", json=body)

    with house.platform.database.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM idempotency_record").all()

    assert len(kept) == 1
    assert "a secret" not in repr(kept)
