"""Long polls: answered at once, first come first served, without a thread each."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from engine.worker.lobby import Lobby, lobby_of
from tests.api.driver import Company
from tests.api.jobs.working import Program, begin, hire, paying
from tests.api.models import begin as start
from tests.api.models import deploy
from tests.api.serving import House, listening

MANY = 120
"""More than the server has threads or connections for."""


@pytest.fixture
def there(house: House, company: Company, program: Program):
    """The same program, with connections of its own over a real socket."""
    del company
    limits = httpx2.Limits(max_connections=MANY + 10)
    with (
        listening(house) as url,
        httpx2.Client(base_url=url, timeout=30, limits=limits) as http,
    ):
        yield Program(http, program.username, program.token)


def waiting(house: House, number: int) -> None:
    """Wait until so many requests have a place."""
    lobby = lobby_of(house.platform.database)
    deadline = time.monotonic() + 20
    while lobby._taken < number and time.monotonic() < deadline:
        time.sleep(0.01)
    assert lobby._taken == number


def test_many_wait_without_a_thread_each_and_each_job_goes_to_one(
    house: House, company: Company, there: Program
):
    deploy(company.admin, paying())
    wanted = {"requestTimeout": 20_000, "maxJobsToActivate": 1}
    before = threading.active_count()

    with ThreadPoolExecutor(MANY) as crew:
        polls = [crew.submit(there.take, **wanted) for _ in range(MANY)]
        waiting(house, MANY)
        of_the_server = threading.active_count() - before - MANY
        keys = {start(company.admin, "paying") for _ in range(MANY)}
        taken = [poll.result() for poll in polls]

    assert of_the_server < MANY / 2
    assert [len(jobs) for jobs in taken] == [1] * MANY
    assert {jobs[0]["processInstanceKey"] for jobs in taken} == keys


def test_a_job_that_arrives_ends_the_waiting(
    house: House, company: Company, there: Program
):
    deploy(company.admin, paying())

    with ThreadPoolExecutor(1) as crew:
        poll = crew.submit(there.take, requestTimeout=20_000)
        waiting(house, 1)
        assert house.platform.worker is not None
        house.platform.worker.stop()  # so that only the arrival itself can ring
        key = start(company.admin, "paying")
        (job,) = poll.result()

    assert job["processInstanceKey"] == key


def test_waiting_ends_when_nothing_comes(there: Program):
    assert there.take(requestTimeout=50) == []


def test_who_waits_for_other_work_is_left_alone(
    house: House, company: Company, there: Program
):
    deploy(company.admin, paying())

    with ThreadPoolExecutor(1) as crew:
        poll = crew.submit(there.take, "mail.send", requestTimeout=1_000)
        waiting(house, 1)
        start(company.admin, "paying")

        assert poll.result() == []


def test_who_hung_up_gets_no_job(house: House, company: Company, there: Program):
    deploy(company.admin, paying())
    with pytest.raises(httpx2.ReadTimeout):
        there.call(
            "POST",
            "/activation",
            json=there.wanted(requestTimeout=20_000),
            timeout=0.3,
        )

    start(company.admin, "paying")

    waiting(house, 0)
    assert len(there.take()) == 1


def test_a_server_that_stops_sends_everybody_home(house: House, there: Program):
    with ThreadPoolExecutor(1) as crew:
        poll = crew.submit(there.take, requestTimeout=20_000)
        waiting(house, 1)

        lobby_of(house.platform.database).close()

        assert poll.result() == []


def test_a_full_lobby_asks_to_come_again(house: House, there: Program):
    house.platform.database.info["lobby"] = Lobby(most=0)

    answer = there.call("POST", "/activation", json=there.wanted())

    assert (answer.status_code, answer.json()["code"]) == (503, "lobby-full")
    assert int(answer.headers["retry-after"]) > 0


def test_an_activation_can_be_repeated_safely(company: Company, program: Program):
    begin(company)
    headers = {"Idempotency-Key": "once"}
    body = program.wanted(requestTimeout=-1)
    first, second = (
        program.call("POST", "/activation", json=body, headers=headers)
        for _ in range(2)
    )

    assert len(first.json()["jobs"]) == 1
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"


def test_an_empty_answer_is_not_kept_for_a_repetition(
    company: Company, program: Program
):
    deploy(company.admin, paying())
    headers, body = {"Idempotency-Key": "once"}, program.wanted()
    empty = program.call("POST", "/activation", json=body, headers=headers)
    start(company.admin, "paying")

    full = program.call("POST", "/activation", json=body, headers=headers)

    assert [len(a.json()["jobs"]) for a in (empty, full)] == [0, 1]


def test_a_job_of_a_broken_instance_does_not_stop_the_others(
    house: House, company: Company, program: Program
):
    broken, whole = begin(company), start(company.admin, "paying")
    house.restart()
    with house.platform.database.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE process_instance SET state_blob = 'x' WHERE key = {int(broken)}"  # noqa: S608 - a number
        )

    taken = program.take()

    assert [job["processInstanceKey"] for job in taken] == [whole]
    (incident,) = company.admin.search("incidents", state="ACTIVE")
    assert incident["processInstanceKey"] == broken


def test_hiring_is_for_administrators_only(company: Company):
    body = {"username": "bot", "name": "Bot", "kind": "service"}

    assert company.wang.call("POST", "/v2/users", json=body).status_code == 403
    assert hire(company).username == "robot"
