"""From duties to people: the configuration in force, applied to one scope.

Changing the configuration is `engine.duty_changes`; here it is only read.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import cache
from engine.duty_book import DutyBook, Mode, Roles
from engine.duty_file import read
from engine.schema import DutyConfiguration, ScopeMember, UserAccount

PEOPLE = "duties"
"""The revision of configuration and accounts."""

_SCOPES = "scopes"
"""The revision of roles in scopes."""

_EMPTY = DutyBook(duties={}, positions={})


def in_force(session: Session) -> DutyBook:
    """Return the newest configuration; an empty one before the first is seeded."""
    return _remembered(session)[0]


def active_users(session: Session) -> frozenset[str]:
    """Return the accounts that can sign in."""
    return _remembered(session)[1]


def resolve(
    session: Session, duty: str, scope_key: int | None = None
) -> tuple[str, ...]:
    """Return the active people who hold ``duty``, in the configuration's order.

    Deputies and absences count as of today's business date. Nobody is an empty
    tuple: what then waits for people cannot go on, and the caller says so.
    """
    book, active = _remembered(session)
    known = book.duties.get(duty)
    needs_roles = known is not None and (known.depends_on_scope or known.not_same_as)
    roles = roles_of(session, scope_key) if needs_roles else {}
    return book.resolve(duty, roles, active, today(session))


def people(
    session: Session, named: Iterable[str], scope_key: int | None = None
) -> tuple[str, ...]:
    """Return the active people meant by a mixture of usernames and duties."""
    book, active = _remembered(session)
    found: list[str] = []
    for name in named:
        if name in book.duties:
            found += resolve(session, name, scope_key)
        elif name.removeprefix("user:") in active:
            found.append(name.removeprefix("user:"))
    return tuple(dict.fromkeys(found))


def proxies(
    session: Session, duty: str, scope_key: int | None = None
) -> tuple[str, ...]:
    """Return who may record answers on behalf of the holders of ``duty``."""
    book, active = _remembered(session)
    return book.proxies(duty, roles_of(session, scope_key), active)


def mode(session: Session, duty: str) -> Mode:
    """Return how the holders of a duty share a task; ``one`` for unknown duties."""
    known = in_force(session).duties.get(duty)
    return known.mode if known else "one"


def members_of(
    session: Session, scope_key: int | None = None
) -> Mapping[str, tuple[str, ...]]:
    """Return who holds each duty in a scope: what a step may know of people."""
    book, active = _remembered(session)
    roles, day = roles_of(session, scope_key), today(session)
    return {name: book.resolve(name, roles, active, day) for name in book.duties}


def roles_of(session: Session, scope_key: int | None) -> Roles:
    """Return the roles of a scope and who holds them, in order of their names."""
    if scope_key is None:
        return {}
    own: dict[int, Roles] = session.info.setdefault("scope_roles", {})
    if scope_key not in own:
        caches = cache.refreshed(session)
        own[scope_key] = caches.revised(
            session, _SCOPES, lambda: _read_roles(session, scope_key), scope_key
        )
    return own[scope_key]


def held_by(session: Session, username: str) -> frozenset[tuple[int, str]]:
    """Return (scope, role) of all roles that somebody holds."""

    def read() -> frozenset[tuple[int, str]]:
        held = select(ScopeMember.scope_key, ScopeMember.role)
        rows = session.execute(held.where(ScopeMember.username == username))
        return frozenset((key, role) for key, role in rows)

    caches = cache.refreshed(session)
    return caches.revised(session, _SCOPES, read, ("held by", username))


def roles_changed(session: Session, scope_key: int) -> None:
    """Read the roles of a scope anew, here and in every other process."""
    cache.bump(session, _SCOPES)
    session.info.setdefault("scope_roles", {}).pop(scope_key, None)


def people_changed(session: Session) -> None:
    """Read configuration and accounts anew, here and in every other process."""
    cache.bump(session, PEOPLE)
    forget(session)


def forget(session: Session) -> None:
    """Read duties and roles again where this transaction asks for them next."""
    session.info.pop("duties", None)
    session.info.pop("scope_roles", None)


def today(session: Session) -> date:
    """Return the business date in the zone of the configuration."""
    zone = ZoneInfo(in_force(session).timezone)
    return cache.now(session).astimezone(zone).date()


def _remembered(session: Session) -> tuple[DutyBook, frozenset[str]]:
    if "duties" not in session.info:
        caches = cache.refreshed(session)
        kept = caches.revised(session, PEOPLE, lambda: _load(session))
        session.info["duties"] = kept
    remembered: tuple[DutyBook, frozenset[str]] = session.info["duties"]
    return remembered


def _load(session: Session) -> tuple[DutyBook, frozenset[str]]:
    newest = select(DutyConfiguration.content).order_by(
        DutyConfiguration.version.desc()
    )
    content = session.scalar(newest.limit(1))
    active = select(UserAccount.username).where(UserAccount.active)
    book = read(content) if content is not None else _EMPTY
    return book, frozenset(session.scalars(active))


def _read_roles(session: Session, scope_key: int) -> Roles:
    rows = select(ScopeMember.role, ScopeMember.username)
    rows = rows.where(ScopeMember.scope_key == scope_key)
    found: dict[str, list[str]] = {}
    for role, username in session.execute(rows.order_by(ScopeMember.username)):
        found.setdefault(role, []).append(username)
    return {role: tuple(usernames) for role, usernames in found.items()}
