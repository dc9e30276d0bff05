"""Accounts: the people and programs that can sign in.

How they prove who they are is `engine.sign_in` and `engine.api_tokens`.
"""

from dataclasses import dataclass, fields
from typing import Any, cast

from sqlalchemy import Row, Table, delete, func, select
from sqlalchemy.orm import Session

from engine import cache, clock, duties, duty_changes, journal, passwords
from engine import search as searching
from engine.actors import Actor, ActorKind
from engine.authorization import Permission, require
from engine.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    Problem,
    StaleVersionError,
    Text,
)
from engine.schema import ApiToken, UserAccount, UserSession
from engine.search import Found, Query, Searchable

KINDS = ("staff", "customer", "service")
LANGUAGES = ("zh", "en")
_RESERVED = frozenset({"system", "anonymous"})
_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-@")
_LONGEST_NAME = 64

_TABLE: Table = UserAccount.metadata.tables["user_account"]
_SHOWN = [column for column in _TABLE.c if column.name != "password_hash"]
_SEARCHABLE = Searchable(
    {
        "username": searching.text(_TABLE.c.username),
        "name": searching.text(_TABLE.c.display_name),
        "email": searching.text(_TABLE.c.email, nullable=True),
        "kind": searching.text(_TABLE.c.kind),
        "active": searching.flag(_TABLE.c.active),
        "administrator": searching.flag(_TABLE.c.administrator),
    },
    searching.text(_TABLE.c.username),
)


class AccountNotFoundError(NotFoundError):
    """There is no such account."""

    code = "user-not-found"

    def __init__(self, username: str) -> None:
        super().__init__(f"There is no account {username}", f"没有账号{username}")


class UsernameTakenError(ConflictError):
    """Another account has this name."""

    code = "username-taken"

    def __init__(self, username: str) -> None:
        super().__init__(
            f"The user name {username} is taken; choose another",
            f"用户名{username}已被使用;请另选一个",
        )


class AccountChangedError(StaleVersionError):
    """Somebody changed the account since the caller read it."""

    code = "user-changed"

    def __init__(self) -> None:
        super().__init__(
            "The account was changed meanwhile; reload it and try again",
            "账号已被他人修改;请刷新后重试",
        )


class LastAdministratorError(ConflictError):
    """Without this account nobody could manage the system any more."""

    code = "last-administrator"

    def __init__(self) -> None:
        super().__init__(
            "This is the last active administrator; appoint another one first",
            "这是最后一个可用的管理员账号;请先指定另一位管理员",
        )


class CurrentPasswordError(NotAllowedError):
    """Who changes the own password must give the old one."""

    code = "password-wrong"

    def __init__(self) -> None:
        super().__init__("The current password is not right", "当前密码不正确")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDetails:
    """What an administrator decides about an account."""

    display_name: str
    kind: ActorKind = "staff"
    email: str | None = None
    language: str = "zh"
    administrator: bool = False
    active: bool = True


def account(session: Session, username: str) -> UserAccount:
    """Return an account.

    Raises:
        AccountNotFoundError: There is none of that name.
    """
    row = session.get(UserAccount, username)
    if row is None:
        raise AccountNotFoundError(username)
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An active account as it is remembered between changes of any account."""

    username: str
    display_name: str
    kind: str
    administrator: bool
    language: str
    password_hash: str | None


_KNOWN = select(*(_TABLE.c[each.name] for each in fields(Known)))


def known(session: Session, username: str) -> Known | None:
    """Return the account that somebody wants to be; None where there is no active one.

    Takes no statement of its own, except after a change.
    """
    if username not in duties.active_users(session):
        return None

    def read() -> Known:
        found = session.connection().execute(
            _KNOWN.where(_TABLE.c.username == username)
        )
        return Known(**found.one()._mapping)  # noqa: SLF001 - a public name

    caches = cache.refreshed(session)
    return caches.revised(session, duties.PEOPLE, read, ("account", username))


def search(session: Session, query: Query) -> Found[Row[Any]]:
    """Return the accounts that somebody looks for, without anything secret.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    return _SEARCHABLE.search(session, select(*_SHOWN), query)


def actor_of(session: Session, row: UserAccount | Known, **proof: Any) -> Actor:
    """Return the actor that an account is; ``proof`` adds how it was proven."""
    return Actor(
        username=row.username,
        display_name=row.display_name,
        kind=cast("ActorKind", row.kind),
        administrator=row.administrator,
        language=row.language,
        positions=duties.in_force(session).positions_of(row.username),
        **proof,
    )


def create(
    session: Session,
    actor: Actor,
    username: str,
    details: AccountDetails,
    password: str | None = None,
    *,
    any_password: bool = False,
) -> UserAccount:
    """Add an account; without a password only a link or a token lets it in.

    Args:
        session: The transaction.
        actor: An administrator, or the system.
        username: Lower-case letters, digits and ``._-@``.
        details: Everything else.
        password: The first password.
        any_password: Accept a short one (sample people).

    Raises:
        UsernameTakenError: The name is in use.
        InvalidInputError: Name, kind or language are not among the possible ones.
        WeakPasswordError: The password is too simple.
    """
    require(actor, Permission.MANAGE_USERS)
    _check(username, details)
    if session.get(UserAccount, username) is not None:
        raise UsernameTakenError(username)
    if password is not None and not any_password:
        passwords.check_new(password, username)
    settings = session.info["settings"]
    row = UserAccount(
        username=username,
        password_hash=None
        if password is None
        else passwords.hashed(password, settings),
        created_at=clock.system_now(),
        **_columns(details),
    )
    session.add(row)
    session.flush()
    duties.people_changed(session)
    journal.record(session, actor, "UserCreated", details=_facts(row))
    return row


def update(
    session: Session,
    actor: Actor,
    username: str,
    details: AccountDetails,
    *,
    revision: int | None = None,
) -> UserAccount:
    """Change an account; switching it off ends its sessions and tokens.

    Its open tasks then wait for the others who hold their duties.

    Raises:
        AccountNotFoundError: There is none of that name.
        AccountChangedError: ``revision`` is not the stored one.
        LastAdministratorError: Nobody could undo the change.
    """
    require(actor, Permission.MANAGE_USERS)
    row = account(session, username)
    if revision is not None and revision != row.revision:
        raise AccountChangedError
    _check(username, details)
    if row.administrator and row.active:
        _keep_an_administrator(session, details)
    switched = row.active != details.active
    before = duty_changes.people_now(session) if switched else {}
    for name, value in _columns(details).items():
        setattr(row, name, value)
    row.revision += 1
    session.flush()
    if not row.active:
        end_access(session, username)
    duties.people_changed(session)
    duty_changes.follow_people(session, actor, before)
    journal.record(session, actor, "UserUpdated", details=_facts(row))
    return row


def set_password(
    session: Session,
    actor: Actor,
    username: str,
    password: str,
    *,
    current: str | None = None,
) -> None:
    """Set the own password (knowing the current one) or, as administrator, another's.

    Sessions that were open under the old password end, and Basic credentials that
    were remembered no longer hold.

    Raises:
        CurrentPasswordError: ``current`` is missing or wrong.
        WeakPasswordError: The new one is too simple.
    """
    row = account(session, username)
    if actor.username == username:
        if not passwords.matches(row.password_hash, current or ""):
            raise CurrentPasswordError
    else:
        require(actor, Permission.MANAGE_USERS)
    passwords.check_new(password, username)
    store_password(session, row, password)
    session.execute(delete(UserSession).where(UserSession.username == username))
    journal.record(session, actor, "PasswordChanged", details={"user": username})


def store_password(session: Session, row: UserAccount, password: str) -> None:
    """Store a password that was checked; what was remembered of the old one is over."""
    row.password_hash = passwords.hashed(password, session.info["settings"])
    row.revision += 1
    session.flush()
    duties.people_changed(session)


def end_access(session: Session, username: str) -> None:
    """End all sessions and API tokens of an account."""
    session.execute(delete(UserSession).where(UserSession.username == username))
    session.execute(delete(ApiToken).where(ApiToken.username == username))


def has_administrator(session: Session) -> bool:
    """Tell whether some active account can manage the others."""
    return _administrators(session) > 0


def _administrators(session: Session) -> int:
    found = select(func.count()).select_from(UserAccount)
    found = found.where(UserAccount.administrator, UserAccount.active)
    return session.scalar(found) or 0


def _keep_an_administrator(session: Session, details: AccountDetails) -> None:
    remains = details.active and details.administrator
    if not remains and _administrators(session) == 1:
        raise LastAdministratorError


def _columns(details: AccountDetails) -> dict[str, Any]:
    return {
        "display_name": details.display_name.strip(),
        "kind": details.kind,
        "email": details.email,
        "language": details.language,
        "administrator": details.administrator,
        "active": details.active,
    }


def _facts(row: UserAccount) -> dict[str, Any]:
    return {
        "user": row.username,
        "display_name": row.display_name,
        "kind": row.kind,
        "administrator": row.administrator,
        "active": row.active,
    }


def _check(username: str, details: AccountDetails) -> None:
    named = 0 < len(username) <= _LONGEST_NAME and set(username) <= _NAME
    wrong = {
        "username": not named or username in _RESERVED,
        "displayName": not details.display_name.strip(),
        "kind": details.kind not in KINDS,
        "language": details.language not in LANGUAGES,
        "administrator": details.administrator and details.kind != "staff",
    }
    problems = tuple(_problem(name) for name, is_wrong in wrong.items() if is_wrong)
    if problems:
        raise InvalidInputError(
            "The account cannot be stored like this; correct the fields named",
            "账号信息有误;请更正所列字段",
            problems,
        )


_ADVICE = {
    "username": Text(
        "User names have 1 to 64 lower-case letters, digits or . _ - @",
        "用户名须为1至64个小写字母、数字或. _ - @",
    ),
    "displayName": Text("A name to display is needed", "请填写姓名"),
    "kind": Text("Kinds are staff, customer, service", "类型须为员工、客户或程序"),
    "language": Text("Languages are zh and en", "语言须为zh或en"),
    "administrator": Text("Only staff can be administrators", "只有员工可以是管理员"),
}


def _problem(name: str) -> Problem:
    return Problem(f"/{name}", "invalid", _ADVICE[name])
