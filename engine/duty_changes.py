"""New versions of the duty configuration, and what they do to open tasks."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import cache, candidates, duties, duty_usage, journal
from engine.actors import SYSTEM, Actor
from engine.authorization import Permission, require
from engine.database import alone
from engine.duty_book import DutyBook
from engine.duty_check import Used, check
from engine.duty_file import DutyConfigurationError, read
from engine.errors import Problem, StaleVersionError
from engine.schema import DutyConfiguration, UserTask, to_json

_log = structlog.get_logger()

People = dict[int | None, candidates.Members]
"""For each scope with open tasks: who holds which duty."""


class DutiesChangedError(StaleVersionError):
    """Somebody stored another version since the caller read one."""

    code = "duties-changed"

    def __init__(self) -> None:
        super().__init__(
            "The duties were changed meanwhile; reload them and try again",
            "职责配置已被他人修改;请刷新后重试",
        )


@dataclass(frozen=True, slots=True)
class Replaced:
    """What a new configuration came to: its version, and how many tasks moved."""

    version: int
    reassigned: int


def newest(session: Session) -> DutyConfiguration | None:
    """Return the row of the configuration in force."""
    rows = select(DutyConfiguration).order_by(DutyConfiguration.version.desc())
    return session.scalar(rows.limit(1))


def seed(session: Session, content: Mapping[str, Any]) -> None:
    """Store version 1, unless there is a configuration already.

    Raises:
        DutyConfigurationError: It contradicts itself.
    """
    if newest(session) is None:
        _store(session, SYSTEM, 1, read(content), content)


def replace(
    session: Session,
    actor: Actor,
    content: Mapping[str, Any],
    *,
    version: int | None = None,
) -> Replaced:
    """Store a new version and hand open tasks to the people it names.

    Args:
        session: The transaction.
        actor: An administrator.
        content: The configuration, as a seed file says it.
        version: The version that the caller read, if he did.

    Raises:
        DutyConfigurationError: It contradicts itself, or a diagram needs more.
        DutiesChangedError: ``version`` is not the one in force.
    """
    require(actor, Permission.MANAGE_DUTIES)
    _be_alone(session)
    row = newest(session)
    current = row.version if row else 0
    if version is not None and version != current:
        raise DutiesChangedError
    book = read(content)
    tasks = candidates.open_tasks(session)
    needed = {**_used_by(session, tasks), **duty_usage.used(session)}
    _require_sound(session, book, needed)
    before = _people(session, tasks)
    _store(session, actor, current + 1, book, content)
    return Replaced(current + 1, _reassign(session, actor, tasks, before))


def people_now(session: Session) -> People:
    """Return who holds which duty, for every scope with open tasks.

    Until the commit no other command gives tasks to anybody.

    Raises:
        DutiesChangedError: Somebody else changes duties right now.
    """
    _be_alone(session)
    return _people(session, candidates.open_tasks(session))


def follow_people(session: Session, actor: Actor, before: People) -> int:
    """Hand open tasks on after accounts changed; ``before`` is from `people_now`.

    Returns:
        How many tasks wait for other people than before.
    """
    if not before:
        return 0
    return _reassign(session, actor, candidates.open_tasks(session), before)


def follow_absences(session: Session, actor: Actor = SYSTEM) -> int:
    """Hand open tasks over to deputies and back, as of today's business date.

    To be called once a day and whenever the business clock was set; calling it
    again changes nothing.

    Returns:
        How many tasks wait for other people than before.
    """
    absences = [each for each in duties.in_force(session).deputies if each.is_absence]
    moved = 0
    for task in candidates.open_tasks(session) if absences else ():
        concerned = {
            who
            for each in absences
            if not each.duties or task.duty in each.duties
            for who in (each.absent, each.deputy)
        }
        holders = duties.resolve(session, task.duty, task.scope_key)
        if not holders:
            continue
        waiting = candidates.of_round(session, task)
        change = candidates.Change(
            gained=tuple(p for p in holders if p in concerned and p not in waiting),
            lost=tuple(p for p in waiting if p in concerned and p not in holders),
        )
        if change.gained or change.lost:
            changes = {task.duty: change}
            moved += candidates.reassign(session, actor, [task], changes)
    return moved


def _be_alone(session: Session) -> None:
    """Let no task be opened by the old duties while they change.

    What was read before others had finished is read again.
    """
    if not alone(session):
        raise DutiesChangedError
    cache.caches(session).refresh(session)
    duties.forget(session)


def _people(session: Session, tasks: Sequence[UserTask]) -> People:
    scopes = dict.fromkeys(task.scope_key for task in tasks)
    return {scope: duties.members_of(session, scope) for scope in scopes}


def _reassign(
    session: Session, actor: Actor, tasks: Sequence[UserTask], before: People
) -> int:
    moved = 0
    for scope, members in before.items():
        changes = candidates.changed(members, duties.members_of(session, scope))
        own = [task for task in tasks if task.scope_key == scope]
        moved += candidates.reassign(session, actor, own, changes)
        for duty, each in changes.items():
            _log.info(
                "duty changed hands",
                duty=duty,
                scope_key=scope,
                gained=each.gained,
                lost=each.lost,
            )
    return moved


def _store(
    session: Session,
    actor: Actor,
    version: int,
    book: DutyBook,
    content: Mapping[str, Any],
) -> None:
    digest = hashlib.sha256(to_json(content).encode()).hexdigest()
    session.add(
        DutyConfiguration(
            version=version,
            content=dict(content),
            digest=digest,
            created_at=cache.now(session),
            created_by=actor.username,
        )
    )
    session.flush()
    duties.people_changed(session)
    details = {"version": version, "digest": digest, "duties": sorted(book.duties)}
    journal.record(session, actor, "DutiesReplaced", details=details)


def _used_by(session: Session, tasks: Sequence[UserTask]) -> dict[str, set[str]]:
    """Return the duties of open tasks; names that never were duties are data."""
    known = duties.in_force(session).duties
    used: dict[str, set[str]] = {}
    for task in tasks:
        if task.duty in known:
            used.setdefault(task.duty, set()).add(task.mode)
    return used


def _require_sound(session: Session, book: DutyBook, used: Used) -> None:
    found = check(book, used, duties.active_users(session))
    if problems := tuple(
        Problem(f"/duties/{each.element_id}", each.code, each.rule) for each in found
    ):
        raise DutyConfigurationError(problems)
