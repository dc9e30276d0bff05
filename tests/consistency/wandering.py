"""A walk through instances by commands alone, and what their rows must say."""

import copy
import itertools
from io import BytesIO
from typing import Any

from sqlalchemy import select

from engine import cache, documents, instances, messages, steps, user_tasks
from engine.actors import SYSTEM, Actor, ActorKind
from engine.errors import ConflictError, InvalidInputError, NotFoundError
from engine.forms import form_of
from engine.lifecycles import (
    IncidentState,
    InstanceState,
    JobState,
    UserTaskState,
)
from engine.runtime import WaitKind
from engine.schema import (
    Incident,
    Job,
    MessageSubscription,
    ProcessInstance,
    Timer,
    UserTask,
)
from engine.steps.running import COLUMNS, from_row
from engine.worker import run_job
from tests.api.driver import PASSWORD, pdf
from tests.consistency import knowledge

_numbers = itertools.count()
CUSTOMERS = {"hp", "ht"}
OPEN: dict[str, tuple[Any, Any]] = {
    "task": (UserTask, UserTask.state == UserTaskState.CREATED),
    "timer": (Timer, Timer.key > 0),
    "message": (MessageSubscription, MessageSubscription.key > 0),
    "job": (Job, Job.state.in_((JobState.CREATED, JobState.FAILED))),
    "incident": (Incident, Incident.state == IncidentState.ACTIVE),
}


class Walk:
    """Instances begun in one walk, moved by what they wait for."""

    def __init__(self, database, chance):
        self.database, self.chance = database, chance
        self.moved, self.refused = 0, 0
        with database.reading() as session:
            keys = select(ProcessInstance.key).order_by(ProcessInstance.key.desc())
            self._before = session.scalar(keys.limit(1)) or 0

    def begin(self, process_id, **given):
        with self.database.transaction() as session:
            instances.create(session, SYSTEM, process_id=process_id, **given)

    def active(self):
        """The instances of this walk that are not over, whoever began them."""
        with self.database.reading() as session:
            return session.execute(
                select(*COLUMNS).where(
                    ProcessInstance.key > self._before,
                    ProcessInstance.state == InstanceState.ACTIVE,
                )
            ).all()

    def step(self):
        """Make one legal move; False where nothing can be done but wait."""
        keys = [row.key for row in self.active()]
        moves = [
            (kind, row)
            for kind in ("task", "task", "timer", "message", "job")
            for row in self._rows(kind, keys)
        ]
        self.chance.shuffle(moves)
        for kind, row in moves[:8]:
            if getattr(self, f"_{kind}")(row):
                self.moved += 1
                return True
            self.refused += 1
        return False

    def finish(self):
        """End what is left, so that the next walk meets none of it."""
        for row in self.active():
            with self.database.transaction() as session:
                instances.end(session, SYSTEM, row.key, "over")

    def assert_sound(self):
        """Every live instance waits for something, and its rows say what."""
        for row in self.active():
            found = {kind: self._rows(kind, [row.key]) for kind in OPEN}
            assert any(found.values()), f"{row.process_id} waits for nothing"
            _assert_equal(row.process_id, found, self._waits(row))

    def _rows(self, kind, keys):
        table, condition = OPEN[kind]
        with self.database.reading() as session:
            return session.scalars(
                select(table)
                .where(table.instance_key.in_(keys), condition)
                .order_by(table.key)
            ).all()

    def _waits(self, row):
        """What the stored state waits for, read by a process that knows nothing."""
        with self.database.reading() as session:
            session.info["caches"] = cache.Caches()
            session.info["caches"].models = self.database.info["caches"].models
            with steps.borrowed(session, from_row(row)) as live:
                return list(live.waits.values())

    def _task(self, task):
        known = knowledge.answers()[task.element_id] or [{}]
        people = [task.assignee] if task.assignee else task.candidates
        person = self.chance.choice(people)
        return any(
            self._answered(task, person, values)
            for values in self.chance.sample(known, len(known))
        )

    def _answered(self, task, person, values):
        """Answer, a second time with files where some were missing."""
        try:
            self._complete(task, person, values)
        except InvalidInputError as refused:
            added = self._with_files(person, values, refused)
            return added != values and self._answered(task, person, added)
        except (ConflictError, NotFoundError):
            return False  # signed before, or a paper of a walk that is over
        return True

    def _complete(self, task, person, values):
        with self.database.transaction() as session:
            if task.form:
                form = form_of(session, task.deployment_key, task.form)
                _, secrets = form.split_secrets(values)
                values = {**values, **dict.fromkeys(secrets, PASSWORD)}
            actor = _actor(person)
            user_tasks.complete(session, actor, task.key, values)

    def _with_files(self, person, values, refused):
        """The answers, with files of this person where some are missing."""
        given = copy.deepcopy(dict(values))
        for problem in refused.problems:
            if problem.code == "document-missing":
                *above, last = problem.pointer.strip("/").split("/")
                place = given
                for name in above:
                    place = place[int(name) if name.isdecimal() else name]
                name = int(last) if last.isdecimal() else last
                place[name] = upload(self.database, person)
        return given

    def _timer(self, timer):
        with self.database.transaction() as session:
            return steps.fire_timer(session, timer.key)

    def _message(self, subscription):
        known = knowledge.payloads()[subscription.name] or [{}]
        payload = self.chance.choice(known)
        with self.database.transaction() as session:
            if subscription.kind == "signal":
                return bool(
                    messages.broadcast(session, SYSTEM, subscription.name, payload)
                )
            sent = messages.publish(
                session,
                SYSTEM,
                subscription.name,
                subscription.correlation_key,
                payload,
            )
            return sent.delivered_to is not None

    def _job(self, job):
        run_job(self.database, job.key, "walk")
        with self.database.reading() as session:
            return session.get(Job, job.key).state is JobState.COMPLETED


def upload(database, person):
    """A file that somebody put in."""
    content = BytesIO(pdf(f"{person} {next(_numbers)}"))
    with database.transaction() as session:
        made = documents.upload(session, _actor(person), content, "a.pdf")
        return str(made.key)


def publish(database, person):
    """A file that all of the staff may read."""
    key = upload(database, person)
    place = documents.Place(kind="paper", scope_key=None)
    with database.transaction() as session:
        documents.attach(session, _actor(person), int(key), place, ("staff",))
    return key


def _actor(username):
    kind: ActorKind = "customer" if username in CUSTOMERS else "staff"
    return Actor(username, username, kind=kind)


def _assert_equal(process_id, rows, waits):
    """What the rows say is exactly what the state says."""
    told = {
        "task": {row.ref for row in rows["task"]},
        "timer": {(row.ref, row.due_at) for row in rows["timer"]},
        "message": {
            (row.ref, row.kind, row.name, row.correlation_key)
            for row in rows["message"]
        },
        "job": {
            (row.ref, row.operation) for row in rows["job"] if row.kind == "operation"
        },
    }
    known = {
        "task": {w.ref for w in waits if w.kind is WaitKind.TASK},
        "timer": {(w.ref, w.due_at) for w in waits if w.kind is WaitKind.TIMER},
        "message": {
            (w.ref, w.kind.value, w.name, w.correlation_key)
            for w in waits
            if w.kind in {WaitKind.MESSAGE, WaitKind.SIGNAL}
        },
        "job": {(w.ref, w.operation) for w in waits if w.kind is WaitKind.CALL},
    }
    assert told == known, process_id
    stopped = {w.ref for w in waits if w.kind is WaitKind.INCIDENT}
    waiting = {w.ref for w in waits}
    incidents = {row.ref for row in rows["incident"]}
    assert stopped <= incidents <= waiting, process_id
