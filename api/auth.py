"""Who calls: a browser's cookie, HTTP Basic, or a bearer token."""

import base64
import binascii

from fastapi import Request
from sqlalchemy.orm import Session

from engine import api_tokens, sign_in
from engine.authorization import Actor
from engine.database import Database
from engine.errors import NotSignedInError

COOKIE = "fuwu_session"
CSRF_HEADER = "x-csrf-token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class CredentialsMalformedError(NotSignedInError):
    """The Authorization header cannot be read."""

    code = "credentials-malformed"

    def __init__(self) -> None:
        super().__init__(
            "The Authorization header is neither Basic nor Bearer",
            "Authorization请求头格式不正确,应为Basic或Bearer",
        )


def authenticate(session: Session, request: Request) -> Actor | None:
    """Return who calls, or None where no proof of identity was sent.

    A cookie proves who calls only together with the session's CSRF token when the
    request changes something: another site can make a browser send the cookie.

    Raises:
        NotSignedInError: The proof does not hold.
        CsrfError: A change without the session's token.
    """
    header = request.headers.get("authorization")
    if header is not None:
        return _by_header(session, header, source_of(request))
    token = request.cookies.get(COOKIE)
    if token is None:
        return None
    signed_in = sign_in.of_session(session, token)
    if request.method not in _SAFE:
        sign_in.require_csrf(signed_in, request.headers.get(CSRF_HEADER))
    return signed_in.actor


def was_proven_lately(database: Database, request: Request) -> bool:
    """Tell whether `authenticate` has accepted the same proof a few minutes ago.

    Then proving it again takes no time, though it may hold no more.
    """
    header = request.headers.get("authorization")
    if header is None:
        token = request.cookies.get(COOKIE)
        return token is not None and sign_in.was_proven_lately(database, "", token)
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "basic":
        username, password = _basic(rest.strip())
        if password.startswith(api_tokens.PREFIX):
            username = ""
        return sign_in.was_proven_lately(database, username, password)
    return sign_in.was_proven_lately(database, "", rest.strip())


def source_of(request: Request) -> str:
    """Return the address that failed attempts are counted against."""
    return request.client.host if request.client else "unknown"


def _by_header(session: Session, header: str, source: str) -> Actor:
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "basic":
        username, password = _basic(rest.strip())
        if password.startswith(api_tokens.PREFIX):
            return _by_token(session, username, password)
        return sign_in.verify(session, username, password, source)
    if scheme.lower() == "bearer":
        return api_tokens.actor_of(session, rest.strip())
    raise CredentialsMalformedError


def _by_token(session: Session, username: str, token: str) -> Actor:
    """Return whom a token stands for that was sent in the place of a password.

    Programs that know HTTP Basic only can use tokens like this.
    """
    actor = api_tokens.actor_of(session, token)
    if actor.username != username:
        raise api_tokens.TokenRefusedError
    return actor


def _basic(encoded: str) -> tuple[str, str]:
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise CredentialsMalformedError from error
    username, colon, password = text.partition(":")
    if not colon:
        raise CredentialsMalformedError
    return username, password
