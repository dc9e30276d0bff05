"""Reading one user task under the lock of its instance, and who may know of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, bindparam, exists, select, update
from sqlalchemy.orm import Session

from engine import candidates, duties, steps
from engine.authorization import (
    SYSTEM,
    Actor,
    NotCandidateError,
    Permission,
    may_see_scope,
    permits,
    takes_part,
)
from engine.errors import ConflictError, NotFoundError, StaleVersionError
from engine.lifecycles import USER_TASK, UserTaskState
from engine.schema import UserTask, UserTaskDraft
from engine.steps import Running
from engine.steps.running import TABLE as INSTANCES
from engine.steps.running import from_row
from engine.steps.tasks import TABLE as TASKS

DRAFTS: Table = UserTaskDraft.metadata.tables["user_task_draft"]
_NAMES = tuple(column.name for column in TASKS.c)
_WIDTH = len(_NAMES)
_LOCK = steps.lock_rows(
    steps.locking(*TASKS.c, exists(select(1).where(DRAFTS.c.task_key == TASKS.c.key)))
    .join(TASKS, TASKS.c.instance_key == INSTANCES.c.key)
    .where(TASKS.c.key == bindparam("task_")),
    TASKS,
)


class TaskNotFoundError(NotFoundError):
    """There is no such task, or not for this actor."""

    code = "task-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such task", "没有该任务")


class TaskChangedError(StaleVersionError):
    """The task has changed since the caller read it."""

    code = "stale-version"

    def __init__(self) -> None:
        super().__init__(
            "The task was changed meanwhile; reload it and try again",
            "任务已被修改,请刷新后重试",
        )


class ClaimedError(ConflictError):
    """Somebody else has claimed the task."""

    code = "already-claimed"

    def __init__(self, assignee: str) -> None:
        super().__init__(
            f"{assignee} works on this task; ask for it to be handed back",
            f"{assignee}正在办理此任务;如需办理,请先请其退回",
        )


@dataclass(slots=True)
class Locked:
    """A task and its instance, both locked; ``has_draft`` tells of any draft."""

    task: UserTask
    instance: Running
    has_draft: bool


def lock(session: Session, actor: Actor, key: int) -> Locked:
    """Lock a task, its instance and the instance's root.

    Raises:
        TaskNotFoundError: There is none, as far as the actor may know.
    """
    row = session.connection().execute(_LOCK, {"task_": key}).first()
    if row is None:
        raise TaskNotFoundError
    task = UserTask(**dict(zip(_NAMES, row[-_WIDTH - 1 : -1], strict=True)))
    if actor.is_customer and not is_visible(session, actor, task):
        raise TaskNotFoundError
    return Locked(task, from_row(row), bool(row[-1]))


def find(session: Session, actor: Actor, key: int) -> UserTask:
    """Return a task for looking at.

    Raises:
        TaskNotFoundError: There is none, as far as the actor may know.
        NotCandidateError: He may know that it exists, but not look into it.
    """
    task = session.get(UserTask, key, populate_existing=True)
    if task is None or not is_visible(session, actor, task):
        raise TaskNotFoundError
    if not may_read(session, actor, task):
        raise NotCandidateError
    return task


def may_read(session: Session, actor: Actor, task: UserTask) -> bool:
    """Tell whether the actor may look into a task, not only know of it.

    Those who do, did or may do it, those with a role in its project, proxies, and
    those who manage tasks.
    """
    return (
        actor is SYSTEM
        or actor.username in {task.assignee, task.completed_by, *task.candidates}
        or takes_part(session, actor, task.scope_key)
        or may_manage(session, actor, task)
        or proxied(session, actor, task) is not None
    )


def is_visible(session: Session, actor: Actor, task: UserTask) -> bool:
    """Tell whether the actor may know that the task exists."""
    involved = {task.assignee, task.completed_by, *task.candidates}
    return actor.username in involved or may_see_scope(session, actor, task.scope_key)


def proxied(session: Session, actor: Actor, task: UserTask) -> str | None:
    """Return on whose behalf the actor may act here (代录), or None.

    The people of a duty may have proxies; for whom they act is the assignee, else
    the first candidate.
    """
    if not task.duty:
        return None
    if actor.username not in duties.proxies(session, task.duty, task.scope_key):
        return None
    return task.assignee or next(iter(task.candidates), task.duty)


def require_worker(
    session: Session, actor: Actor, task: UserTask, on_behalf_of: str | None = None
) -> str | None:
    """Return on whose behalf the actor works on the task; None for himself.

    Raises:
        NotCandidateError: The task is for others.
        ClaimedError: It is for him too, but somebody else has claimed it.
    """
    own = actor is SYSTEM or actor.username in {task.assignee, *task.candidates}
    if on_behalf_of is not None or not own:
        represented = proxied(session, actor, task)
        wanted = {task.assignee, *task.candidates, represented}
        if represented is None or on_behalf_of not in {None, *wanted}:
            raise NotCandidateError
        return on_behalf_of or represented
    is_open = task.state is UserTaskState.CREATED
    if is_open and task.assignee not in {None, actor.username} and actor is not SYSTEM:
        raise ClaimedError(task.assignee or "")
    return None


def require_open(locked: Locked, wanted: UserTaskState | None = None) -> None:
    """Raise unless the task can still be worked on.

    Raises:
        IllegalMoveError: The task or its instance is over.
        SuspendedError: The instance is suspended.
    """
    USER_TASK.check(locked.task.state, wanted or UserTaskState.COMPLETED)
    steps.require_going(locked.instance)


def require_revision(task: UserTask, revision: int | None) -> None:
    """Raise unless the caller saw the task as it is.

    Raises:
        TaskChangedError: He saw an older version.
    """
    if revision is not None and revision != task.revision:
        raise TaskChangedError


def may_manage(session: Session, actor: Actor, task: UserTask) -> bool:
    """Tell whether the actor may hand the task to others and move its dates.

    Administrators may, and whoever is in charge of unowned work (R0.4).
    """
    if permits(actor, Permission.MANAGE_TASKS):
        return True
    charged = duties.resolve(session, "service_management", task.scope_key)
    return actor.username in charged and permits(actor, Permission.WORK_TASKS)


def change(session: Session, task: UserTask, values: Mapping[str, Any]) -> None:
    """Write new values of a locked task's row and count its revision."""
    for name, value in values.items():
        setattr(task, name, value)
    task.revision += 1
    changed = {**values, "revision": task.revision}
    session.connection().execute(
        update(TASKS).where(TASKS.c.key == task.key).values(changed)
    )
    if changed.keys() & {"assignee", "candidates"}:
        candidates.share(session, task.key, task.candidates, task.assignee)
    _expire(session, task.key)


def _expire(session: Session, key: int) -> None:
    """Let objects that were read earlier in this session be read again."""
    known = session.identity_map.get(session.identity_key(UserTask, key))
    if known is not None:
        session.expire(known)
