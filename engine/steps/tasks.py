"""User tasks of a step: opened for the right people, withdrawn when overtaken."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from engine import (
    cache,
    calendars,
    candidates,
    definitions,
    duties,
    journal,
    notifications,
)
from engine.authorization import SYSTEM, Actor
from engine.events import Event
from engine.lifecycles import UserTaskState
from engine.runtime import Closed, StepIncident, Wait
from engine.schema import UserTask, UserTaskCandidate, next_key
from engine.settings import Settings
from engine.steps.running import Running

TABLE: Table = UserTask.metadata.tables["user_task"]
CANDIDATES: Table = UserTaskCandidate.metadata.tables["user_task_candidate"]
FALLBACK_DUTY = "service_management"
"""R0.4: whatever nobody is responsible for."""

LOOP_DUTY = "service_director"
LOOP_TEMPLATE = "loop_round"
NOTIFY_TEMPLATE = "notice"
NOBODY = "nobody-responsible"
JOINT = "all"
NOTIFY = "notify"
_DEFAULT_PRIORITY = 50

_INSERT = insert(TABLE)
_INSERT_CANDIDATES = insert(CANDIDATES)
_OPEN = select(TABLE.c.key, TABLE.c.ref, TABLE.c.element_id).where(
    TABLE.c.instance_key == bindparam("instance"),
    TABLE.c.state == UserTaskState.CREATED,
    TABLE.c.ref.in_(bindparam("refs", expanding=True)),
)
_CANCEL = (
    update(TABLE)
    .where(TABLE.c.key.in_(bindparam("keys", expanding=True)))
    .values(
        state=UserTaskState.CANCELED,
        cancellation_reason=bindparam("reason"),
        completed_at=bindparam("at"),
        revision=TABLE.c.revision + 1,
    )
)
_FORGET_ANSWERS = (
    update(TABLE)
    .where(
        TABLE.c.instance_key == bindparam("instance"),
        TABLE.c.ref.in_(bindparam("refs", expanding=True)),
        TABLE.c.answers.is_not(None),
    )
    .values(answers=None)
)
_FORGET_CANDIDATES = delete(CANDIDATES).where(
    CANDIDATES.c.task_key == bindparam("key_")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A task element that was reached, and the people it waits for.

    ``key`` is the key of the element instance; the task has the same one, and the
    rows of a joint task share it as their ``joint_key``.
    """

    key: int
    wait: Wait
    place: definitions.Place
    mode: str
    people: tuple[str, ...]
    owned: bool


def mode_of(session: Session, wait: Wait) -> str:
    """Return how people share the task: the element's word, else the duty's."""
    return wait.mode or duties.mode(session, wait.duty or "")


def people_of(session: Session, wait: Wait, scope_key: int | None) -> tuple[str, ...]:
    """Return the active people that the element itself names or charges.

    A duty that was an expression may have given a duty or a person.
    """
    named = wait.candidates if wait.candidates is not None else (wait.duty or "",)
    return duties.people(session, named, scope_key)


def result_of(wait: Wait) -> str:
    """Return the name under which the answers are stored in process data."""
    return wait.result or wait.element_id.removeprefix("UT_").lower()


def open_tasks(
    session: Session,
    actor: Actor,
    instance: Running,
    waits: Iterable[Wait],
    keys: Mapping[str, int],
) -> tuple[list[Opening], list[StepIncident]]:
    """Find out whom new task elements wait for; no task is written yet.

    ``keys`` holds the keys of their element instances, by ref.

    Nobody responsible: the task goes to service management (R0.4) and the journal
    says so; where not even that is anybody, an incident is returned beside it.
    """
    openings, incidents = [], []
    for wait in waits:
        opening = _opening(session, instance, wait, keys.get(wait.ref) or next_key())
        openings.append(opening)
        _record_opening(session, actor, instance, opening)
        if not opening.people:
            incidents.append(_nobody(wait))
        _tell_of_rounds(session, instance, opening)
    return openings, incidents


def write_tasks(
    session: Session, instance: Running, openings: Sequence[Opening]
) -> None:
    """Insert the tasks and their candidates, each with one statement."""
    now = cache.now(session)
    rows = [row for each in openings for row in _rows(instance, each, now)]
    if not rows:
        return
    for row in rows:
        given = row["element_id"], now, row["due_at"]
        row["remind_at"] = calendars.remind_before(session, *given)
    connection = session.connection()
    connection.execute(_INSERT, rows)
    asked = [
        shown
        for row in rows
        for shown in candidates.shown_to(row["key"], row["candidates"], row["assignee"])
    ]
    if asked:
        connection.execute(_INSERT_CANDIDATES, asked)


def withdraw_tasks(
    session: Session, actor: Actor, instance: Running, closed: Iterable[Closed]
) -> None:
    """Cancel the open tasks of what was cut off, with the reason."""
    reasons = {each.wait.ref: each.reason for each in closed if not each.completed}
    if not reasons:
        return
    connection = session.connection()
    refs = {"instance": instance.key, "refs": list(reasons)}
    by_reason: dict[str, list[int]] = {}
    for key, ref, element_id in connection.execute(_OPEN, refs):
        by_reason.setdefault(reasons[ref], []).append(key)
        _record_withdrawal(session, actor, instance, key, element_id, reasons[ref])
    for reason, keys in by_reason.items():
        values = {"keys": keys, "reason": reason, "at": cache.now(session)}
        connection.execute(_CANCEL, values)
        forget_candidates(session, keys)
    connection.execute(_FORGET_ANSWERS, refs)


def forget_candidates(session: Session, task_keys: Sequence[int]) -> None:
    """Take tasks that are over out of everybody's inbox."""
    if task_keys:
        keys = [{"key_": key} for key in task_keys]
        session.connection().execute(_FORGET_CANDIDATES, keys)


def _opening(session: Session, instance: Running, wait: Wait, key: int) -> Opening:
    people = people_of(session, wait, instance.scope_key)
    owned = bool(people)
    if not owned:
        people = duties.resolve(session, FALLBACK_DUTY, instance.scope_key)
    mode = mode_of(session, wait)
    return Opening(
        key=key,
        wait=wait,
        place=_place(session, instance, wait),
        mode=mode if owned or mode != JOINT else "any",
        people=people,
        owned=owned,
    )


def _rows(instance: Running, opening: Opening, now: Any) -> Iterator[dict[str, Any]]:
    if opening.mode == JOINT:
        for person in opening.people:
            yield _row(instance, opening, now, next_key(), [person], person)
        return
    people = list(opening.people)
    first = candidates.first_assignee(opening.mode, people)
    yield _row(instance, opening, now, opening.key, people, first)


def _row(
    instance: Running,
    opening: Opening,
    now: Any,
    key: int,
    people: list[str],
    assignee: str | None,
) -> dict[str, Any]:
    wait, place = opening.wait, opening.place
    form = wait.form or ""
    return {
        "key": key,
        "instance_key": instance.key,
        "scope_key": instance.scope_key,
        "process_id": place.definition.process_id,
        "definition_key": place.definition.key,
        "deployment_key": place.definition.deployment_key,
        "ref": wait.ref,
        "element_id": wait.element_id,
        "name": wait.element_name or place.info.name or wait.element_id,
        "name_en": place.info.name_en,
        "path": "/".join(wait.path),
        "round": wait.round,
        "form": form,
        "result": result_of(wait) if form or opening.mode == JOINT else "",
        "duty": wait.duty or "",
        "mode": opening.mode,
        "joint_key": opening.key if opening.mode == JOINT else None,
        "assignee": assignee,
        "candidates": people,
        "state": UserTaskState.CREATED,
        "cancellation_reason": None,
        "priority": _DEFAULT_PRIORITY if wait.priority is None else wait.priority,
        "due_at": wait.due_at,
        "follow_up_at": None,
        "created_at": now,
        "completed_at": None,
        "completed_by": None,
        "on_behalf_of": None,
        "answers": None,
        "revision": 1,
    }


def _record_opening(
    session: Session, actor: Actor, instance: Running, opening: Opening
) -> None:
    wait = opening.wait
    details = {"people": list(opening.people), "round": wait.round}
    event = Event.TASK_CREATED if opening.owned else Event.TASK_UNOWNED
    if not opening.owned:
        details["duty"] = wait.duty or ", ".join(wait.candidates or ())
    journal.record(
        session,
        actor,
        event,
        instance=instance.key,
        task_key=opening.key,
        element_id=wait.element_id,
        details=details,
    )


def _record_withdrawal(
    session: Session,
    actor: Actor,
    instance: Running,
    task_key: int,
    element_id: str,
    reason: str,
) -> None:
    journal.record(
        session,
        actor,
        Event.TASK_CANCELED,
        instance=instance.key,
        task_key=task_key,
        element_id=element_id,
        details={"reason": reason},
    )


def _nobody(wait: Wait) -> StepIncident:
    duty = wait.duty or ", ".join(wait.candidates or ()) or "–"
    return StepIncident(
        ref=wait.ref,
        element_id=wait.element_id,
        code=NOBODY,
        message_en=(
            f"Nobody holds the duty {duty}, nor service management; "
            "charge somebody in the duty configuration, then retry"
        ),
        message_zh=(
            f"职责“{duty}”没有负责人,项目服务管理组也没有人员;"
            "请在职责配置中指定人员后重试"
        ),
    )


def tell(session: Session, actor: Actor, instance: Running, wait: Wait) -> None:
    """Tell the people of a task that only tells (mode notify): nobody has to act."""
    place = _place(session, instance, wait)
    people = people_of(session, wait, instance.scope_key)
    template = place.info.properties.get("template", NOTIFY_TEMPLATE)
    _notify(session, actor, instance, wait, people, template)


def _tell_of_rounds(session: Session, instance: Running, opening: Opening) -> None:
    """X9: from the third round on, the service director hears of every round."""
    settings = cast("Settings", session.info["settings"])
    if opening.wait.round >= settings.loop_notify_after:
        people = duties.resolve(session, LOOP_DUTY, instance.scope_key)
        _notify(session, SYSTEM, instance, opening.wait, people, LOOP_TEMPLATE)


def _notify(
    session: Session,
    actor: Actor,
    instance: Running,
    wait: Wait,
    people: Sequence[str],
    template: str,
) -> None:
    if not people:
        return
    place = _place(session, instance, wait)
    name = place.info.name or wait.element_id
    name_en = place.info.name_en or name
    values = {
        "task": name,
        "task_en": name_en,
        "title": name,
        "title_en": name_en,
        "round": wait.round,
    }
    notifications.notify(
        session,
        actor,
        people,
        notifications.Wording(template=template, values=values),
        notifications.Cause(
            scope_key=instance.scope_key,
            instance_key=instance.key,
            element_id=wait.element_id,
            deployment_key=place.definition.deployment_key,
        ),
    )


def _place(session: Session, instance: Running, wait: Wait) -> definitions.Place:
    return definitions.place(session, instance.model_key, wait.path, wait.element_id)
