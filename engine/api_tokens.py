"""Credentials of programs, and links that let somebody in once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, identity, journal, passwords, sign_in
from engine.actors import Actor
from engine.authorization import JOB_TYPE, Permission, permits, require
from engine.errors import (
    InvalidInputError,
    NotFoundError,
    NotSignedInError,
    Problem,
    Text,
)
from engine.schema import ApiToken, UserAccount

LONGEST_DAYS = 366
LINK_HOURS = 24
PREFIX = "fuwu_"
_LINK = "password:set"  # no permission: such a token opens nothing but its link
_LONGEST_TYPE = 200
_SCOPES = frozenset(permission.value for permission in Permission) | {"*"}


class TokenRefusedError(NotSignedInError):
    """The token is unknown, expired, or its account is switched off."""

    code = "token-refused"

    def __init__(self) -> None:
        super().__init__(
            "The token is not valid (any more); create a new one",
            "令牌无效或已过期;请新建令牌",
        )


class TokenNotFoundError(NotFoundError):
    """The actor has no such token."""

    code = "token-not-found"

    def __init__(self) -> None:
        super().__init__("You have no such API token", "您没有该API令牌")


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token as it is shown once."""

    key: int
    token: str
    expires_at: datetime


def create(
    session: Session, actor: Actor, name: str, scopes: Iterable[str], days: int
) -> NewToken:
    """Make a token for the actor's own programs.

    Raises:
        InvalidInputError: Unknown scopes, no name, or a life of other than 1 to 366
            days.
    """
    require(actor, Permission.MANAGE_TOKENS)
    wanted = sorted(set(scopes))
    _check(actor, name, wanted, days)
    row, token = _new(actor.username, name.strip(), wanted, timedelta(days=days))
    session.add(row)
    session.flush()
    details = {"token": str(row.key), "name": row.name, "scopes": wanted}
    journal.record(session, actor, "TokenCreated", details=details)
    return NewToken(row.key, token, row.expires_at)


def own(session: Session, actor: Actor) -> list[ApiToken]:
    """Return the actor's tokens, newest first; expired ones too."""
    rows = select(ApiToken).where(
        ApiToken.username == actor.username, ApiToken.name != _LINK
    )
    return list(session.scalars(rows.order_by(ApiToken.key.desc())))


def revoke(session: Session, actor: Actor, key: int) -> None:
    """Make a token worthless; administrators may revoke anybody's.

    Raises:
        TokenNotFoundError: There is none, or it is somebody else's.
    """
    row = session.get(ApiToken, key)
    others = permits(actor, Permission.MANAGE_USERS)
    if row is None or (row.username != actor.username and not others):
        raise TokenNotFoundError
    session.delete(row)
    details = {"token": str(key), "user": row.username, "name": row.name}
    journal.record(session, actor, "TokenRevoked", details=details)


def actor_of(session: Session, token: str) -> Actor:
    """Return whom a token stands for, with the token's scopes.

    Raises:
        TokenRefusedError: Nobody, or nobody any more.
    """
    row = _valid(session, token)
    account = identity.known(session, row.username)
    if row.name == _LINK or account is None:
        raise TokenRefusedError
    sign_in.note_proof(session, token)
    return identity.actor_of(session, account, scopes=frozenset(row.scopes))


def note_use(session: Session, token: str) -> None:
    """Remember that a token was used today; call it in a writing transaction."""
    found = select(ApiToken).where(ApiToken.token_digest == passwords.digest(token))
    row = session.scalar(found)
    if row is not None:
        row.last_used_at = clock.system_now()


def password_link(session: Session, username: str) -> NewToken:
    """Make a token with which somebody can set his password, once, within a day."""
    identity.account(session, username)
    row, token = _new(username, _LINK, [_LINK], timedelta(hours=LINK_HOURS))
    session.add(row)
    session.flush()
    return NewToken(row.key, token, row.expires_at)


def redeem_link(session: Session, token: str, password: str) -> str:
    """Set the password with a link's token, which is worthless from then on.

    Returns:
        The username.

    Raises:
        TokenRefusedError: The link was used, or is over.
        WeakPasswordError: The password is too simple; the link stays valid.
    """
    row = _valid(session, token)
    if row.name != _LINK:
        raise TokenRefusedError
    account = identity.account(session, row.username)
    passwords.check_new(password, account.username)
    identity.store_password(session, account, password)
    session.delete(row)
    actor = identity.actor_of(session, account)
    details = {"user": account.username, "by": "link"}
    journal.record(session, actor, "PasswordChanged", details=details)
    return account.username


def _new(
    username: str, name: str, scopes: list[str], life: timedelta
) -> tuple[ApiToken, str]:
    token = PREFIX + passwords.new_token()
    now = clock.system_now()
    row = ApiToken(
        token_digest=passwords.digest(token),
        username=username,
        name=name,
        scopes=scopes,
        created_at=now,
        expires_at=now + life,
    )
    return row, token


def _valid(session: Session, token: str) -> ApiToken:
    found = (
        select(ApiToken)
        .join(UserAccount, UserAccount.username == ApiToken.username)
        .where(ApiToken.token_digest == passwords.digest(token), UserAccount.active)
    )
    row = session.scalar(found)
    if row is None or row.expires_at <= clock.system_now():
        raise TokenRefusedError
    return row


def _check(actor: Actor, name: str, scopes: list[str], days: int) -> None:
    problems = []
    if not name.strip() or name == _LINK:
        problems.append(_problem("/name", "Give the token a name", "请填写令牌名称"))
    if not 1 <= days <= LONGEST_DAYS:
        problems.append(
            _problem("/days", "A token lives 1 to 366 days", "有效期须为1至366天")
        )
    known = _SCOPES | {f"{scope.partition(':')[0]}:*" for scope in _SCOPES}
    unknown = [
        scope for scope in scopes if scope not in known and not _is_job_type(scope)
    ]
    if unknown or not scopes:
        problems.append(
            _problem(
                "/scopes",
                f"Choose scopes among {', '.join(sorted(_SCOPES))}",
                f"请从以下权限中选择:{'、'.join(sorted(_SCOPES))}",
            )
        )
    if actor.scopes is not None and not set(scopes) <= actor.scopes:
        problems.append(
            _problem("/scopes", "A token gives no more than it has", "不能超出当前权限")
        )
    if problems:
        raise InvalidInputError(
            "The token cannot be created like this; correct the fields named",
            "无法创建令牌;请更正所列字段",
            tuple(problems),
        )


def _is_job_type(scope: str) -> bool:
    named = scope.removeprefix(JOB_TYPE)
    return named != scope and 0 < len(named) <= _LONGEST_TYPE


def _problem(pointer: str, en: str, zh: str) -> Problem:
    return Problem(pointer, "invalid", Text(en, zh))
