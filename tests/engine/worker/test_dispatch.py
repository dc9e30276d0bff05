"""DBOS behind the jobs: it commits with the state, repeats, and hands on."""

import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text

from engine import jobs
from engine.connectors import ConnectorUnavailableError
from engine.lifecycles import JobState
from engine.operations import RemoteResult
from engine.schema import Job
from engine.worker import Worker
from engine.worker.dispatch import DbosDispatch
from tests.engine import rig

_PATIENCE = 30
_ROOT = Path(__file__).parents[3]


@pytest.fixture
def place(tmp_path):
    """A database of its own, in which operations can be registered."""
    database = rig.open_database(tmp_path)
    yield database
    database.close()


def _enqueue(session, **values):
    given = {"kind": "operation", "operation": "test.remote", **values}
    return jobs.enqueue(session, payload={"parameters": {}}, **given)


def _register(database, function):
    operations = database.info["operations"]
    operations.register("test.remote", function, remote=True)


def _dispatched(database):
    with database.reading() as session:
        return session.scalar(text("SELECT count(*) FROM workflow_status"))


@pytest.fixture
def worker(place):
    """A worker with DBOS running from the start."""
    started = Worker(place, "always")
    started.start()
    yield started
    started.stop()
    left = [thread.name for thread in threading.enumerate() if "dbos" in thread.name]
    assert left == []


def test_dispatch_commits_with_the_callers_transaction(place):
    _register(place, lambda *_: RemoteResult())
    dispatch = DbosDispatch(place, "test", lambda _: None)
    assert dispatch.start()

    with place.transaction() as session:
        _enqueue(session)
        session.rollback()
    after_rollback = _dispatched(place)
    with place.transaction() as session:
        _enqueue(session)
    after_commit = _dispatched(place)
    dispatch.close()

    assert (after_rollback, after_commit) == (0, 1)


def test_failed_call_is_repeated_by_dispatch_under_the_same_key(place, worker):
    tries, done = [], threading.Event()

    def remote(context, _parameters):
        tries.append((context.key, threading.current_thread().name))
        if len(tries) == 1:
            raise ConnectorUnavailableError("JIRA", "503")
        done.set()
        return RemoteResult()

    _register(place, remote)

    with place.transaction() as session:
        key = _enqueue(session).key
    assert done.wait(_PATIENCE)

    assert [each[0] for each in tries] == [key, key]
    del worker


def test_one_process_has_one_dispatch_and_others_work_without(place, tmp_path, worker):
    (tmp_path / "other").mkdir()
    other = rig.open_database(tmp_path / "other")
    done = threading.Event()
    _register(place, lambda *_: RemoteResult())

    def remote(_context, _parameters):
        done.set()
        return RemoteResult()

    _register(other, remote)
    second = Worker(other)
    second.start()

    with other.transaction() as session:
        _enqueue(session)

    assert done.wait(_PATIENCE)
    second.stop()
    other.close()
    del worker


def test_work_of_a_killed_process_is_handed_on(place, tmp_path):
    done = threading.Event()

    def remote(_context, _parameters):
        done.set()
        return RemoteResult()

    victim = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_VICTIM), str(tmp_path)],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
    )
    with victim:
        # It says so once the call has begun, and never ends it.
        assert victim.stdout is not None
        assert victim.stdout.readline() == b"calling\n"
        victim.kill()
    _register(place, remote)
    worker = Worker(place)
    worker.start()

    assert done.wait(_PATIENCE)
    worker.stop()
    with place.reading() as session:
        (job,) = session.scalars(select(Job)).all()
    assert (job.state, job.attempts) == (JobState.COMPLETED, 0)


_VICTIM = """
    import sys, threading
    from pathlib import Path
    from engine import jobs
    from engine.worker import Worker
    from tests.engine import rig

    def remote(context, parameters):
        print("calling", flush=True)
        threading.Event().wait()

    database = rig.open_database(Path(sys.argv[1]))
    database.info["operations"].register("test.remote", remote, remote=True)
    Worker(database).start()
    with database.transaction() as session:
        jobs.enqueue(
            session,
            kind="operation",
            operation="test.remote",
            payload={"parameters": {}},
        )
    threading.Event().wait()
"""


def test_records_of_dispatch_go_after_a_day(place):
    dispatch = DbosDispatch(place, "test", lambda _: None)
    assert dispatch.start()
    with place.transaction() as session:
        for _ in range(3):
            jobs.enqueue(session, kind="notice", operation="x", payload={})
        ended = {"status": "CANCELLED", "old": 86_400_000 * 2}
        session.execute(
            text(
                "UPDATE workflow_status SET status = :status, "
                "created_at = created_at - :old WHERE rowid <= 2"
            ),
            ended,
        )

    removed = dispatch.purge()
    left = _dispatched(place)
    dispatch.close()

    assert (removed, left) == (2, 1)
