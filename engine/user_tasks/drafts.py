"""Forms that somebody has filled in half-way; nothing in them is checked."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine import cache, forms
from engine.authorization import Actor, Permission, require
from engine.database import insert_or_update
from engine.lifecycles import USER_TASK, UserTaskState
from engine.schema import UserTask, UserTaskDraft
from engine.user_tasks import rows


def save_draft(
    session: Session, actor: Actor, key: int, values: Mapping[str, Any]
) -> None:
    """Keep the actor's half-filled form; passwords are left out.

    Raises:
        TaskNotFoundError: There is none, as far as the actor may know.
        NotCandidateError: The task is for others.
        ClaimedError: Somebody else has claimed it.
        IllegalMoveError: It is over.
    """
    require(actor, Permission.WORK_TASKS)
    task = rows.find(session, actor, key)
    rows.require_worker(session, actor, task)
    USER_TASK.check(task.state, UserTaskState.COMPLETED)
    kept: dict[str, Any] = {
        "values": _without_secrets(session, task, values),
        "saved_at": cache.now(session),
    }
    row = {"task_key": key, "username": actor.username, **kept}
    insert_or_update(session, UserTaskDraft, row, kept)


def draft(session: Session, actor: Actor, key: int) -> UserTaskDraft | None:
    """Return the actor's own draft of a task, or None.

    Raises:
        TaskNotFoundError: There is no task, as far as the actor may know.
    """
    rows.find(session, actor, key)
    return session.get(UserTaskDraft, (key, actor.username), populate_existing=True)


def discard_draft(session: Session, actor: Actor, key: int) -> None:
    """Forget the actor's draft, if he has one.

    Raises:
        TaskNotFoundError: There is no task, as far as the actor may know.
    """
    rows.find(session, actor, key)
    session.execute(
        delete(UserTaskDraft).where(
            UserTaskDraft.task_key == key, UserTaskDraft.username == actor.username
        )
    )


def _without_secrets(
    session: Session, task: UserTask, values: Mapping[str, Any]
) -> dict[str, Any]:
    if not task.form:
        return dict(values)
    form = forms.form_of(session, task.deployment_key, task.form)
    return form.split_secrets(values)[0]
