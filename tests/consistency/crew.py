"""Processes of their own at work on one database, each with its own memory.

`serve` is the program of such a process: it has a database and caches like a server,
and does what it is told over a pipe. `Crew` starts and tells them.
"""

import multiprocessing
import random
import traceback
from collections import Counter
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select

from engine import definitions, duty_changes, instances, journal, steps, user_tasks
from engine.actors import SYSTEM
from engine.cache import Caches
from engine.database import Database
from engine.documents import FolderStore
from engine.errors import ConflictError
from engine.lifecycles import UserTaskState
from engine.operations import Operations
from engine.runtime import LiveInstance
from engine.schema import ProcessInstance, UserTask, next_key
from engine.settings import Settings
from engine.steps import states
from engine.steps.running import COLUMNS, from_row
from tests.builders import ADMIN, person

_PATIENCE = 60  # seconds that a process may take for one errand


def equipped(url, folder):
    """A database with everything beside it that commands expect."""
    database = Database(url)
    database.info["settings"] = Settings(
        data=folder, database_url=url, session_secret=SecretStr("x" * 32)
    )
    database.info["caches"] = Caches()
    database.info["operations"] = Operations()
    database.info["settle_joint"] = user_tasks.settle_joint
    database.info["documents"] = FolderStore(folder / "documents")
    return database


class Hand:
    """One process at its work."""

    def __init__(self, database):
        self.database = database

    def finish(self, keys, seed, answer):
        """Complete open tasks of these instances in any order until none is left.

        Returns the tasks completed, and the codes of the conflicts met on the way.
        """
        chance = random.Random(seed)  # noqa: S311 - a walk, no secret
        done, conflicts = [], []
        while found := self._open(keys):
            task = chance.choice(found)
            if chance.random() < 0.3:
                self.compare(task.instance_key)
            try:
                self.complete(task.key, task.assignee or task.candidates[0],
                              answer(task.element_id, task.round))  # fmt: skip
            except ConflictError as error:
                conflicts.append(error.code)
            else:
                done.append(task.key)
        return done, conflicts

    def complete(self, key, username, values):
        with self.database.transaction() as session:
            user_tasks.complete(session, person(username), key, values)

    def compare(self, key):
        """What this process knows of an instance is what the row says."""
        with self.database.reading() as session:
            row = session.execute(
                select(*COLUMNS).where(ProcessInstance.key == key)
            ).one()
            instance = from_row(row)
            with steps.borrowed(session, instance) as live:
                known = live.dump()
            model = definitions.model_of(session, instance.model_key)
            fetch = partial(journal.answers, session)
            state, _ = states.decode(instance.state_blob, fetch)
            assert LiveInstance.load(model, state).dump() == known

    def remember(self, key):
        """Look at an instance, so that it and its duties are in memory."""
        with self.database.reading() as session:
            return instances.data_of(session, key)

    def draw_keys(self, number):
        return [next_key() for _ in range(number)]

    def replace_duties(self, content):
        with self.database.transaction() as session:
            return duty_changes.replace(session, ADMIN, content).version

    def start(self, process_id, **variables):
        with self.database.transaction() as session:
            return instances.create(
                session, SYSTEM, process_id=process_id, variables=variables
            ).key

    def _open(self, keys):
        with self.database.reading() as session:
            return session.scalars(
                select(UserTask).where(
                    UserTask.instance_key.in_(keys),
                    UserTask.state == UserTaskState.CREATED,
                )
            ).all()


def serve(url, folder, pipe):
    """Do errands (a method's name and its arguments) until there are no more."""
    database = equipped(url, Path(folder))
    hand = Hand(database)
    pipe.send(("ready", None))
    while (errand := pipe.recv()) is not None:
        name, arguments, options = errand
        try:
            pipe.send(("done", getattr(hand, name)(*arguments, **options)))
        except Exception:  # noqa: BLE001 - the test says what it was
            pipe.send(("failed", traceback.format_exc()))
    database.close()


class Crew:
    """Several such processes; ``tell`` one of them, or ``tell_all`` at once."""

    def __init__(self, url, folder, number):
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])  # so that each begins at once
        self._pipes, self._processes = [], []
        for _ in range(number):
            here, there = context.Pipe()
            process = context.Process(
                target=serve, args=(url, str(folder), there), daemon=True
            )
            process.start()
            self._pipes.append(here)
            self._processes.append(process)
        for pipe in self._pipes:
            _answer(pipe)

    def tell(self, number, name, *arguments, **options):
        """Let one process do something; return what it answers."""
        self._pipes[number].send((name, arguments, options))
        return _answer(self._pipes[number])

    def tell_all(self, name, *errands):
        """Let each process do its errand at the same time."""
        for pipe, arguments in zip(self._pipes, errands, strict=True):
            pipe.send((name, arguments, {}))
        return [_answer(pipe) for pipe in self._pipes]

    def dismiss(self):
        for pipe, process in zip(self._pipes, self._processes, strict=True):
            if process.is_alive():
                pipe.send(None)
        for process in self._processes:
            process.join(_PATIENCE)


@contextmanager
def crew(url, folder, number=2):
    """Have some processes at work on a database."""
    hired = Crew(url, folder, number)
    try:
        yield hired
    finally:
        hired.dismiss()


def _answer(pipe):
    if not pipe.poll(_PATIENCE):
        raise AssertionError("A process does not answer")
    kind, answer = pipe.recv()
    assert kind != "failed", answer
    return answer


def history(database, key):
    """How often each element of an instance ended in each state."""
    with database.reading() as session:
        entered = steps.history.TABLE
        rows = select(entered.c.element_id, entered.c.state).where(
            entered.c.instance_key == key
        )
        return Counter(
            (element, str(state)) for element, state in session.execute(rows)
        )
