"""What an instance waits for: who or what, since when, and whether that is normal."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import cache, incidents
from engine.authorization import Actor
from engine.errors import Text
from engine.instances.reading import visible
from engine.lifecycles import JobState, UserTaskState
from engine.schema import Job, MessageSubscription, Timer, UserTask

_LATE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing that an instance waits for.

    ``kind`` is task, timer, message, signal, job or incident; ``key`` that of its
    row. ``people`` are those who can act. ``normal`` is false where somebody ought
    to look at it, and ``text`` says why or what it is.
    """

    kind: str
    key: int
    element_id: str
    since: datetime
    text: Text
    normal: bool = True
    people: tuple[str, ...] = ()
    due_at: datetime | None = None
    name: str = ""
    correlation_key: str = ""
    details: tuple[str, ...] = field(default=())


def waiting(session: Session, actor: Actor, key: int) -> list[Waiting]:
    """Return what an instance waits for, the longest first.

    Raises:
        InstanceNotFoundError: There is none, as far as the actor may know.
    """
    row = visible(session, actor, key)
    now = cache.now(session)
    found = [
        *_tasks(session, key, now),
        *_timers(session, key, now, suspended=row.suspended),
        *_subscriptions(session, key),
        *_jobs(session, key),
        *_incidents(session, key),
    ]
    return sorted(found, key=lambda each: (each.since, each.key))


def _tasks(session: Session, key: int, now: datetime) -> Iterator[Waiting]:
    rows = session.scalars(
        select(UserTask).where(
            UserTask.instance_key == key, UserTask.state == UserTaskState.CREATED
        )
    )
    for row in rows:
        late = row.due_at is not None and row.due_at < now
        people = (row.assignee,) if row.assignee else tuple(row.candidates)
        nobody = Text("Nobody is responsible for it", "没有负责人")
        overdue = Text("It is overdue", "已逾期")
        plain = Text(row.name_en or row.name, row.name)
        yield Waiting(
            kind="task",
            key=row.key,
            element_id=row.element_id,
            since=row.created_at,
            people=people,
            due_at=row.due_at,
            normal=bool(people) and not late,
            text=nobody if not people else overdue if late else plain,
        )


def _timers(
    session: Session, key: int, now: datetime, *, suspended: bool
) -> Iterator[Waiting]:
    for row in session.scalars(select(Timer).where(Timer.instance_key == key)):
        late = row.due_at < now - _LATE and not suspended
        yield Waiting(
            kind="timer",
            key=row.key,
            element_id=row.element_id,
            since=row.created_at,
            due_at=row.due_at,
            normal=not late,
            text=Text("The worker has not fired it", "后台程序未按时触发")
            if late
            else Text("A moment in time", "到期时间"),
        )


def _subscriptions(session: Session, key: int) -> Iterator[Waiting]:
    rows = session.scalars(
        select(MessageSubscription).where(MessageSubscription.instance_key == key)
    )
    for row in rows:
        yield Waiting(
            kind=row.kind,
            key=row.key,
            element_id=row.element_id,
            since=row.created_at,
            name=row.name,
            correlation_key=row.correlation_key,
            text=Text(f"The {row.kind} {row.name}", f"等待消息{row.name}"),
        )


def _jobs(session: Session, key: int) -> Iterator[Waiting]:
    rows = session.scalars(
        select(Job).where(Job.instance_key == key, Job.state == JobState.CREATED)
    )
    for row in rows:
        yield Waiting(
            kind="job",
            key=row.key,
            element_id=row.element_id,
            since=row.created_at,
            name=row.operation,
            normal=row.attempts == 0,
            text=Text(
                f"{row.attempts} tries of {row.operation} failed",
                f"{row.operation}已失败{row.attempts}次",
            )
            if row.attempts
            else Text(f"The operation {row.operation}", f"操作{row.operation}"),
        )


def _incidents(session: Session, key: int) -> Iterator[Waiting]:
    for row in incidents.of_instance(session, key):
        yield Waiting(
            kind="incident",
            key=row.key,
            element_id=row.element_id,
            since=row.created_at,
            normal=False,
            name=row.code,
            text=Text(row.message_en, row.message_zh),
        )
