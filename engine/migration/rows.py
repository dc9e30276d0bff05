"""Rows of an instance follow it to another version, and back again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from engine import candidates
from engine.authorization import Actor
from engine.candidates import Change
from engine.lifecycles import ElementState, IncidentState, JobState
from engine.migration import opened
from engine.migration.opened import OpenTask
from engine.runtime import Migrated, Remark, Wait
from engine.schema import (
    ElementInstance,
    Incident,
    Job,
    MessageSubscription,
    ProcessInstance,
    Timer,
    UserTask,
)
from engine.steps import Running, tasks

INSTANCES: Table = ProcessInstance.metadata.tables["process_instance"]
TASKS: Table = UserTask.metadata.tables["user_task"]
_ELEMENTS: Table = ElementInstance.metadata.tables["element_instance"]
_INCIDENTS: Table = Incident.metadata.tables["incident"]
_JOBS: Table = Job.metadata.tables["job"]
_TIMERS: Table = Timer.metadata.tables["timer"]
_SUBSCRIPTIONS: Table = MessageSubscription.metadata.tables["message_subscription"]
_OPEN_JOBS = (JobState.CREATED, JobState.FAILED)
_OF_TASKS = (
    "element_id", "name", "name_en", "path", "form", "result", "duty", "process_id",
    "definition_key", "deployment_key",
)  # fmt: skip


def as_json(remarks: Iterable[Remark]) -> list[dict[str, Any]]:
    """Return remarks as they are stored."""
    return [
        {**asdict(remark), "path": list(remark.path), "weight": remark.weight.value}
        for remark in remarks
    ]


def before(session: Session, instance: Running) -> dict[str, Any]:
    """Return what the rows of an instance say now, for going back."""
    key, execute = instance.key, session.connection().execute

    def all_of(table: Table, *names: str, **where: Any) -> list[dict[str, Any]]:
        columns = [table.c[name] for name in ("key", *names)]
        query = select(*columns).where(table.c.instance_key == key)
        for name, value in where.items():
            query = query.where(table.c[name].in_(value))
        return [_plain(row._asdict()) for row in execute(query.order_by(table.c.key))]

    return {
        "tasks": all_of(TASKS, *_OF_TASKS, "candidates", state=["CREATED"]),
        "elements": all_of(
            _ELEMENTS, "element_id", "path", state=[ElementState.ACTIVE]
        ),
        "jobs": all_of(_JOBS, "element_id", state=_OPEN_JOBS),
        "incidents": all_of(_INCIDENTS, "element_id", state=[IncidentState.ACTIVE]),
        "timers": all_of(_TIMERS, *_names(_TIMERS)),
        "subscriptions": all_of(_SUBSCRIPTIONS, *_names(_SUBSCRIPTIONS)),
    }


def place(session: Session, instance: Running) -> None:
    """Write to which version the instance belongs; its state is saved apart."""
    session.connection().execute(
        update(INSTANCES)
        .where(INSTANCES.c.key == instance.key)
        .values(
            model_key=instance.model_key,
            definition_key=instance.definition_key,
            process_id=instance.process_id,
        )
    )


def follow(
    session: Session,
    actor: Actor,
    instance: Running,
    migrated: Migrated,
    waits: Mapping[str, Wait],
    tasks_now: Sequence[OpenTask],
) -> None:
    """Let tasks, elements, timers, subscriptions, jobs and incidents follow."""
    for task in tasks_now:
        _follow_task(session, actor, task)
    _follow_places(session, instance, migrated)
    _follow_waits(session, instance, waits)
    session.flush()


def go_back(
    session: Session, actor: Actor, instance: Running, stored: Mapping[str, Any]
) -> None:
    """Let the rows say again what they said before."""
    _restore_tasks(session, actor, stored["tasks"])
    execute = session.connection().execute
    for table, name in ((_ELEMENTS, "elements"), (_JOBS, "jobs"),
                        (_INCIDENTS, "incidents")):  # fmt: skip
        for row in stored[name]:
            values = {column: row[column] for column in row if column != "key"}
            execute(update(table).where(table.c.key == row["key"]).values(values))
    for table, name in ((_TIMERS, "timers"), (_SUBSCRIPTIONS, "subscriptions")):
        execute(delete(table).where(table.c.instance_key == instance.key))
        rows = [_read(table, row) for row in stored[name]]
        if rows:
            execute(insert(table), rows)
    session.expire_all()


def _follow_task(session: Session, actor: Actor, task: OpenTask) -> None:
    row, wait, place_now = task.row, task.wait, task.place
    duty = wait.duty or ""
    if duty != row.duty:
        _give(session, actor, row, opened.people(session, task))
    form = wait.form or ""
    row.element_id = wait.element_id
    row.name = wait.element_name or place_now.info.name or wait.element_id
    row.name_en, row.path = place_now.info.name_en, "/".join(wait.path)
    row.form, row.duty = form, duty
    row.result = tasks.result_of(wait) if form or row.joint_key is not None else ""
    row.process_id = place_now.definition.process_id
    row.definition_key = place_now.definition.key
    row.deployment_key = place_now.definition.deployment_key
    row.revision += 1
    session.flush()


def _give(session: Session, actor: Actor, row: UserTask, people: Sequence[str]) -> None:
    """Let a task wait for these people; claims of those who stay hold."""
    old = candidates.of_round(session, row)
    gained = tuple(person for person in people if person not in old)
    lost = tuple(person for person in old if person not in people)
    if gained or lost:
        change = {row.duty: Change(gained, lost)}
        candidates.reassign(session, actor, [row], change)


def _follow_places(session: Session, instance: Running, migrated: Migrated) -> None:
    """Rename open elements, incidents and jobs by their tokens."""
    execute = session.connection().execute
    for table, state in (
        (_ELEMENTS, [ElementState.ACTIVE]),
        (_INCIDENTS, [IncidentState.ACTIVE]),
        (_JOBS, _OPEN_JOBS),
    ):
        query = select(table.c.key, table.c.ref, table.c.element_id).where(
            table.c.instance_key == instance.key, table.c.state.in_(state)
        )
        for key, ref, element_id in execute(query).all():
            found = migrated.places.get(ref)
            if found is None:
                continue
            values = {"element_id": found[0]}
            if table is _ELEMENTS:
                values["path"] = "/".join(found[1])
            elif found[0] == element_id:
                continue
            execute(update(table).where(table.c.key == key).values(values))


def _follow_waits(
    session: Session, instance: Running, waits: Mapping[str, Wait]
) -> None:
    execute = session.connection().execute
    for table in (_TIMERS, _SUBSCRIPTIONS):
        query = select(table.c.key, table.c.ref).where(
            table.c.instance_key == instance.key
        )
        for key, ref in execute(query).all():
            wait = waits.get(ref)
            if wait is None:
                continue
            values = {"element_id": wait.element_id}
            if table is _SUBSCRIPTIONS:
                values["name"] = wait.name
            execute(update(table).where(table.c.key == key).values(values))


def _restore_tasks(
    session: Session, actor: Actor, stored: Iterable[Mapping[str, Any]]
) -> None:
    for kept in stored:
        row = session.get_one(UserTask, kept["key"], populate_existing=True)
        if row.duty != kept["duty"] and row.joint_key is None:
            _give(session, actor, row, kept["candidates"])
        for name in _OF_TASKS:
            setattr(row, name, kept[name])
        row.revision += 1
    session.flush()


def _names(table: Table) -> list[str]:
    return [column.name for column in table.c if column.name != "key"]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in row.items()
    }


def _read(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if _is_time(table, name) else value
        for name, value in row.items()
    }


def _is_time(table: Table, name: str) -> bool:
    return name.endswith("_at") and name in table.c
