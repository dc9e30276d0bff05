"""Everything that a page shows of a task, in one answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import cache, disclosure, forms, inbox, journal
from engine.authorization import Actor, NotCandidateError, duties_of
from engine.forms import Form, Shown
from engine.instances import data_of
from engine.lifecycles import InstanceState, UserTaskState
from engine.runtime import NotWaitingError
from engine.schema import ProcessInstance, UserTask, UserTaskDraft
from engine.user_tasks import drafts, returns, rows
from engine.user_tasks.facts import facts
from engine.user_tasks.rows import ClaimedError

Pair = tuple[Shown, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """A task with all that is needed to work on it.

    ``values`` is the process data that the reader may see; ``defaults`` opens the
    form (a draft is apart). ``shown`` holds what the form shows of the case beside
    the fields, each with its value, ``options`` the choices by field. ``actions``
    are the names of what the actor may do now; ``on_behalf_of`` whom he would
    represent. ``etag`` is the task's revision. ``done`` and ``total`` count the
    people of a joint task.
    """

    task: UserTask
    form: Form | None
    values: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, list[tuple[Any, str]]] = field(default_factory=dict)
    shown: tuple[Pair, ...] = ()
    draft: UserTaskDraft | None = None
    actions: frozenset[str] = frozenset()
    on_behalf_of: str | None = None
    history: tuple[disclosure.Line, ...] = ()
    etag: str = ""
    done: int = 0
    total: int = 1


def view(session: Session, actor: Actor, key: int) -> TaskView:
    """Return a task as the actor may see it.

    Raises:
        TaskNotFoundError: There is none, as far as the actor may know.
    """
    task = rows.find(session, actor, key)
    instance = session.get_one(ProcessInstance, task.instance_key)
    form, actions, behalf = _form(session, task), set[str](), None
    if _is_open(task, instance):
        actions, behalf = _actions(session, actor, task)
    raw = _data(session, task, instance)
    values = disclosure.variables(
        session, actor, instance.model_key, task.scope_key, raw
    )
    done, total = inbox.rounds_of(session, [task.joint_key or 0]).get(
        task.joint_key or 0, (int(task.state is UserTaskState.COMPLETED), 1)
    )
    return TaskView(
        task=task,
        form=form,
        values=values,
        draft=drafts.draft(session, actor, key),
        actions=frozenset(actions),
        on_behalf_of=behalf,
        history=tuple(history(session, actor, key)),
        etag=str(task.revision),
        done=done,
        total=total,
        **_drawn(session, actor, task, form, values, behalf),
    )


def history(session: Session, actor: Actor, key: int) -> list[disclosure.Line]:
    """Return what the journal knows of a task, the first entry first.

    Raises:
        TaskNotFoundError: There is none, as far as the actor may know.
    """
    task = rows.find(session, actor, key)
    keys = {key, task.joint_key or key}
    entries = [
        entry for each in keys for entry in journal.entries_of(session, task_key=each)
    ]
    entries.sort(key=lambda entry: entry.key)
    return disclosure.lines(session, actor, entries)


def _form(session: Session, task: UserTask) -> Form | None:
    if not task.form:
        return None
    return forms.form_of(session, task.deployment_key, task.form)


def _is_open(task: UserTask, instance: ProcessInstance) -> bool:
    return (
        task.state is UserTaskState.CREATED
        and instance.state is InstanceState.ACTIVE
        and not instance.suspended
    )


def _data(
    session: Session, task: UserTask, instance: ProcessInstance
) -> dict[str, Any]:
    """Return what the task sees; of a finished one what the case holds."""
    if task.state is UserTaskState.CREATED:
        try:
            return data_of(session, instance.key, task.ref)
        except NotWaitingError:
            pass
    return data_of(session, instance.key)


def _actions(
    session: Session, actor: Actor, task: UserTask
) -> tuple[set[str], str | None]:
    found: set[str] = set()
    manages = rows.may_manage(session, actor, task)
    if manages:
        found |= {"assign", "update"}
    try:
        behalf = rows.require_worker(session, actor, task)
    except (NotCandidateError, ClaimedError):
        return found, None
    found |= {"complete", "draft"}
    if task.assignee is None and behalf is None:
        found.add("claim")
    if returns.can_go_back(session, task):
        found.add("return")
    own = task.assignee == actor.username
    if task.assignee is not None and task.joint_key is None and (own or manages):
        found.add("release")
    if own:
        found.add("assign")
    return found, behalf


def _drawn(
    session: Session,
    actor: Actor,
    task: UserTask,
    form: Form | None,
    values: Mapping[str, Any],
    behalf: str | None,
) -> dict[str, Any]:
    """Return what a form needs beside its fields."""
    if form is None or task.state is not UserTaskState.CREATED:
        return {}
    now = cache.now(session)
    known = facts(
        session, actor, task, form, on_behalf=behalf is not None, data=lambda: values
    )
    earlier = _earlier(session, actor, task, form)
    return {
        "defaults": {**form.defaults(values, known, now), **earlier},
        "options": form.options(values, known, now),
        "shown": tuple(form.shown(values, known, now)),
    }


def _earlier(
    session: Session, actor: Actor, task: UserTask, form: Form
) -> dict[str, Any]:
    """Return the last answer of a joint round; blind forms keep it to themselves."""
    if task.joint_key is None or form.blind:
        return {}
    answers = session.scalar(
        select(UserTask.answers)
        .where(
            UserTask.joint_key == task.joint_key,
            UserTask.state == UserTaskState.COMPLETED,
        )
        .order_by(UserTask.completed_at.desc(), UserTask.key.desc())
        .limit(1)
    )
    held = duties_of(session, actor, task.scope_key)
    return form.visible(answers, held) if answers else {}
