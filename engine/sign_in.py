"""Proving who one is: passwords, browser sessions, one-time links.

Which part of a wrong sign-in was wrong is never told. Failed attempts are counted in
memory per process: after some of them an answer comes only after a while. A verified
Basic credential is remembered for five minutes under a keyed hash, together with the
stored hash of the password, so that a new password makes it worthless.
"""

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from engine import clock, identity, passwords
from engine.actors import Actor
from engine.database import Database, database_of
from engine.errors import (
    NotAllowedError,
    NotSignedInError,
    TooManyRequestsError,
)
from engine.schema import UserSession
from engine.settings import Settings

REMEMBERED = timedelta(minutes=5)
COUNTED = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_SOURCE = 50
_KEPT = 10_000

_SESSION = select(
    UserSession.username,
    UserSession.csrf_token,
    UserSession.authenticated_at,
    UserSession.expires_at,
).where(UserSession.token_digest == bindparam("digest"))


class SignInFailedError(NotSignedInError):
    """User name or password are wrong, or the account is switched off."""

    code = "sign-in-failed"

    def __init__(self) -> None:
        super().__init__(
            "User name or password are not right; try again",
            "用户名或密码不正确;请重试",
        )


class SessionEndedError(NotSignedInError):
    """The session is unknown, over, or its account is switched off."""

    code = "session-ended"

    def __init__(self) -> None:
        super().__init__("Your session is over; sign in again", "会话已结束;请重新登录")


class TooManyAttemptsError(TooManyRequestsError):
    """Too many failed sign-ins; ``retry_after`` tells the seconds to wait."""

    code = "too-many-attempts"

    def __init__(self, retry_after: int) -> None:
        minutes = retry_after // 60 + 1
        super().__init__(
            f"Too many failed attempts; try again in {minutes} minutes",
            f"登录失败次数过多;请{minutes}分钟后再试",
        )
        self.retry_after = retry_after


class CsrfError(NotAllowedError):
    """The form did not come from a page of this session."""

    code = "csrf-token-wrong"

    def __init__(self) -> None:
        super().__init__(
            "This page is out of date; reload it and send the form again",
            "页面已过期;请刷新后重新提交",
        )


class ProofTooOldError(NotAllowedError):
    """A signature needs the password, or a sign-in of the last minutes."""

    code = "proof-needed"

    def __init__(self) -> None:
        super().__init__(
            "Confirm with your password that it is you who signs",
            "签字前请输入本人密码进行确认",
        )


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a browser gets once: ``token`` for its cookie, the rest for its pages."""

    token: str
    csrf_token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a session's cookie stands for."""

    actor: Actor
    csrf_token: str


class SignIns:
    """What one process remembers of sign-ins; hangs on ``Database.info``."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._verified: OrderedDict[bytes, tuple[datetime, str]] = OrderedDict()
        self._failures: OrderedDict[str, list[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def knows(self, username: str, secret: str) -> bool:
        """Tell whether this proof has held within five minutes; it may hold no more.

        API tokens and the cookies of sessions have no username.
        """
        return self._stored(username, secret) is not None

    def remembers(self, username: str, password: str, stored: str) -> bool:
        """Tell whether this very credential was verified within five minutes."""
        return self._stored(username, password) == stored

    def remember(self, username: str, secret: str, stored: str = "") -> None:
        """Keep a verified credential for five minutes, and forgive failures."""
        name = passwords.keyed_digest(self._key, username, secret)
        with self._lock:
            self._verified[name] = clock.system_now() + REMEMBERED, stored
            self._verified.move_to_end(name)
            while len(self._verified) > _KEPT:
                self._verified.popitem(last=False)
            self._failures.pop(f"user:{username}", None)

    def forget(self, username: str, secret: str) -> None:
        """Forget a credential that does not hold any more."""
        name = passwords.keyed_digest(self._key, username, secret)
        with self._lock:
            self._verified.pop(name, None)

    def _stored(self, username: str, secret: str) -> str | None:
        name = passwords.keyed_digest(self._key, username, secret)
        with self._lock:
            until, stored = self._verified.get(name, (None, ""))
        is_fresh = until is not None and clock.system_now() < until
        return stored if is_fresh else None

    def failed(self, username: str, source: str) -> None:
        """Count a failed attempt against the account and against the source."""
        with self._lock:
            for name in (f"user:{username}", f"source:{source}"):
                self._failures.setdefault(name, []).append(clock.system_now())
                self._failures.move_to_end(name)
                while len(self._failures) > _KEPT:
                    self._failures.popitem(last=False)

    def check(self, username: str, source: str) -> None:
        """Raise when account or source have failed too often.

        Raises:
            TooManyAttemptsError: Tells how long to wait.
        """
        limits = {f"user:{username}": PER_ACCOUNT, f"source:{source}": PER_SOURCE}
        with self._lock:
            waits = [self._wait(name, limit) for name, limit in limits.items()]
        if (wait := max(waits)) > 0:
            raise TooManyAttemptsError(wait)

    def _wait(self, name: str, limit: int) -> int:
        now = clock.system_now()
        recent = [at for at in self._failures.get(name, ()) if now - at < COUNTED]
        if name in self._failures:
            self._failures[name] = recent
        if len(recent) < limit:
            return 0
        return max(1, int((recent[-limit] + COUNTED - now).total_seconds()))


def verify(session: Session, username: str, password: str, source: str) -> Actor:
    """Return who signs in by name and password.

    Takes 0.1 s unless the credential is remembered, so call it outside of a writing
    transaction, or where it `was_proven_lately`.

    Args:
        session: The session.
        username: As typed.
        password: As typed.
        source: The network address, to count failures.

    Raises:
        SignInFailedError: It does not say which part was wrong.
        TooManyAttemptsError: Failures before were too many.
    """
    kept = sign_ins(database_of(session))
    name = username.strip().lower()
    account = identity.known(session, name)
    stored = account.password_hash if account is not None else None
    if stored is None or not kept.remembers(name, password, stored):
        # What is remembered is let in: guessing by others must not lock anybody out.
        kept.check(name, source)
        if not _is_right(kept, name, password, stored) or account is None:
            kept.failed(name, source)
            kept.forget(name, password)
            raise SignInFailedError
    assert account is not None  # noqa: S101 - it has a stored password
    return identity.actor_of(session, account, authenticated_at=clock.system_now())


def was_proven_lately(database: Database, username: str, secret: str) -> bool:
    """Tell whether a proof was accepted a few minutes ago, so that it takes no time.

    Without a username it is an API token or the cookie of a session.
    """
    return sign_ins(database).knows(username.strip().lower(), secret)


def note_proof(session: Session, token: str) -> None:
    """Remember for `was_proven_lately` that a token or cookie was accepted."""
    kept = sign_ins(database_of(session))
    if not kept.knows("", token):
        kept.remember("", token)


def confirm(session: Session, actor: Actor, password: str | None) -> None:
    """Raise unless the actor proves anew that it is he.

    Without a password a sign-in of the last five minutes counts (single sign-on).

    Raises:
        SignInFailedError: The password is wrong.
        TooManyAttemptsError: It was wrong too often.
        ProofTooOldError: No password, and the sign-in is older.
    """
    if password:
        verify(session, actor.username, password, f"confirmation {actor.username}")
        return
    proven = actor.authenticated_at
    if proven is None or clock.system_now() - proven > REMEMBERED:
        raise ProofTooOldError


def open_session(session: Session, actor: Actor) -> NewSession:
    """Start a browser session for somebody who has just been verified."""
    settings: Settings = session.info["settings"]
    now = clock.system_now()
    session.execute(delete(UserSession).where(UserSession.expires_at <= now))
    token = passwords.new_token()
    row = UserSession(
        token_digest=passwords.digest(token),
        username=actor.username,
        csrf_token=passwords.new_token(),
        created_at=now,
        authenticated_at=now,
        expires_at=now + timedelta(hours=settings.session_hours),
    )
    session.add(row)
    session.flush()
    return NewSession(token, row.csrf_token, row.expires_at)


def of_session(session: Session, token: str) -> SignedIn:
    """Return who a session's cookie stands for.

    Raises:
        SessionEndedError: The session is over or was never there.
    """
    found = session.connection().execute(_SESSION, {"digest": passwords.digest(token)})
    row = found.one_or_none()
    account = identity.known(session, row.username) if row is not None else None
    if row is None or account is None or row.expires_at <= clock.system_now():
        raise SessionEndedError
    note_proof(session, token)
    proof = row.authenticated_at
    actor = identity.actor_of(session, account, authenticated_at=proof)
    return SignedIn(actor, row.csrf_token)


def end_session(session: Session, token: str) -> None:
    """Sign a browser out; signing out twice is no error."""
    digest = passwords.digest(token)
    session.execute(delete(UserSession).where(UserSession.token_digest == digest))


def require_csrf(signed_in: SignedIn, sent: str | None) -> None:
    """Raise unless a change carries the session's token.

    Raises:
        CsrfError: It is missing or another one.
    """
    if not sent or not passwords.same(sent, signed_in.csrf_token):
        raise CsrfError


def _is_right(kept: SignIns, name: str, password: str, stored: str | None) -> bool:
    # Also without a stored hash: the answer must not come sooner then.
    right = passwords.matches(stored, password)
    if right and stored is not None:
        kept.remember(name, password, stored)
    return right


def sign_ins(database: Database) -> SignIns:
    """Return what this process remembers of sign-ins."""
    kept: SignIns = database.info.setdefault("sign_ins", SignIns())
    return kept
