"""Who open tasks wait for, after duties or roles have changed.

The difference between the people before and after is applied to each open task, so
that candidates whom somebody added by hand stay.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from engine import cache, journal
from engine.actors import Actor
from engine.lifecycles import USER_TASK, UserTaskState
from engine.schema import UserTask, UserTaskCandidate

REASON = "duty changed"

# What the rows of one joint round have in common.
_SHARED = (
    "instance_key",
    "scope_key",
    "process_id",
    "definition_key",
    "deployment_key",
    "ref",
    "element_id",
    "name",
    "name_en",
    "path",
    "round",
    "form",
    "result",
    "duty",
    "mode",
    "joint_key",
    "priority",
    "due_at",
)

Members = Mapping[str, tuple[str, ...]]
Settle = Callable[[Session, Actor, int], None]


@dataclass(frozen=True, slots=True)
class Change:
    """Who got and who lost a duty in one scope.

    ``first`` tells that nobody held it before: then open tasks wait for people who
    only stood in, and leave them.
    """

    gained: tuple[str, ...]
    lost: tuple[str, ...]
    first: bool = False


def first_assignee(mode: str, people: Sequence[str]) -> str | None:
    """Return whose a new task is at once: the only one where one is to do it."""
    return people[0] if mode == "one" and len(people) == 1 else None


def shown_to(
    task_key: int, people: Iterable[str], assignee: str | None
) -> list[dict[str, Any]]:
    """Return the rows of `UserTaskCandidate` that an open task has."""
    return [
        {
            "task_key": task_key,
            "username": person,
            "taken": assignee not in {None, person},
        }
        for person in people
    ]


def share(
    session: Session, task_key: int, people: Iterable[str], assignee: str | None
) -> None:
    """Show an open task to these people, or only to whoever has it."""
    session.execute(
        delete(UserTaskCandidate).where(UserTaskCandidate.task_key == task_key)
    )
    if rows := shown_to(task_key, people, assignee):
        session.execute(insert(UserTaskCandidate), rows)


def changed(before: Members, after: Members) -> dict[str, Change]:
    """Return the duties whose people differ, and how."""
    changes = {}
    for duty in dict.fromkeys((*before, *after)):
        old, new = before.get(duty, ()), after.get(duty, ())
        gained = tuple(person for person in new if person not in old)
        lost = tuple(person for person in old if person not in new)
        if gained or lost:
            changes[duty] = Change(gained, lost, first=not old)
    return changes


def open_tasks(session: Session, scope_key: int | None = None) -> list[UserTask]:
    """Return the open tasks that name a duty; of one scope, or of all."""
    found = select(UserTask).where(UserTask.state == UserTaskState.CREATED)
    found = found.where(UserTask.duty != "").order_by(UserTask.key)
    if scope_key is not None:
        found = found.where(UserTask.scope_key == scope_key)
    return list(session.scalars(found.with_for_update()))


def of_round(session: Session, task: UserTask) -> tuple[str, ...]:
    """Return whom a task waits for: its candidates, or all people of its round."""
    if task.joint_key is None:
        return tuple(task.candidates)
    return tuple(_person(row) for row in _acting(session, task.joint_key))


def reassign(
    session: Session,
    actor: Actor,
    tasks: Iterable[UserTask],
    changes: Mapping[str, Change],
) -> int:
    """Give open tasks to the people who hold their duties now.

    Claims of people who lost the duty are released. Of a joint task, rows are added
    for new people and canceled for those who left; a round in which everybody left
    has acted already is settled by the hook ``settle_joint`` of `Database.info`.

    Returns:
        How many tasks (a joint round counts once) wait for other people than before.
    """
    concerned = [task for task in tasks if task.duty in changes]
    rounds: dict[int, Change] = {}
    for task in concerned:
        if task.joint_key is None:
            _share_anew(session, actor, task, changes[task.duty])
        else:
            rounds[task.joint_key] = changes[task.duty]
    for joint_key, change in rounds.items():
        _compose_anew(session, actor, joint_key, change)
    return len([t for t in concerned if t.joint_key is None]) + len(rounds)


def add(session: Session, actor: Actor, task: UserTask, people: Iterable[str]) -> None:
    """Let more people work on an open task that several share; claims stay.

    A joint task waits for the people of its round and takes no others.
    """
    before = list(task.candidates)
    after = list(dict.fromkeys((*before, *people)))
    if task.joint_key is not None or after == before:
        return
    task.candidates = after
    task.revision += 1
    session.flush()
    share(session, task.key, after, task.assignee)
    _record(session, actor, task, before, after)


def _share_anew(
    session: Session, actor: Actor, task: UserTask, changed: Change
) -> None:
    before = list(task.candidates)
    leaving = before if changed.first else changed.lost
    kept = [person for person in before if person not in leaving]
    after = list(dict.fromkeys((*kept, *changed.gained)))
    if after == before and task.assignee not in changed.lost:
        return
    task.candidates = after
    if task.assignee is None or task.assignee in changed.lost:
        task.assignee = first_assignee(task.mode, after)
    task.revision += 1
    share(session, task.key, after, task.assignee)
    _record(session, actor, task, before, after)


def _compose_anew(
    session: Session, actor: Actor, joint_key: int, changed: Change
) -> None:
    acting = _acting(session, joint_key)
    before = [_person(row) for row in acting]
    gained = [person for person in changed.gained if person not in before]
    opened = [row for row in acting if row.state == UserTaskState.CREATED]
    gone = [row for row in opened if _person(row) in changed.lost]
    after = [who for who in before if who not in {_person(row) for row in gone}]
    after += gained
    if after == before or not after:  # somebody must be left to act
        return
    for person in gained:
        _add_row(session, opened[0], person)
    for row in gone:
        _withdraw(session, row)
    _record(session, actor, opened[0], before, after)
    if not gained and len(gone) == len(opened):
        _settle(session, actor, joint_key)


def _acting(session: Session, joint_key: int) -> list[UserTask]:
    rows = select(UserTask).where(UserTask.joint_key == joint_key)
    rows = rows.where(UserTask.state != UserTaskState.CANCELED)
    return list(session.scalars(rows.order_by(UserTask.key)))


def _person(row: UserTask) -> str:
    return row.completed_by or row.assignee or row.candidates[0]


def _add_row(session: Session, pattern: UserTask, person: str) -> None:
    values: dict[str, Any] = {name: getattr(pattern, name) for name in _SHARED}
    row = UserTask(
        **values,
        assignee=person,
        candidates=[person],
        state=UserTaskState.CREATED,
        created_at=cache.now(session),
    )
    session.add(row)
    session.flush()
    share(session, row.key, [person], person)


def _withdraw(session: Session, row: UserTask) -> None:
    USER_TASK.check(row.state, UserTaskState.CANCELED)
    row.state = UserTaskState.CANCELED
    row.cancellation_reason = REASON
    row.revision += 1
    share(session, row.key, [], None)


def _record(
    session: Session,
    actor: Actor,
    task: UserTask,
    before: Sequence[str],
    after: Sequence[str],
) -> None:
    journal.record(
        session,
        actor,
        "TaskReassigned",
        scope_key=task.scope_key,
        instance=task.instance_key,
        task_key=task.key,
        element_id=task.element_id,
        details={"duty": task.duty, "before": list(before), "after": list(after)},
    )


def _settle(session: Session, actor: Actor, joint_key: int) -> None:
    settle: Settle | None = session.info.get("settle_joint")
    if settle is None:
        raise RuntimeError("Nobody settles joint tasks: Database.info['settle_joint']")
    settle(session, actor, joint_key)
