"""Sending a task back to somebody who has acted before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import journal, steps
from engine.authorization import Actor, Permission, require
from engine.errors import MalformedRequestError
from engine.events import Event
from engine.lifecycles import UserTaskState
from engine.runtime import NotWaitingError, Return, WaitKind
from engine.schema import UserTask
from engine.steps import running
from engine.user_tasks import rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A finished task that the work can go back to.

    ``completed_by`` and ``completed_at`` tell of the last time. ``cancels`` are the
    open tasks that this ends, the one that is sent back among them; ``withdraws``
    the ids of other things that are then not waited for any more.
    """

    element_id: str
    name: str
    name_en: str
    completed_by: str | None
    completed_at: datetime | None
    cancels: tuple[UserTask, ...]
    withdraws: tuple[str, ...]


def moves(session: Session, actor: Actor, key: int) -> list[Move]:
    """Return the tasks that a task can be sent back to, the latest first.

    Only tasks of the same process or sub-process are; none with which a join would
    be left waiting.

    Raises:
        TaskNotFoundError: There is none, as far as the actor may know.
        NotCandidateError: The task is for others.
        IllegalMoveError: It is over, or the case is (also `SuspendedError`).
    """
    require(actor, Permission.READ_TASKS)
    task = rows.find(session, actor, key)
    instance = running.read(session, task.instance_key)
    rows.require_open(rows.Locked(task, instance, has_draft=False))
    done = _done(session, task)
    with steps.borrowed(session, instance) as live:
        found = live.returns(task.ref, [row.element_id for row in done])
    open_rows = _open(session, task.instance_key)
    return [_move(target, done, open_rows) for target in found]


def can_go_back(session: Session, task: UserTask) -> bool:
    """Tell whether an open task can be sent back to any earlier one; see `moves`."""
    finished = [row.element_id for row in _done(session, task)]
    if not finished:
        return False
    instance = running.read(session, task.instance_key)
    with steps.borrowed(session, instance) as live:
        try:
            return bool(live.returns(task.ref, finished))
        except NotWaitingError:
            return False


def send_back(
    session: Session,
    actor: Actor,
    key: int,
    element_id: str,
    *,
    reason: str,
    revision: int | None = None,
) -> None:
    """Let the case stand before an earlier task again; all data stay.

    Raises:
        TaskNotFoundError: There is none, as far as the actor may know.
        NotCandidateError: The task is for others.
        ClaimedError: Somebody else has claimed it.
        IllegalMoveError: It is over, or the case is (also `SuspendedError`).
        TaskChangedError: The actor saw an older version.
        MoveRefusedError: The element is no legal target; see `moves`.
        MalformedRequestError: No reason is given.
    """
    require(actor, Permission.WORK_TASKS)
    if not reason.strip():
        raise MalformedRequestError("Say why it goes back", "请填写退回原因")
    locked = rows.lock(session, actor, key)
    task = locked.task
    rows.require_worker(session, actor, task)
    rows.require_open(locked)
    rows.require_revision(task, revision)
    finished = {row.element_id for row in _done(session, task)}
    target = element_id if element_id in finished else ""
    with steps.holding(session, actor, locked.instance) as held:
        journal.record(
            session,
            actor,
            Event.TASK_RETURNED,
            instance=task.instance_key,
            task_key=key,
            element_id=task.element_id,
            details={"to": element_id, "reason": reason},
        )
        held.run(lambda live, around: live.send_back(task.ref, target, around, reason))


def _done(session: Session, task: UserTask) -> Sequence[UserTask]:
    """Return the tasks completed in the task's own scope, the latest first."""
    query = select(UserTask).where(
        UserTask.instance_key == task.instance_key,
        UserTask.path == task.path,
        UserTask.state == UserTaskState.COMPLETED,
    )
    query = query.order_by(UserTask.completed_at.desc(), UserTask.key.desc())
    return session.scalars(query).all()


def _open(session: Session, instance_key: int) -> Sequence[UserTask]:
    query = select(UserTask).where(
        UserTask.instance_key == instance_key,
        UserTask.state == UserTaskState.CREATED,
    )
    return session.scalars(query.order_by(UserTask.key)).all()


def _move(
    target: Return, done: Sequence[UserTask], open_rows: Sequence[UserTask]
) -> Move:
    last = next(row for row in done if row.element_id == target.element_id)
    refs = {wait.ref for wait in target.cancels if wait.kind is WaitKind.TASK}
    return Move(
        element_id=target.element_id,
        name=last.name,
        name_en=last.name_en,
        completed_by=last.completed_by,
        completed_at=last.completed_at,
        cancels=tuple(row for row in open_rows if row.ref in refs),
        withdraws=tuple(_others(target)),
    )


def _others(target: Return) -> Iterator[str]:
    for wait in target.cancels:
        if wait.kind is not WaitKind.TASK:
            yield wait.element_id
