"""Jobs for somebody else's worker, and what a person does about failed ones."""

from datetime import timedelta

import pytest

from engine import incidents, jobs
from engine.actors import Actor
from engine.authorization import PermissionMissingError
from engine.errors import ConflictError
from engine.incidents import Remedy
from engine.lifecycles import (
    IllegalMoveError,
    IncidentState,
    InstanceState,
    JobState,
)
from engine.operations import RemoteResult
from engine.runtime import MoveRefusedError
from engine.schema import ProcessInstance
from engine.search import read_query
from engine.worker import external, listing, repair
from engine.worker.external import NotExternalError
from tests.engine.rig import person
from tests.engine.worker.conftest import ADMIN, sequence, service_task

PROGRAM = Actor("robot", "Robot", kind="service")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def job(house):
    """A process that waits for ``pay.invoice``, which nobody here offers."""
    house.deploy(sequence(service_task("pay.invoice")))
    house.key, _ = house.begin()
    (found,) = house.jobs()
    return found


def _take(house, worker="robot", *, limit=10, lasting=MINUTE):
    with house.database.transaction() as session:
        taken = external.activate(
            session, PROGRAM, "pay.invoice", worker=worker, lasting=lasting, limit=limit
        )
        return [each.job for each in taken]


def _do(house, action, *arguments, actor=PROGRAM, **values):
    with house.database.transaction() as session:
        return action(session, actor, *arguments, **values)


def test_job_is_taken_by_one_worker_for_a_while(house, job):
    (taken,) = _take(house)

    assert (taken.key, taken.worker) == (job.key, "robot")
    assert _take(house, "other") == []


def test_job_of_a_worker_that_fell_silent_is_there_again(house, job):
    _take(house, lasting=timedelta(0))

    (taken,) = _take(house, "other")

    assert (taken.key, taken.worker) == (job.key, "other")


def test_result_moves_the_instance_on(house, job):
    _take(house)

    _do(house, external.complete, job.key, {"paid": True})

    assert house.jobs()[0].result == {"paid": True}
    assert house.instance(house.key).state is InstanceState.COMPLETED


def test_second_completion_is_a_conflict(house, job):
    _do(house, external.complete, job.key, {})

    with pytest.raises(IllegalMoveError):
        _do(house, external.complete, job.key, {})


def test_failed_try_leaves_the_job_to_others_after_the_pause(house, job):
    _take(house)

    _do(house, external.fail, job.key, retries=2, message="503", back_off=MINUTE)

    (failed,) = house.jobs()
    assert (failed.state, failed.max_attempts - failed.attempts) == (
        JobState.CREATED,
        2,
    )
    assert (failed.error, _take(house)) == ("503", [])


def test_without_retries_a_person_is_asked_and_may_let_it_begin_anew(house, job):
    _do(house, external.fail, job.key, retries=0, message="no funds")

    (incident,) = house.incidents()
    assert (incident.code, incident.job_key) == ("job-no-retries", job.key)
    assert "no funds" in incident.message_zh
    assert _take(house) == []
    with pytest.raises(IllegalMoveError):
        _do(house, external.complete, job.key, {})

    _do(house, lambda session, _: jobs.retry(session, jobs.get(session, job.key)))

    assert [taken.key for taken in _take(house)] == [job.key]


def test_business_error_ends_the_job(house, job):
    _do(house, external.throw_error, job.key, "declined", "card declined")

    assert house.jobs()[0].state is JobState.COMPLETED
    assert house.incidents()[0].code == "error-not-caught"


def test_worker_gets_more_time_and_more_tries(house, job):
    _take(house, lasting=timedelta(0))

    _do(house, external.update, job.key, retries=9, lasting=MINUTE)

    (updated,) = house.jobs()
    assert updated.max_attempts - updated.attempts == 9
    assert _take(house, "other") == []


def test_suspended_instance_gives_no_work(house, job):
    with house.database.transaction() as session:
        session.get(ProcessInstance, house.key).suspended = True

    assert _take(house) == []
    assert job.state is JobState.CREATED


def test_people_do_not_take_jobs(house, job):
    with pytest.raises(PermissionMissingError):
        _do(house, external.complete, job.key, {}, actor=person("lin"))


@pytest.fixture
def failed(house):
    """A job of our own that failed for good."""

    def remote(_context, _parameters):
        raise ConflictError("No", "不行")

    house.database.info["operations"].register("test.remote", remote, remote=True)
    house.deploy(sequence(service_task("test.remote")), "own")
    house.key, keys = house.begin("own")
    house.work(keys)
    (found,) = house.jobs()
    assert found.state is JobState.FAILED
    return found


def test_person_goes_on_with_a_value_of_his_own(house, failed):
    _resolve(house, ADMIN, value={"by": "hand"})

    assert failed.key == house.jobs()[0].key
    assert house.jobs()[0].state is JobState.COMPLETED
    assert house.instance(house.key).state is InstanceState.COMPLETED
    assert house.incidents()[0].state is IncidentState.RESOLVED


def _resolve(house, actor, remedy=Remedy.SKIP, **given):
    (incident,) = house.incidents()
    with house.database.transaction() as session:
        incidents.resolve(session, actor, incident.key, remedy=remedy, **given)


@pytest.mark.usefixtures("failed")
def test_only_who_may_resolve_incidents_skips(house):
    with pytest.raises(PermissionMissingError):
        _resolve(house, person("lin"))


@pytest.mark.usefixtures("failed")
def test_giving_up_the_only_token_is_refused(house):
    with pytest.raises(MoveRefusedError):
        _resolve(house, ADMIN, Remedy.CANCEL)

    assert house.incidents()[0].state is IncidentState.ACTIVE
    assert house.jobs()[0].state is JobState.FAILED


def test_jobs_of_our_own_are_not_for_others(house, failed):
    with pytest.raises(NotExternalError):
        _do(house, external.complete, failed.key, {})


def test_stopped_job_asks_a_person_instead_of_trying_on(house):
    house.database.info["operations"].register(
        "test.remote", lambda *_: RemoteResult(), remote=True
    )
    house.deploy(sequence(service_task("test.remote")), "own")
    _, keys = house.begin("own")

    _do(house, repair.stop, keys[0], actor=ADMIN)
    house.work(keys)

    assert house.jobs()[0].state is JobState.FAILED
    (incident,) = house.incidents()
    assert (incident.code, incident.state) == ("job-stopped", IncidentState.ACTIVE)


def test_search_shows_jobs_without_what_they_carry(house, job):
    query = read_query({"filter": {"type": "pay.invoice", "state": "CREATED"}})

    with house.database.reading() as session:
        found = listing.search(session, ADMIN, query)
        none = listing.search(session, person("hp"), query)
    assert [row.key for row in found.items] == [job.key]
    assert "payload" not in found.items[0]._fields
    assert none.items == []
