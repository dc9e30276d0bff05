"""Scopes: what instances belong to (a project), and who has a role in it."""

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from engine import cache, candidates, duties, journal
from engine.actors import SYSTEM, Actor
from engine.errors import ConflictError, InvalidInputError, NotFoundError
from engine.schema import Scope, ScopeMember


class ScopeNotFoundError(NotFoundError):
    """There is no such scope."""

    code = "scope-not-found"

    def __init__(self, name: int | str) -> None:
        super().__init__(f"There is no project {name}", f"没有项目{name}")


class ScopeExistsError(ConflictError):
    """Another scope has this business id."""

    code = "scope-exists"

    def __init__(self, business_id: str) -> None:
        super().__init__(
            f"{business_id} exists already; open that one", f"{business_id}已存在"
        )


class UnknownPeopleError(InvalidInputError):
    """Somebody who is given a role has no active account."""

    code = "unknown-people"

    def __init__(self, usernames: Iterable[str]) -> None:
        names = ", ".join(sorted(usernames))
        super().__init__(
            f"No active account: {names}; choose other people",
            f"以下人员没有可用账号:{names};请另选人员",
        )


def open_scope(session: Session, kind: str, business_id: str, title: str) -> Scope:
    """Open a scope under a business number such as ``KB-2026-018``.

    Raises:
        ScopeExistsError: The number is in use.
    """
    if session.scalar(select(Scope.key).where(Scope.business_id == business_id)):
        raise ScopeExistsError(business_id)
    scope = Scope(kind=kind, business_id=business_id, title=title)
    session.add(scope)
    session.flush()
    return scope


def close_scope(session: Session, scope_key: int) -> None:
    """Mark a scope as over; what was in it stays readable."""
    get(session, scope_key).closed_at = cache.now(session)


def get(session: Session, scope_key: int) -> Scope:
    """Return a scope by its key.

    Raises:
        ScopeNotFoundError: There is none.
    """
    scope = session.get(Scope, scope_key)
    if scope is None:
        raise ScopeNotFoundError(scope_key)
    return scope


def by_business_id(session: Session, business_id: str) -> Scope:
    """Return a scope by its business number.

    Raises:
        ScopeNotFoundError: There is none.
    """
    found = select(Scope).where(Scope.business_id == business_id)
    scope = session.scalar(found)
    if scope is None:
        raise ScopeNotFoundError(business_id)
    return scope


def members(session: Session, scope_key: int) -> Mapping[str, tuple[str, ...]]:
    """Return the roles of a scope (``project.manager``) and who holds them."""
    return duties.roles_of(session, scope_key)


def set_members(
    session: Session,
    scope_key: int,
    role: str,
    usernames: Iterable[str],
    *,
    actor: Actor = SYSTEM,
) -> None:
    """Give a role of a scope to exactly these people.

    Open tasks of the scope whose duty depends on the role move with it.

    Raises:
        ScopeNotFoundError: There is no such scope.
        UnknownPeopleError: Somebody has no active account.
    """
    get(session, scope_key)
    wanted = tuple(dict.fromkeys(usernames))
    if unknown := set(wanted) - duties.active_users(session):
        raise UnknownPeopleError(unknown)
    held = duties.roles_of(session, scope_key).get(role, ())
    if set(held) == set(wanted):
        return
    before = duties.members_of(session, scope_key)
    _write(session, scope_key, role, wanted)
    after = duties.members_of(session, scope_key)
    journal.record(
        session,
        actor,
        "ScopeMembersChanged",
        scope_key=scope_key,
        details={"role": role, "before": list(held), "after": list(wanted)},
    )
    if changes := candidates.changed(before, after):
        tasks = candidates.open_tasks(session, scope_key)
        candidates.reassign(session, actor, tasks, changes)


def scopes_of(session: Session, username: str) -> frozenset[int]:
    """Return the scopes in which somebody has a role."""
    rows = select(ScopeMember.scope_key).where(ScopeMember.username == username)
    return frozenset(session.scalars(rows))


def _write(
    session: Session, scope_key: int, role: str, usernames: tuple[str, ...]
) -> None:
    session.execute(
        delete(ScopeMember).where(
            ScopeMember.scope_key == scope_key, ScopeMember.role == role
        )
    )
    if usernames:
        rows = [
            {"scope_key": scope_key, "role": role, "username": username}
            for username in usernames
        ]
        session.execute(insert(ScopeMember), rows)
    duties.roles_changed(session, scope_key)
