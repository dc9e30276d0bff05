"""Completing a task: the answers are checked, kept once, and the case goes on."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.orm import Session

from engine import cache, documents, forms, journal, sign_in, steps
from engine.authorization import SYSTEM, Actor, Permission, require
from engine.events import Event
from engine.forms import Form
from engine.lifecycles import UserTaskState
from engine.schema import UserTask
from engine.steps import Held
from engine.steps.tasks import TABLE as TASKS
from engine.steps.tasks import forget_candidates
from engine.user_tasks import rows
from engine.user_tasks.facts import facts, reads_case
from engine.user_tasks.rows import DRAFTS, Locked

Values = Mapping[str, Any]
AnyRow = Row[*tuple[Any, ...]]

_COMPLETE = (
    update(TASKS)
    .where(TASKS.c.key == bindparam("key_"))
    .values(
        state=UserTaskState.COMPLETED,
        assignee=bindparam("by"),
        completed_by=bindparam("by"),
        completed_at=bindparam("at"),
        on_behalf_of=bindparam("behalf"),
        answers=bindparam("kept", type_=TASKS.c.answers.type),
        revision=TASKS.c.revision + 1,
    )
)
_ROUND = (
    select(
        TASKS.c.key,
        TASKS.c.state,
        TASKS.c.answers,
        TASKS.c.completed_by,
        TASKS.c.completed_at,
    )
    .where(
        TASKS.c.joint_key == bindparam("joint"),
        TASKS.c.state != UserTaskState.CANCELED,
    )
    .order_by(TASKS.c.key)
)
_ROUND_OVER = (
    update(TASKS)
    .where(TASKS.c.joint_key == bindparam("joint"), TASKS.c.answers.is_not(None))
    .values(answers=None)
)
_DROP_DRAFTS = delete(DRAFTS).where(DRAFTS.c.task_key == bindparam("task_"))


def complete(
    session: Session,
    actor: Actor,
    key: int,
    values: Values,
    *,
    revision: int | None = None,
    on_behalf_of: str | None = None,
) -> UserTask:
    """Complete a task with the fields of its form.

    An unclaimed task is claimed by it. A proxy of the task's duty completes it on
    behalf of its people (代录). Of a joint task only the last person's completion
    lets the case go on.

    Args:
        session: The transaction.
        actor: Who completes it.
        key: The task.
        values: The fields, flat; a task without a form takes anything.
        revision: The task's revision that the actor saw, if he says.
        on_behalf_of: Whose answer a proxy records.

    Raises:
        TaskNotFoundError: There is none, as far as the actor may know.
        NotCandidateError: The task is for others.
        IllegalMoveError: It is over, or the case is (also `SuspendedError`).
        ClaimedError: Somebody else has claimed it.
        TaskChangedError: The actor saw an older version.
        FormInvalidError: Values do not fit; problems point at each.
    """
    require(actor, Permission.WORK_TASKS)
    locked = rows.lock(session, actor, key)
    task, instance = locked.task, locked.instance
    behalf = rows.require_worker(session, actor, task, on_behalf_of)
    rows.require_open(locked)
    rows.require_revision(task, revision)
    with steps.holding(session, actor, instance) as held:
        answers = _answers(session, actor, task, held, values, behalf)
        _close(session, actor, locked, answers, behalf)
        entry = _record(session, actor, task, answers, behalf)
        _tell(session, actor, task, answers)
        _go_on(session, held, task, answers, entry)
    return task


def settle_joint(session: Session, actor: Actor, joint_key: int) -> None:
    """Let a joint task go on in which everybody who is left has acted.

    For changes of duties that take the last open row away.
    """
    first = session.execute(
        select(TASKS.c.instance_key).where(TASKS.c.joint_key == joint_key).limit(1)
    ).scalar_one()
    if steps.is_active(session, first):
        steps.postpone(session, first, lambda: settle_joint(session, actor, joint_key))
        return
    instance = steps.lock(session, first)
    session.flush()
    done = _round(session, joint_key)
    if not done or any(row.state == UserTaskState.CREATED for row in done):
        return
    if not steps.is_readable(session, instance):
        return  # whoever resolves its incident settles the round
    task = session.get_one(UserTask, done[0].key, populate_existing=True)
    with steps.holding(session, SYSTEM, instance) as held:
        _complete_round(session, held, task, done)


def _answers(
    session: Session,
    actor: Actor,
    task: UserTask,
    held: Held,
    values: Values,
    behalf: str | None,
) -> dict[str, Any]:
    """Check the values by the task's form, and do what its fields ask for."""
    if not task.form:
        return dict(values)
    form = forms.form_of(session, task.deployment_key, task.form)
    values, secrets = form.split_secrets(values)
    data = held.live.variables(task.ref) if reads_case(form) else {}
    known = facts(
        session, actor, task, form, on_behalf=behalf is not None, data=lambda: data
    )
    answers = forms.validate(session, actor, form, {**values, **secrets}, data, known)
    for secret in secrets.values():
        sign_in.confirm(session, actor, secret)
    paper = form.document_to_sign(answers, data, known)
    if paper is not None:
        documents.sign(session, actor, _key_of(paper), task.name, task=task)
    _attach(session, actor, task, form, answers)
    return answers


def _key_of(paper: str) -> int:
    """Return the key of a document that process data name; they may name anything."""
    if not paper.isdecimal():
        raise documents.DocumentNotFoundError
    return int(paper)


def _attach(
    session: Session, actor: Actor, task: UserTask, form: Form, answers: Values
) -> None:
    """Make uploaded files part of the case, for the readers that the field names.

    A file replaces the earlier one of its kind, unless the form has several of it.
    """
    files = form.files(answers)
    kinds = Counter(field.document for field, _ in files)
    for field, value in files:
        place = documents.Place(
            kind=field.document,
            scope_key=task.scope_key,
            instance_key=task.instance_key,
            task_key=task.key,
        )
        documents.attach(
            session,
            actor,
            int(value["documentId"]),
            place,
            _readers(field.access),
            versioned=bool(field.document) and kinds[field.document] == 1,
        )


def _readers(duties: Sequence[str] | None) -> Sequence[str]:
    if duties is None:
        return ("staff", "project")
    return [f"duty:{duty}" for duty in duties]


def _close(
    session: Session,
    actor: Actor,
    locked: Locked,
    answers: Values,
    behalf: str | None,
) -> None:
    task, connection = locked.task, session.connection()
    joint = task.joint_key is not None
    at = cache.now(session)
    connection.execute(
        _COMPLETE,
        {
            "key_": task.key,
            "by": actor.username,
            "at": at,
            "behalf": behalf,
            "kept": answers if joint else None,
        },
    )
    forget_candidates(session, [task.key])
    if locked.has_draft:
        connection.execute(_DROP_DRAFTS, {"task_": task.key})
    task.state, task.completed_at = UserTaskState.COMPLETED, at
    task.assignee = task.completed_by = actor.username
    task.on_behalf_of = behalf
    task.revision += 1


def _record(
    session: Session,
    actor: Actor,
    task: UserTask,
    answers: Values,
    behalf: str | None,
) -> int:
    details: dict[str, Any] = {"values": answers}
    if behalf is not None:
        details["on_behalf_of"] = behalf
    return journal.record(
        session,
        actor,
        Event.TASK_COMPLETED,
        instance=task.instance_key,
        task_key=task.key,
        element_id=task.element_id,
        details=details,
    )


def _tell(session: Session, actor: Actor, task: UserTask, answers: Values) -> None:
    """Tell the application, which may keep figures of its own."""
    hear = session.info.get("completed")
    if hear is not None:
        hear(session, actor, task, answers)


def _go_on(
    session: Session, held: Held, task: UserTask, answers: Values, entry: int
) -> None:
    if task.joint_key is not None:
        done = _round(session, task.joint_key)
        if not any(row.state == UserTaskState.CREATED for row in done):
            held.answered(entry, answers)
            _complete_round(session, held, task, done)
        return
    held.answered(entry, answers)
    stored = {task.result: answers} if task.form else answers
    held.run(lambda live, around: live.complete_task(task.ref, stored, around))


def _complete_round(
    session: Session, held: Held, task: UserTask, done: Sequence[AnyRow]
) -> None:
    items = [
        {
            **(row.answers or {}),
            "completed_by": row.completed_by,
            "completed_at": row.completed_at,
        }
        for row in done
    ]
    written = journal.answered_in(session, [row.key for row in done])
    for row in done:
        if row.key in written:
            held.answered(written[row.key], row.answers or {})
    session.connection().execute(_ROUND_OVER, {"joint": task.joint_key})
    stored = {f"{task.result}_list": items}
    held.run(lambda live, around: live.complete_task(task.ref, stored, around))


def _round(session: Session, joint_key: int) -> Sequence[AnyRow]:
    return session.connection().execute(_ROUND, {"joint": joint_key}).all()
