"""The worker of a process: it sees what is due, and notices who fell silent."""

import os
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine import clock, jobs
from engine.lifecycles import JobState
from engine.operations import RemoteResult
from engine.schema import (
    IdempotencyRecord,
    Job,
    UserSession,
    WorkerHeartbeat,
)
from engine.worker import Worker, heartbeats, tidying
from tests.engine.rig import NINE
from tests.engine.worker.conftest import sequence, service_task, timer

_PATIENCE = 20


@pytest.fixture
def called(house):
    """An event that the operation ``test.see`` sets."""
    event = threading.Event()

    def see(_context, _parameters):
        event.set()
        return RemoteResult()

    operations = house.database.info["operations"]
    operations.register("test.see", see, remote=True)
    operations.register("test.note", lambda *_: event.set())
    return event


@pytest.fixture
def work(house):
    """Start the worker of this process, without DBOS; it ends with the test."""
    started = []

    def _work():
        worker = Worker(house.database, "never")
        started.append(worker)
        worker.start()
        return worker

    yield _work
    for worker in started:
        worker.stop()


def test_timer_fires_without_anybody_asking(house, called, work):
    house.deploy(sequence(timer("CE", "PT0S"), service_task("test.note")))
    house.begin()

    work()

    assert called.wait(_PATIENCE)


def test_job_that_another_process_left_behind_is_worked(house, called, work):
    house.deploy(sequence(service_task("test.see")))
    house.begin()

    work()

    assert called.wait(_PATIENCE)


def test_job_of_a_worker_that_fell_silent_is_handed_on(house, called, work):
    house.deploy(sequence(service_task("test.see")))
    _, (key,) = house.begin()
    with house.database.transaction() as session:
        heartbeats.beat(session, "elsewhere:1:a")
        jobs.claim(session, key, "elsewhere:1:a")
        session.execute(
            update(WorkerHeartbeat).values(
                seen_at=clock.system_now() - timedelta(minutes=1)
            )
        )

    work()

    assert called.wait(_PATIENCE)


def test_worker_that_stops_leaves_no_claim_and_no_heartbeat(house, work):
    worker = work()
    worker.stop()

    with house.database.reading() as session:
        assert session.scalars(select(WorkerHeartbeat.worker)).all() == []
    assert "runner" not in house.database.info
    work().stop()


def test_dead_process_of_this_machine_is_known_at_once(house):
    host, process, _ = heartbeats.new_name().rsplit(":", 2)
    gone = f"{host}:{2**22 + 1}:a"
    with house.database.transaction() as session:
        for name in (gone, f"{host}:{os.getppid()}:b", "other:1:c"):
            heartbeats.beat(session, name)
        mine = f"{host}:{process}:d"

        assert heartbeats.dead_here(session, mine) == (gone,)


def test_name_of_a_process_that_had_our_number_is_dead(house):
    host, process, _ = heartbeats.new_name().rsplit(":", 2)
    with house.database.transaction() as session:
        heartbeats.beat(session, f"{host}:{process}:before")

        dead = heartbeats.dead_here(session, f"{host}:{process}:now")

    assert dead == (f"{host}:{process}:before",)


def test_what_nobody_asks_for_again_is_tidied_away(house):
    past = clock.system_now() - timedelta(days=3)
    future = clock.system_now() + timedelta(days=1)
    with house.database.transaction() as session:
        for token, expires_at in (("old", past), ("new", future)):
            session.add(
                UserSession(
                    token_digest=token,
                    username="lin",
                    csrf_token="x",
                    created_at=NINE,
                    authenticated_at=NINE,
                    expires_at=expires_at,
                )
            )
        for key, created_at in (("old", past), ("new", future)):
            session.add(
                IdempotencyRecord(
                    actor="lin",
                    idempotency_key=key,
                    request_digest="x",
                    created_at=created_at,
                )
            )

    tidying.tidy(house.database)

    with house.database.reading() as session:
        assert session.scalars(select(UserSession.token_digest)).all() == ["new"]
        kept = session.scalars(select(IdempotencyRecord.idempotency_key)).all()
        assert kept == ["new"]


def test_job_whose_operation_is_gone_asks_a_person(house, called):
    house.deploy(sequence(service_task("test.see")))
    _, keys = house.begin()
    with house.database.transaction() as session:
        session.execute(update(Job).values(operation="test.gone"))

    house.work(keys)

    assert not called.is_set()
    assert house.jobs()[0].state is JobState.FAILED
    assert "test.gone" in house.incidents()[0].message_zh
