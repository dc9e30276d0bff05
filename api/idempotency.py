"""Safe repetition: the same answer for the same request under the same key.

The record is written in the command's own transaction: either both the change and
the stored answer exist, or neither. The body enters only as a keyed digest, so that
no password or contract text is kept here.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.responses import Response

from engine import clock
from engine.authorization import Actor
from engine.errors import (
    ConflictError,
    InvalidInputError,
    MalformedRequestError,
)
from engine.schema import IdempotencyRecord

LONGEST_KEY = 200
_NO_BODY = {204, 304}


class KeyMalformedError(MalformedRequestError):
    """The key is empty or longer than we keep."""

    code = "idempotency-key-malformed"

    def __init__(self) -> None:
        super().__init__(
            f"An Idempotency-Key has 1 to {LONGEST_KEY} characters",
            f"幂等键(Idempotency-Key)须为1至{LONGEST_KEY}个字符",
        )


class KeyReusedError(InvalidInputError):
    """The key was used before for another request."""

    code = "idempotency-key-reused"

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key was used for another request; use a new key",
            "该幂等键(Idempotency-Key)已用于其他请求,请更换新键",
        )


class StillRunningError(ConflictError):
    """The first request under this key has not ended yet."""

    code = "request-in-progress"

    def __init__(self) -> None:
        super().__init__(
            "The first request with this Idempotency-Key is still running",
            "使用同一幂等键的首个请求仍在处理中",
        )


class Repeated(Exception):  # noqa: N818 - no failure: the stored answer is sent
    """The request was answered before; ``response`` is that answer."""

    def __init__(self, status: int, body: str | None) -> None:
        super().__init__("answered before")
        self.response = Response(
            body if status not in _NO_BODY else None,
            status_code=status,
            media_type="application/json" if body else None,
            headers={"Idempotency-Replayed": "true"},
        )


def digest_of(secret: bytes, parts: Iterable[bytes]) -> str:
    """Return a keyed digest of what was asked, part by part."""
    digest = hmac.new(secret, digestmod=hashlib.sha256)
    for part in parts:
        digest.update(b"%d\n" % len(part))
        digest.update(part)
    return digest.hexdigest()


def begin(session: Session, actor: Actor, key: str, digest: str) -> None:
    """Claim the key in this transaction.

    Raises:
        Repeated: The request was answered before.
        KeyReusedError: The key belongs to another request.
        StillRunningError: Another transaction holds the key right now.
    """
    found = session.execute(
        select(
            IdempotencyRecord.request_digest,
            IdempotencyRecord.status,
            IdempotencyRecord.body,
        ).where(
            IdempotencyRecord.actor == actor.username,
            IdempotencyRecord.idempotency_key == key,
        )
    ).one_or_none()
    if found is None:
        _claim(session, actor, key, digest)
        return
    if found.request_digest != digest:
        raise KeyReusedError
    if found.status is None:
        raise StillRunningError
    raise Repeated(found.status, found.body)


def _claim(session: Session, actor: Actor, key: str, digest: str) -> None:
    try:
        session.execute(
            insert(IdempotencyRecord).values(
                actor=actor.username,
                idempotency_key=key,
                request_digest=digest,
                created_at=clock.system_now(),
            )
        )
    except IntegrityError as error:
        raise StillRunningError from error


def finish(
    session: Session, actor: Actor, key: str, status: int, body: bytes | None
) -> None:
    """Keep the answer beside the change that it reports."""
    session.execute(
        update(IdempotencyRecord)
        .where(
            IdempotencyRecord.actor == actor.username,
            IdempotencyRecord.idempotency_key == key,
        )
        .values(status=status, body=body.decode() if body else None)
    )


def key_in(headers: Mapping[str, str]) -> str | None:
    """Return the caller's key, if he sent one.

    Raises:
        KeyMalformedError: It is empty or too long.
    """
    key = headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= LONGEST_KEY:
        raise KeyMalformedError
    return key
