"""Who works on a task: claimed, handed back, handed over; its dates and priority."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import duties, journal
from engine.authorization import Actor, Permission, require
from engine.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    Problem,
    Text,
)
from engine.events import Event
from engine.schema import UserTask
from engine.user_tasks import rows
from engine.user_tasks.rows import ClaimedError, Locked

_CHANGEABLE = frozenset({"due_at", "follow_up_at", "priority"})


class NotUnclaimedError(ConflictError):
    """The task is nobody's, or cannot be nobody's."""

    code = "not-claimed"

    def __init__(self) -> None:
        super().__init__(
            "The task is not claimed by anybody who could hand it back",
            "该任务未被领取,或不能退回",
        )


class NotYoursToManageError(NotAllowedError):
    """Handing tasks to others is for the person in charge."""

    code = "may-not-manage"

    def __init__(self) -> None:
        super().__init__(
            "Only the assignee, service management and administrators may do this",
            "只有任务办理人、项目服务管理组和管理员可以执行此操作",
        )


class UnsuitableAssigneeError(InvalidInputError):
    """The person cannot be given the task."""

    code = "unsuitable-assignee"

    def __init__(self, username: str) -> None:
        text = Text(
            f"{username} has no active account, or is not of those who may do it",
            f"{username}没有可用账号,或不在可办理人员之列",
        )
        problem = Problem("/assignee", self.code, text)
        super().__init__(text.en, text.zh, (problem,))


def claim(
    session: Session, actor: Actor, key: int, *, revision: int | None = None
) -> UserTask:
    """Take a task on oneself: the first claim wins.

    Raises:
        TaskNotFoundError: There is none, as far as the actor may know.
        NotCandidateError: The task is for others.
        ClaimedError: Somebody has claimed it, be it the actor himself.
        IllegalMoveError: It is over.
    """
    require(actor, Permission.WORK_TASKS)
    locked = rows.lock(session, actor, key)
    task = locked.task
    rows.require_worker(session, actor, task)
    rows.require_open(locked)
    rows.require_revision(task, revision)
    if task.assignee is not None:
        raise ClaimedError(task.assignee)
    _change(session, actor, locked, Event.TASK_CLAIMED, {"assignee": actor.username})
    return task


def release(
    session: Session, actor: Actor, key: int, *, revision: int | None = None
) -> UserTask:
    """Hand a task back to all its candidates.

    Raises:
        TaskNotFoundError: There is none, as far as the actor may know.
        NotYoursToManageError: It is somebody else's.
        NotUnclaimedError: Nobody has claimed it, or it is one of a joint task.
        IllegalMoveError: It is over.
    """
    require(actor, Permission.WORK_TASKS)
    locked = rows.lock(session, actor, key)
    task = locked.task
    _require_manager(session, actor, task)
    rows.require_open(locked)
    rows.require_revision(task, revision)
    if task.assignee is None or task.joint_key is not None:
        raise NotUnclaimedError
    _change(session, actor, locked, Event.TASK_RELEASED, {"assignee": None})
    return task


def assign(
    session: Session,
    actor: Actor,
    key: int,
    username: str,
    *,
    allow_override: bool = True,
    revision: int | None = None,
) -> UserTask:
    """Give a task to somebody; the actor may give it to himself if he may claim it.

    An assignee hands it to one of the other candidates; administrators and service
    management to any active person, who becomes a candidate by it.

    Raises:
        TaskNotFoundError: There is none, as far as the actor may know.
        NotYoursToManageError: It is not the actor's to give.
        ClaimedError: It is somebody's, and the caller does not want to override.
        UnsuitableAssigneeError: The person cannot be given it.
        IllegalMoveError: It is over.
    """
    require(actor, Permission.WORK_TASKS)
    locked = rows.lock(session, actor, key)
    task = locked.task
    manages = rows.may_manage(session, actor, task)
    takes = username == actor.username and username in task.candidates
    if not takes:
        _require_manager(session, actor, task)
    rows.require_open(locked)
    rows.require_revision(task, revision)
    if task.assignee is not None and not (allow_override and (manages or not takes)):
        raise ClaimedError(task.assignee)
    _require_suitable(session, task, username, manages=manages)
    people = list(dict.fromkeys([*task.candidates, username]))
    values: dict[str, Any] = {"assignee": username}
    if people != task.candidates:
        values["candidates"] = people
    _change(session, actor, locked, Event.TASK_ASSIGNED, values)
    return task


def update(
    session: Session,
    actor: Actor,
    key: int,
    *,
    revision: int | None = None,
    candidates: Iterable[str] | None = None,
    **dates: datetime | int | None,
) -> UserTask:
    """Change ``due_at``, ``follow_up_at``, ``priority`` or the candidates.

    What is not given stays; None takes a date away. An assignee may set when he
    wants to be reminded, all else is for whoever manages tasks.

    Raises:
        TaskNotFoundError: There is none, as far as the actor may know.
        NotYoursToManageError: It is not the actor's to change.
        UnsuitableAssigneeError: A candidate has no active account.
        IllegalMoveError: It is over.
        TaskChangedError: The actor saw an older version.
    """
    if unknown := dates.keys() - _CHANGEABLE:
        raise TypeError(f"A task has no {', '.join(sorted(unknown))} to change")
    require(actor, Permission.WORK_TASKS)
    locked = rows.lock(session, actor, key)
    task = locked.task
    managed = candidates is not None or set(dates) - {"follow_up_at"}
    if managed and not rows.may_manage(session, actor, task):
        raise NotYoursToManageError
    if not managed:
        _require_manager(session, actor, task)
    rows.require_open(locked)
    rows.require_revision(task, revision)
    values: dict[str, Any] = dict(dates)
    if candidates is not None:
        values["candidates"] = people = list(dict.fromkeys(candidates))
        for username in people:
            _require_suitable(session, task, username, manages=True)
    _change(session, actor, locked, Event.TASK_UPDATED, values)
    return task


def _require_manager(session: Session, actor: Actor, task: UserTask) -> None:
    own = task.assignee == actor.username
    if not own and not rows.may_manage(session, actor, task):
        raise NotYoursToManageError


def _require_suitable(
    session: Session, task: UserTask, username: str, *, manages: bool
) -> None:
    known = username in duties.active_users(session)
    if not known or not (manages or username in task.candidates):
        raise UnsuitableAssigneeError(username)


def _change(
    session: Session,
    actor: Actor,
    locked: Locked,
    event: Event,
    values: Mapping[str, Any],
) -> None:
    task = locked.task
    before = {name: getattr(task, name) for name in values}
    rows.change(session, task, values)
    journal.record(
        session,
        actor,
        event,
        scope_key=task.scope_key,
        instance=task.instance_key,
        task_key=task.key,
        element_id=task.element_id,
        details={"before": before, "after": dict(values)},
    )
