"""Remote work: called outside transactions, its result brought back once."""

import threading

import pytest

from engine import jobs
from engine.connectors import ConnectorUnavailableError
from engine.errors import ConflictError
from engine.lifecycles import InstanceState, JobState
from engine.operations import BpmnError, RemoteResult
from engine.schema import ProcessInstance
from engine.worker import Pool, run_job
from tests.engine.worker.conftest import sequence, service_task


@pytest.fixture
def calls(house):
    """An operation ``test.remote`` that keeps its calls and does as it is told."""
    seen = []

    def remote(context, parameters):
        seen.append((context.key, dict(parameters)))
        answer = seen_answers.pop(0) if seen_answers else {"ok": True}
        if isinstance(answer, Exception):
            raise answer
        return RemoteResult(value=answer)

    seen_answers: list[object] = []
    house.database.info["operations"].register(
        "test.remote", remote, remote=True, parameters=("text",)
    )
    house.deploy(sequence(service_task("test.remote", text="&quot;你好&quot;")))
    house.answers = seen_answers
    return seen


def _make_due(house):
    with house.database.transaction() as session:
        job = jobs.get(session, house.jobs()[0].key)
        job.due_at = job.created_at


def test_result_of_a_remote_call_goes_into_the_instance(house, calls):
    key, keys = house.begin()
    assert house.instance(key).state is InstanceState.ACTIVE

    house.work(keys)

    (job,) = house.jobs()
    assert calls == [(job.key, {"text": "你好"})]
    assert job.state is JobState.COMPLETED
    assert house.instance(key).state is InstanceState.COMPLETED


def test_nothing_is_called_when_the_command_is_rolled_back(house, calls):
    with house.database.transaction() as session:
        job = jobs.enqueue(
            session, kind="operation", operation="test.remote", payload={}
        )
        key = job.key
        session.rollback()

    house.work([key])

    assert (calls, house.jobs()) == ([], [])


def test_silent_system_is_asked_again_under_the_same_key(house, calls):
    house.answers += [ConnectorUnavailableError("JIRA", "503")]
    key, keys = house.begin()
    house.work(keys)
    (job,) = house.jobs()
    assert (job.state, job.attempts) == (JobState.CREATED, 1)
    assert 0.7 < (job.due_at - job.created_at).total_seconds() < 3
    assert "503" in job.error

    _make_due(house)
    house.work(keys)

    assert [call[0] for call in calls] == [job.key, job.key]
    assert house.instance(key).state is InstanceState.COMPLETED


def test_busy_system_is_left_alone_for_as_long_as_it_asks(house, calls):
    assert calls == []
    house.answers += [ConnectorUnavailableError("JIRA", "429", pause=600)]

    house.work(house.begin()[1])

    (job,) = house.jobs()
    assert 590 < (job.due_at - job.created_at).total_seconds() < 660


def test_last_failed_try_asks_a_person_in_both_languages(house, calls):
    house.answers += [ConnectorUnavailableError("JIRA", "503")] * 8
    key, keys = house.begin()
    for _ in range(8):
        house.work(keys)
        _make_due(house)

    (incident,) = house.incidents()
    (job,) = house.jobs()
    assert (job.state, job.attempts) == (JobState.FAILED, 8)
    assert (incident.code, incident.job_key) == ("connector-unavailable", job.key)
    assert incident.element_id == "ST_work"
    assert "JIRA" in incident.message_zh
    assert house.instance(key).incidents == 1
    house.work(keys)
    assert len(calls) == 8


def test_error_that_repeating_cannot_mend_asks_a_person_at_once(house, calls):
    house.answers += [ConflictError("The form is missing", "缺少表单")]
    _, keys = house.begin()

    house.work(keys)

    (job,) = house.jobs()
    (incident,) = house.incidents()
    assert (job.state, len(calls)) == (JobState.FAILED, 1)
    assert incident.message_zh == "缺少表单"


def test_crash_of_an_operation_is_told_without_its_traceback(house):
    operations = house.database.info["operations"]
    operations.register("test.crash", lambda *_: 1 / 0, remote=True, attempts=1)
    house.deploy(sequence(service_task("test.crash")), "crash")
    _, keys = house.begin("crash")

    house.work(keys)

    (incident,) = house.incidents()
    assert incident.code == "job-failed"
    assert "ZeroDivisionError" in incident.message_zh
    assert "Traceback" not in incident.message_en


def test_operation_says_how_often_it_is_tried(house):
    def never(_context, _parameters):
        raise ConnectorUnavailableError("ERP", "down")

    operations = house.database.info["operations"]
    operations.register("test.once", never, remote=True, attempts=1)
    house.deploy(sequence(service_task("test.once")), "once")
    _, keys = house.begin("once")

    house.work(keys)

    assert house.jobs()[0].state is JobState.FAILED


def test_person_lets_a_failed_job_begin_anew(house, calls):
    house.answers += [ConflictError("No", "不行")]
    key, keys = house.begin()
    house.work(keys)

    with house.database.transaction() as session:
        jobs.retry(session, jobs.get(session, house.jobs()[0].key, lock=True))
    house.work(keys)

    assert len(calls) == 2
    assert house.instance(key).state is InstanceState.COMPLETED


@pytest.mark.usefixtures("calls")
def test_business_error_of_an_operation_reaches_the_diagram(house):
    house.answers += [BpmnError("declined", "Declined", "被拒绝")]
    key, keys = house.begin()

    house.work(keys)

    # The diagram does not catch it: the token stands still with an incident.
    (incident,) = house.incidents()
    assert incident.code == "error-not-caught"
    assert house.jobs()[0].state is JobState.COMPLETED
    assert house.instance(key).state is InstanceState.ACTIVE


def test_canceled_job_is_not_called(house, calls):
    key, keys = house.begin()
    with house.database.transaction() as session:
        assert jobs.cancel_for(session, key) == 1

    house.work(keys)

    assert (calls, house.jobs()[0].state) == ([], JobState.CANCELED)


def test_result_that_comes_after_the_cancellation_changes_nothing(house):
    def cancels_itself(_context, _parameters):
        with house.database.transaction() as session:
            jobs.cancel_for(session, key)
        return RemoteResult(value=1)

    operations = house.database.info["operations"]
    operations.register("test.late", cancels_itself, remote=True)
    house.deploy(sequence(service_task("test.late")), "late")
    key, keys = house.begin("late")

    house.work(keys)

    assert house.jobs()[0].state is JobState.CANCELED
    assert house.instance(key).state is InstanceState.ACTIVE
    assert house.incidents() == []


def test_job_that_another_worker_has_is_left_alone(house, calls):
    _, (key,) = house.begin()
    with house.database.transaction() as session:
        assert jobs.claim(session, key, "elsewhere") is not None

    house.work([key])

    assert (calls, house.jobs()[0].worker) == ([], "elsewhere")


def test_job_of_a_silent_worker_is_handed_on(house, calls):
    _, (key,) = house.begin()
    with house.database.transaction() as session:
        jobs.claim(session, key, "silent")

    with house.database.transaction() as session:
        assert jobs.release(session, ["living"]) == 1
    with house.database.reading() as session:
        assert jobs.due(session) == [key]
    house.work([key])

    assert [call[0] for call in calls] == [key]


def test_suspended_instance_is_not_called_for(house, calls):
    key, keys = house.begin()
    with house.database.transaction() as session:
        session.get(ProcessInstance, key).suspended = True

    house.work(keys)

    (job,) = house.jobs()
    assert (calls, job.state, job.attempts) == ([], JobState.CREATED, 0)
    assert job.due_at > job.created_at


def test_chain_of_jobs_is_waited_for_to_its_end(house, calls):
    tasks = [service_task("test.remote", f"ST_{n}", text="1") for n in range(3)]
    house.deploy(sequence(*tasks), "chain")
    key, keys = house.begin("chain")

    house.work(keys)

    assert len(calls) == 3
    assert house.instance(key).state is InstanceState.COMPLETED


def test_operation_that_nobody_offers_waits_for_somebody_elses_worker(house):
    house.deploy(sequence(service_task("pay.invoice")), "external")
    _, keys = house.begin("external")

    (job,) = house.jobs()
    assert (keys, job.kind, job.operation) == ((), jobs.EXTERNAL, "pay.invoice")
    with house.database.reading() as session:
        assert jobs.due(session) == []
        assert session.scalar(jobs.earliest()) is None


def test_waits_grow_by_four_up_to_an_hour():
    waits = [sorted(jobs.back_off(n) for _ in range(50)) for n in range(1, 9)]

    middles = [1, 4, 16, 64, 256, 1024, 3600, 3600]
    for middle, seen in zip(middles, waits, strict=True):
        assert middle * 0.75 <= seen[0] < seen[-1] <= middle * 1.25


def test_a_claim_whose_answer_was_lost_holds_nothing_up(house, calls):
    """The database committed the claim and died before it could say so."""
    _, (key,) = house.begin()
    with house.database.transaction() as session:
        jobs.claim(session, key, "me")

    with house.database.reading() as session:
        assert jobs.due(session, "me") == [key]
        assert jobs.due(session, "another") == []
    run_job(house.database, key, "me")

    assert len(calls) == 1
    assert house.jobs()[0].state is JobState.COMPLETED


def test_a_job_that_is_being_worked_on_is_not_begun_again(house):
    seen = []

    def remote(context, _):
        seen.append(context.key)
        run_job(house.database, context.key, "me")
        return RemoteResult()

    house.database.info["operations"].register("test.remote", remote, remote=True)
    house.deploy(sequence(service_task("test.remote")))
    _, (key,) = house.begin()

    run_job(house.database, key, "me")

    assert seen == [key]


def test_a_slow_system_leaves_room_for_the_others(house):
    """Calls that wait for one system take all threads but one at most."""
    threads = house.database.info["settings"].job_threads
    answered, begun = threading.Event(), threading.Semaphore(0)

    def slow(*_):
        begun.release()
        answered.wait(60)
        return RemoteResult()

    operations = house.database.info["operations"]
    operations.register("test.slow", slow, remote=True)
    operations.register("test.quick", lambda *_: RemoteResult(), remote=True)
    house.deploy(sequence(service_task("test.slow")), "slow")
    house.deploy(sequence(service_task("test.quick")), "quick")
    most = threads - 1
    waiting = [key for _ in range(most + 4) for key in house.begin("slow")[1]]
    key, quick = house.begin("quick")
    pool = Pool(house.database, "me", threads)

    pool.submit(waiting[:most])
    all_of_them = all(begun.acquire(timeout=30) for _ in range(most))
    others_are_through = pool.wait([*waiting[most:], *quick], 30)

    assert all_of_them
    assert others_are_through
    assert house.instance(key).state is InstanceState.COMPLETED
    assert not begun.acquire(blocking=False)
    answered.set()
    pool.close()
    later = [job for job in house.jobs() if job.state is JobState.CREATED]
    assert {(job.attempts, job.worker) for job in later} == {(0, None)}
    assert len(later) == 4


def test_papers_of_one_case_are_printed_together(house):
    """What a command causes is begun at once, as far as one thread stays free."""
    threads = house.database.info["settings"].job_threads
    together = threading.Barrier(threads - 1, timeout=30)

    def paper(*_):
        together.wait()
        return RemoteResult()

    house.database.info["operations"].register("test.paper", paper, remote=True)
    house.deploy(sequence(service_task("test.paper")), "paper")
    keys = [key for _ in range(threads - 1) for key in house.begin("paper")[1]]
    pool = Pool(house.database, "me", threads)

    assert pool.wait(keys, 30)
    pool.close()

    assert {job.state for job in house.jobs()} == {JobState.COMPLETED}
