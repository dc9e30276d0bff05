"""The lists of user tasks: everybody's own, and whatever somebody looks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from engine import duties
from engine import search as searching
from engine.authorization import Actor, Permission, require
from engine.lifecycles import UserTaskState
from engine.schema import (
    ProcessInstance,
    Scope,
    UserTask,
    UserTaskCandidate,
)
from engine.search import Column, Found, Query, Searchable

TASKS: Table = UserTask.metadata.tables["user_task"]
_CANDIDATES: Table = UserTaskCandidate.metadata.tables["user_task_candidate"]
_INSTANCES: Table = ProcessInstance.metadata.tables["process_instance"]
_SCOPES: Table = Scope.metadata.tables["scope"]
_COLUMNS = tuple(column.name for column in TASKS.c)
"""The first that `_ROWS` selects; what follows belongs to other tables."""


@dataclass(frozen=True, slots=True)
class Item:
    """A task in a list: its columns, what it belongs to, how far its round is.

    ``task`` has the columns of `UserTask`; ``done`` and ``total`` count the people
    of a joint task (1 where it is none). ``scope_id`` is the project's number.
    """

    task: Row[Any]
    business_id: str | None
    scope_id: str | None
    scope_title: str | None
    done: int
    total: int

    def columns(self) -> dict[str, Any]:
        """Return the task's columns by name, all at once.

        A row looks for each name anew, which takes most of the time of a list.
        """
        return dict(zip(_COLUMNS, self.task, strict=False))


def _of_candidate(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return TASKS.c.key.in_(select(_CANDIDATES.c.task_key).where(condition))


NAMES: Mapping[str, Column] = {
    "userTaskKey": searching.key(TASKS.c.key),
    "state": searching.state(TASKS.c.state, UserTaskState),
    "assignee": searching.text(TASKS.c.assignee, nullable=True),
    "candidateUser": searching.related(_CANDIDATES.c.username, _of_candidate),
    "name": searching.text(TASKS.c.name),
    "text": searching.text(
        TASKS.c.name
        + " "
        + func.lower(TASKS.c.name_en)
        + " "
        + func.coalesce(_SCOPES.c.title, "")
    ),
    "elementId": searching.text(TASKS.c.element_id),
    "elementInstanceKey": searching.key(func.coalesce(TASKS.c.joint_key, TASKS.c.key)),
    "processDefinitionId": searching.text(TASKS.c.process_id),
    "processDefinitionKey": searching.key(TASKS.c.definition_key),
    "processInstanceKey": searching.key(TASKS.c.instance_key),
    "businessId": searching.text(_INSTANCES.c.business_id, nullable=True),
    "projectNo": searching.text(_SCOPES.c.business_id, nullable=True),
    "duty": searching.text(TASKS.c.duty),
    "mode": searching.text(TASKS.c.mode),
    "jointKey": searching.key(TASKS.c.joint_key, nullable=True),
    "round": searching.number(TASKS.c.round),
    "priority": searching.number(TASKS.c.priority),
    "creationDate": searching.moment(TASKS.c.created_at),
    "completionDate": searching.moment(TASKS.c.completed_at, nullable=True),
    "completedBy": searching.text(TASKS.c.completed_by, nullable=True),
    "dueDate": searching.moment(TASKS.c.due_at, nullable=True),
    "followUpDate": searching.moment(TASKS.c.follow_up_at, nullable=True),
}
_SEARCHABLE = Searchable(NAMES, TASKS.c.key)
_ROWS = (
    select(
        TASKS,
        _INSTANCES.c.business_id,
        _SCOPES.c.business_id.label("scope_id"),
        _SCOPES.c.title.label("scope_title"),
    )
    .join(_INSTANCES, _INSTANCES.c.key == TASKS.c.instance_key)
    .outerjoin(_SCOPES, _SCOPES.c.key == TASKS.c.scope_key)
)
_BY_KEYS = _ROWS.where(TASKS.c.key.in_(bindparam("keys", expanding=True)))
_KEY, _STATE, _JOINT = (_COLUMNS.index(n) for n in ("key", "state", "joint_key"))
_OTHERS = slice(len(_COLUMNS), len(_COLUMNS) + 3)
_IS_OPEN = TASKS.c.state == UserTaskState.CREATED
_DONE = func.sum(case((TASKS.c.state == UserTaskState.COMPLETED, 1), else_=0))


def search(
    session: Session,
    actor: Actor,
    query: Query,
    *,
    everybodys: bool = False,
    represented: bool = False,
) -> Found[Item]:
    """Return the tasks that the actor looks for among his own.

    With ``represented`` those count too whose answers he may record for others
    (代录). Administrators, and others of the staff with ``everybodys``, look among
    all: staff may know that a task exists and whose it is, customers may not.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    require(actor, Permission.READ_TASKS)
    if actor.administrator or (everybodys and not actor.is_customer):
        return _found(session, _SEARCHABLE.search(session, _ROWS, query))
    recorded = _represented(session, actor) if represented else []
    rest = _of_open_tasks(query)
    if rest is not None:
        return _open_tasks(session, actor, rest, recorded)
    rows = _ROWS.where(or_(own(actor), *recorded))
    return _found(session, _SEARCHABLE.search(session, rows, query))


def item_of(session: Session, key: int) -> Item:
    """Return one task as a list shows it; the caller has found that it may be seen."""
    found = session.connection().execute(_ROWS.where(TASKS.c.key == key)).all()
    return _found(session, Found(found, 1, more=False)).items[0]


def mine(session: Session, actor: Actor, query: Query | None = None) -> Found[Item]:
    """Return the open tasks that the actor may work on now, the oldest first.

    Its cost grows with the actor's tasks, not with everybody's.
    """
    require(actor, Permission.READ_TASKS)
    return _open_tasks(session, actor, query or Query())


def _of_open_tasks(query: Query) -> Query | None:
    """Return what else is asked of open tasks; None where it is not of them alone."""
    filters = dict(query.filter)
    state = filters.pop("state", None)
    if state not in (UserTaskState.CREATED, {"$eq": UserTaskState.CREATED}):
        return None
    return replace(query, filter=filters)


def _open_tasks(
    session: Session,
    actor: Actor,
    query: Query,
    recorded: Sequence[ColumnElement[bool]] = (),
) -> Found[Item]:
    """Return what is in the actor's inbox, and what he may record for others.

    A plain page of it is read from the table of candidates alone, and its tasks by
    their keys: so it costs the same however many tasks there are.
    """
    shown = [_CANDIDATES.c.username == actor.username, ~_CANDIDATES.c.taken]
    keys = select(_CANDIDATES.c.task_key).where(*shown)
    if recorded:
        # A union, because no index serves what is one or the other.
        more = select(TASKS.c.key).where(_IS_OPEN, or_(*recorded))
        rows = _ROWS.where(TASKS.c.key.in_(keys.union(more)))
        return _found(session, _SEARCHABLE.search(session, rows, query))
    if query.filter or query.sort:
        rows = _ROWS.join(_CANDIDATES, _CANDIDATES.c.task_key == TASKS.c.key)
        return _found(session, _MINE.search(session, rows.where(*shown), query))
    page = _MINE.search(session, keys, query)
    wanted = [row.task_key for row in page.items]
    found = session.connection().execute(_BY_KEYS, {"keys": wanted}) if wanted else ()
    known = {row[_KEY]: row for row in found}
    return _found(session, replace(page, items=[known[key] for key in wanted]))


def own(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for tasks that the actor may do, does or has done.

    What somebody else has claimed is that person's.
    """
    asked = select(_CANDIDATES.c.task_key).where(
        _CANDIDATES.c.username == actor.username
    )
    return or_(
        and_(TASKS.c.assignee.is_(None), TASKS.c.key.in_(asked)),
        TASKS.c.assignee == actor.username,
        TASKS.c.completed_by == actor.username,
        TASKS.c.on_behalf_of == actor.username,
    )


def _represented(session: Session, actor: Actor) -> list[ColumnElement[bool]]:
    """Return the conditions under which the actor is a proxy of a task's people."""
    found = []
    held = duties.held_by(session, actor.username)
    for duty in duties.in_force(session).duties.values():
        scopes = sorted({key for key, role in held if role in duty.proxies})
        if actor.username in duties.proxies(session, duty.name):
            found.append(TASKS.c.duty == duty.name)
        elif scopes:
            found.append(and_(TASKS.c.duty == duty.name, TASKS.c.scope_key.in_(scopes)))
    return found


# The order of the candidates' primary key is that of the tasks' keys, so that the
# first page is read without sorting.
_MINE = Searchable(NAMES, _CANDIDATES.c.task_key)


def _found(session: Session, found: Found[Row[Any]]) -> Found[Item]:
    joint = {row[_JOINT] for row in found.items if row[_JOINT] is not None}
    rounds = _rounds(session, joint) if joint else {}
    items = [_item(row, rounds) for row in found.items]
    return Found(items, found.total, found.more, found.start_cursor, found.end_cursor)


def _item(row: Row[Any], rounds: Mapping[int, tuple[int, int]]) -> Item:
    alone = int(row[_STATE] == UserTaskState.COMPLETED), 1
    done, total = rounds.get(row[_JOINT], alone)
    business_id, scope_id, scope_title = row[_OTHERS]
    return Item(row, business_id, scope_id, scope_title, done, total)


def _rounds(
    session: Session, joint_keys: Iterable[int]
) -> Mapping[int, tuple[int, int]]:
    """Return how many people of each joint task are done, and how many there are."""
    counted: Select[Any] = (
        select(TASKS.c.joint_key, _DONE, func.count())
        .where(
            and_(
                TASKS.c.joint_key.in_(joint_keys),
                TASKS.c.state != UserTaskState.CANCELED,
            )
        )
        .group_by(TASKS.c.joint_key)
    )
    rows = session.connection().execute(counted)
    return {key: (int(done), total) for key, done, total in rows}


rounds_of = _rounds
