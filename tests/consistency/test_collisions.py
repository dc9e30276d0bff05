"""Requests that collide in PostgreSQL are done again by the server, not by people."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from tests.api.driver import Company, pdf
from tests.api.serving import served
from tests.consistency.cases import CASE, SPEAKER, Case

ATTEMPTS = 4
_PATIENCE = 30  # seconds until a lock must have been waited for


@pytest.fixture(scope="module")
def company(bare_template, tmp_path_factory):
    """The sample company with two small processes, on PostgreSQL."""
    folder = tmp_path_factory.mktemp("collisions") / "data"
    with served(bare_template, folder) as house:
        if house.platform.database.is_sqlite:
            pytest.skip(
                "on SQLite whoever writes waits for the others at the beginning"
            )
        found = Company(house.client)
        for name, text in (("case", CASE), ("speaker", SPEAKER)):
            files = {"resources": (f"{name}.bpmn", text.encode(), "text/xml")}
            found.admin.ask("POST", "/v2/deployments", files=files)
        yield found, house.platform.database


@pytest.fixture
def rival(company):
    """Another user of the database, who never gives way."""
    url = company[1].url.set(drivername="postgresql")
    text = url.render_as_string(hide_password=False)
    with psycopg.connect(text) as connection:
        connection.execute("SET deadlock_timeout = '60s'")
        connection.commit()
        yield connection


@pytest.fixture
def speaker(company):
    """A case whose only task says hello to another case."""
    server, database = company
    listener = Case(server, database)
    return Case(server, database, "speaker"), listener


def lock(rival, case):
    rows = "SELECT 1 FROM process_instance WHERE key = %s FOR UPDATE"
    rival.execute(rows, [int(case.key)])


def somebody_waits_for(rival):
    """Wait until another connection waits for what the rival has locked."""
    blocked = "SELECT 1 FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"
    deadline = time.monotonic() + _PATIENCE
    while rival.execute(blocked, [rival.info.backend_pid]).fetchone() is None:
        assert time.monotonic() < deadline, "nobody came"
        time.sleep(0.01)


def completions(case):
    return [event for event in case.events() if event == "TaskCompleted"]


def deadlocks(rival):
    """Count the deadlocks of this database so far; the statistics lag behind."""
    rival.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
    count = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    return rival.execute(count).fetchone()[0]


def test_a_deadlock_is_nothing_that_people_hear_of(company, rival, speaker):
    talking, listening = speaker
    person, completion = company[0].zhao, f"{talking.task('UT_speak')}/completion"
    before = deadlocks(rival)
    rival.rollback()
    lock(rival, listening)
    key = {"Idempotency-Key": f"once {talking.key}"}

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(person.call, "POST", completion, json={}, headers=key)
        somebody_waits_for(rival)  # it has its own case, and wants to tell the other
        lock(rival, talking)  # so that PostgreSQL gives it up
        rival.rollback()
        answer = asked.result(_PATIENCE)

    assert answer.status_code == 204
    assert deadlocks(rival) == before + 1
    assert completions(talking) == ["TaskCompleted"]
    assert talking.waiting() == ["UT_after"]
    assert listening.waiting() == ["UT_one"]
    again = person.call("POST", completion, json={}, headers=key)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (204, "true")


@contextmanager
def colliding(rival, table, times, code="40001"):
    """Let the first ``times`` writes to a table fail; yield how many were tried."""
    rival.execute("CREATE SEQUENCE attempts")
    rival.execute(
        f"""CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('attempts') <= {times} THEN
            RAISE EXCEPTION 'somebody was faster' USING ERRCODE = '{code}';
        END IF; RETURN NEW; END $$"""
    )
    rival.execute(
        f"CREATE TRIGGER collide BEFORE INSERT OR UPDATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION collide()"
    )
    rival.commit()
    try:
        yield lambda: rival.execute("SELECT last_value FROM attempts").fetchone()[0]
    finally:
        rival.rollback()
        rival.execute(f"DROP TRIGGER collide ON {table}")
        rival.execute("DROP FUNCTION collide")
        rival.execute("DROP SEQUENCE attempts")
        rival.commit()


def test_what_collides_again_and_again_is_reported_and_nothing_is_changed(
    company, rival
):
    case = Case(*company)
    before, completion = case.events(), f"{case.task()}/completion"

    with colliding(rival, "process_instance", 1000) as attempts:
        answer = company[0].zhao.call("POST", completion, json={})
        tried = attempts()

    assert (answer.status_code, answer.json()["code"]) == (503, "collision")
    assert int(answer.headers["Retry-After"]) > 0
    assert tried == ATTEMPTS
    assert case.events() == before
    assert company[0].zhao.call("POST", completion, json={}).status_code == 204


@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_a_body_is_read_once_and_serves_every_attempt(company, rival, code):
    content = pdf(f"collision {code}")

    with colliding(rival, "document", ATTEMPTS - 1, code) as attempts:
        reference = company[0].zhao.upload("a.pdf", content)
        tried = attempts()

    assert tried == ATTEMPTS
    path = f"/v2/documents/{reference['documentId']}"
    assert company[0].zhao.call("GET", path).content == content


def test_what_is_no_collision_is_not_tried_again(company, rival):
    case = Case(*company)
    completion = f"{case.task()}/completion"

    with colliding(rival, "process_instance", 1000, "55P03") as attempts:
        answer = company[0].zhao.call("POST", completion, json={})
        tried = attempts()

    assert (answer.status_code, tried) == (503, 1)
    assert case.waiting() == ["CE_hello", "UT_one"]
