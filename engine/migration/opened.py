"""Open tasks of an instance under another version: people, forms, drafts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, duties, forms
from engine.errors import Text
from engine.lifecycles import UserTaskState
from engine.runtime import Remark, Wait, WaitKind, Weight
from engine.schema import UserTask, UserTaskDraft
from engine.steps import tasks

Drafts = dict[int, list[UserTaskDraft]]
"""What is saved of tasks, by task."""


@dataclass(frozen=True, slots=True)
class OpenTask:
    """The row of an open task, and what the new version makes of it."""

    row: UserTask
    wait: Wait
    place: definitions.Place


def rows_of(session: Session, keys: Iterable[int]) -> dict[int, list[UserTask]]:
    """Return the open tasks of instances, by instance."""
    query = (
        select(UserTask)
        .where(
            UserTask.instance_key.in_(keys),
            UserTask.state == UserTaskState.CREATED,
        )
        .order_by(UserTask.key)
        .execution_options(populate_existing=True)
    )
    found: dict[int, list[UserTask]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.instance_key].append(row)
    return found


def drafts_of(session: Session, rows: Iterable[UserTask]) -> Drafts:
    """Return what is saved of open tasks, by task."""
    keys = [row.key for row in rows]
    found: Drafts = defaultdict(list)
    query = select(UserTaskDraft).where(UserTaskDraft.task_key.in_(keys))
    for draft in session.scalars(query) if keys else ():
        found[draft.task_key].append(draft)
    return found


def open_tasks(
    session: Session,
    rows: Iterable[UserTask],
    members: Mapping[str, Any],
    waits: Mapping[str, Wait],
) -> list[OpenTask]:
    """Return open tasks of one instance with their waits under another version.

    ``members`` are those of the version (`definitions.members_of`).
    """
    found = []
    for row in rows:
        wait = waits.get(row.ref)
        if wait is not None and wait.kind is WaitKind.TASK:
            place = definitions.place_in(session, members, wait.path, wait.element_id)
            found.append(OpenTask(row, wait, place))
    return found


def remarks(
    session: Session, opened: Sequence[OpenTask], drafts: Drafts
) -> list[Remark]:
    """Return what hinders open tasks under the new version, and what drafts lose."""
    found = [_shared_otherwise(t.wait) for t in opened if _is_otherwise(session, t)]
    found += [
        _draft_loses(task.wait, fields)
        for task in opened
        for fields in _dropped(session, task, drafts.get(task.row.key, ()))
    ]
    return found


def people(session: Session, task: OpenTask) -> tuple[str, ...]:
    """Return whom the task waits for under the new version."""
    scope_key = task.row.scope_key
    return tasks.people_of(session, task.wait, scope_key) or duties.resolve(
        session, tasks.FALLBACK_DUTY, scope_key
    )


def _is_otherwise(session: Session, task: OpenTask) -> bool:
    """Tell whether one row would have to become several, or several one."""
    mode = tasks.mode_of(session, task.wait)
    is_joint = task.row.joint_key is not None
    stood_in = mode == tasks.JOINT and task.row.mode != tasks.JOINT
    if stood_in and not tasks.people_of(session, task.wait, task.row.scope_key):
        return False  # nobody holds the duty: those who stand in share no joint task
    return mode == tasks.NOTIFY or is_joint != (mode == tasks.JOINT)


def _dropped(
    session: Session, task: OpenTask, drafts: Iterable[UserTaskDraft]
) -> Iterator[list[str]]:
    for draft in drafts if task.wait.form else ():
        deployment_key = task.place.definition.deployment_key
        form = forms.form_of(session, deployment_key, task.wait.form or "")
        if fields := sorted(draft.values.keys() - form.shape.every().keys()):
            yield fields


def _draft_loses(wait: Wait, fields: Sequence[str]) -> Remark:
    names = ", ".join(fields)
    return Remark(
        code="draft-fields-dropped",
        element_id=wait.element_id,
        path=wait.path,
        weight=Weight.NOTE,
        text=Text(
            f"The new form does not have these fields of a draft: {names}.",
            f"新表单中没有草稿里的这些字段：{names}。",
        ),
    )


def _shared_otherwise(wait: Wait) -> Remark:
    return Remark(
        code="mode-changed",
        element_id=wait.element_id,
        path=wait.path,
        text=Text(
            f"{wait.element_id} is shared in another way in the new version; "
            "let the open task be completed first.",
            f"新版本中“{wait.element_id}”的办理方式不同，请先完成当前任务。",
        ),
    )
