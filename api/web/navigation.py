"""What the menu offers to whom."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.authorization import Actor, Permission, permits
from engine.lifecycles import UserTaskState
from engine.schema import Notification, UserTask, UserTaskCandidate

_WORK = (
    ("nav.mine", "/"),
    ("nav.claimable", "/claimable"),
    ("nav.done", "/done"),
    ("nav.started", "/started"),
    ("nav.notices", "/notices"),
    ("nav.projects", "/projects"),
)


def menu_counts(session: Session, actor: Actor) -> dict[str, int]:
    """Return what waits for the reader: tasks to do, to claim, unread notices."""
    waiting = (
        select(
            func.count().filter(UserTask.assignee == actor.username),
            func.count().filter(UserTask.assignee.is_(None)),
        )
        .join(UserTaskCandidate, UserTaskCandidate.task_key == UserTask.key)
        .where(
            UserTaskCandidate.username == actor.username,
            UserTask.state == UserTaskState.CREATED,
        )
    )
    mine, claimable = session.execute(waiting).one()
    unread = select(func.count()).where(
        Notification.recipient == actor.username, Notification.read_at.is_(None)
    )
    return {
        "nav.mine": mine,
        "nav.claimable": claimable,
        "nav.notices": session.scalar(unread) or 0,
    }


def entries_for(actor: Actor | None) -> list[tuple[str, str]]:
    """Return the menu as text keys and addresses."""
    if actor is None:
        return []
    entries = list(_WORK)
    if permits(actor, Permission.READ_PROCEDURE):
        entries.append(("nav.procedure", "/procedure"))
    if permits(actor, Permission.READ_DEFINITIONS):
        entries.append(("nav.processes", "/processes"))
    if permits(actor, Permission.RESOLVE_INCIDENTS):
        entries.append(("nav.incidents", "/incidents"))
    return entries
