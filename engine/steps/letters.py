"""Rows of messages: who waits for one, which are kept, which are delivered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Table, bindparam, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session

from engine import cache
from engine.authorization import Actor
from engine.lifecycles import InstanceState, MessageState
from engine.runtime import WaitKind, packing
from engine.schema import Message, MessageSubscription, StartSubscription, next_key
from engine.steps import running

TABLE: Table = Message.metadata.tables["message"]
_SUBSCRIPTIONS: Table = MessageSubscription.metadata.tables["message_subscription"]
_STARTS: Table = StartSubscription.metadata.tables["start_subscription"]
_INSTANCES = running.TABLE
_INSERT = insert(TABLE)
_DELIVERED = (
    update(TABLE)
    .where(TABLE.c.key == bindparam("key_"))
    .values(
        state=MessageState.DELIVERED,
        delivered_to=bindparam("to"),
        delivered_at=bindparam("at"),
    )
)
_OLDER = (
    select(TABLE.c.key)
    .where(
        TABLE.c.state == MessageState.BUFFERED,
        TABLE.c.name == bindparam("name"),
        TABLE.c.correlation_key == bindparam("correlation"),
        TABLE.c.key < bindparam("key_"),
        or_(TABLE.c.expires_at.is_(None), TABLE.c.expires_at > bindparam("now")),
    )
    .exists()
)
_WAITING = (
    select(
        _SUBSCRIPTIONS.c.instance_key,
        _SUBSCRIPTIONS.c.ref,
        _INSTANCES.c.suspended,
        _OLDER.label("older"),
    )
    .join(_INSTANCES, _INSTANCES.c.key == _SUBSCRIPTIONS.c.instance_key)
    .where(
        _SUBSCRIPTIONS.c.kind == WaitKind.MESSAGE.value,
        _SUBSCRIPTIONS.c.name == bindparam("name"),
        _SUBSCRIPTIONS.c.correlation_key == bindparam("correlation"),
        _INSTANCES.c.state == InstanceState.ACTIVE,
    )
    .order_by(_SUBSCRIPTIONS.c.key)
    .limit(1)
)
_LISTENING = (
    select(_SUBSCRIPTIONS.c.instance_key)
    .join(_INSTANCES, _INSTANCES.c.key == _SUBSCRIPTIONS.c.instance_key)
    .where(
        _SUBSCRIPTIONS.c.kind == WaitKind.SIGNAL.value,
        _SUBSCRIPTIONS.c.name == bindparam("name"),
        _INSTANCES.c.state == InstanceState.ACTIVE,
        _INSTANCES.c.suspended.is_(False),
    )
    .distinct()
    .order_by(_SUBSCRIPTIONS.c.instance_key)
)
_AWAITED = (
    select(_SUBSCRIPTIONS.c.name, _SUBSCRIPTIONS.c.correlation_key)
    .where(
        _SUBSCRIPTIONS.c.instance_key == bindparam("instance"),
        _SUBSCRIPTIONS.c.kind == WaitKind.MESSAGE.value,
    )
    .distinct()
)
_STARTED = (
    select(_STARTS.c.definition_key, _STARTS.c.element_id)
    .where(_STARTS.c.kind == bindparam("kind"), _STARTS.c.name == bindparam("name"))
    .order_by(_STARTS.c.definition_key.desc())
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message on its way.

    ``sender`` is the key of the instance that threw it, None from outside;
    ``scope_key`` and ``parent`` are for an instance that it starts.
    """

    name: str
    correlation_key: str = ""
    payload: Any = None
    scope_key: int | None = None
    parent: running.Running | None = None
    element_id: str = ""
    message_id: str | None = None
    expires_at: datetime | None = None
    key: int = field(default_factory=next_key)


@dataclass(frozen=True, slots=True)
class Receiver:
    """An instance that waits for a message at the token ``ref``.

    ``older`` tells that messages of the same name and key are kept that came before.
    """

    instance_key: int
    ref: str
    suspended: bool
    older: bool = field(default=False, compare=False)


def receiver(session: Session, letter: Letter) -> Receiver | None:
    """Return who waits for the message longest, or None."""
    asked = {
        "name": letter.name,
        "correlation": letter.correlation_key,
        "key_": letter.key,
        "now": cache.now(session),
    }
    row = session.connection().execute(_WAITING, asked).first()
    return Receiver(*row) if row else None


def as_kept(session: Session, letter: Letter) -> Letter:
    """Return a letter that nobody can take now, as it is to be kept.

    One that a suspended instance waits for has found its receiver: it stays until
    that goes on, however short it was meant to live.
    """
    if letter.expires_at is None:
        return letter
    found = receiver(session, letter)
    waits = found is not None and found.suspended
    return replace(letter, expires_at=None) if waits else letter


def listeners(session: Session, signal: str) -> Sequence[int]:
    """Return the instances that wait for a signal."""
    return session.connection().execute(_LISTENING, {"name": signal}).scalars().all()


def awaited(session: Session, instance_key: int) -> Sequence[tuple[str, str]]:
    """Return the names and keys of the messages that an instance waits for."""
    found = session.connection().execute(_AWAITED, {"instance": instance_key})
    return [(name, correlation_key) for name, correlation_key in found]


def starts(session: Session, kind: str, name: str) -> Sequence[tuple[int, str]]:
    """Return (definition key, element id) of what a message or signal starts."""
    names = {"kind": kind, "name": name}
    found = session.connection().execute(_STARTED, names)
    return [(definition_key, element_id) for definition_key, element_id in found]


def store(
    session: Session, letter: Letter, actor: str, *, delivered_to: int | None
) -> None:
    """Write the message down, as delivered or as kept."""
    now = cache.now(session)
    expired = delivered_to is None and _is_over(letter.expires_at, now)
    kept = MessageState.EXPIRED if expired else MessageState.BUFFERED
    row = {
        "key": letter.key,
        "name": letter.name,
        "correlation_key": letter.correlation_key,
        "message_id": letter.message_id or str(letter.key),
        "payload": packed(letter.payload),
        "scope_key": letter.scope_key,
        "state": kept if delivered_to is None else MessageState.DELIVERED,
        "published_at": now,
        "published_by": actor,
        "expires_at": letter.expires_at,
        "delivered_to": delivered_to,
        "delivered_at": None if delivered_to is None else now,
    }
    session.connection().execute(_INSERT, [row])


def mark_delivered(session: Session, key: int, instance_key: int) -> None:
    """Write down that a message that was kept has arrived."""
    values = {"key_": key, "to": instance_key, "at": cache.now(session)}
    session.connection().execute(_DELIVERED, values)


def kept_for(
    session: Session, names: Iterable[tuple[str, str]], limit: int = 100
) -> Sequence[Message]:
    """Return messages that are kept for these names and keys, the oldest first."""
    now = cache.now(session)
    return session.scalars(
        select(Message)
        .where(
            Message.state == MessageState.BUFFERED,
            tuple_(Message.name, Message.correlation_key).in_(list(names)),
            or_(Message.expires_at.is_(None), Message.expires_at > now),
        )
        .order_by(Message.key)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def renewed(session: Session, payload: Any) -> Any:
    """Return what a message carries, brought up to date where it is delivered.

    A message may have waited, and its sender's data may be old: the application can
    put a function into ``info["renew"]`` that reads what it carries anew.
    """
    renew = session.info.get("renew")
    return payload if renew is None else renew(session, payload)


def tell(
    session: Session, actor: Actor, instance: running.Running, name: str, payload: Any
) -> None:
    """Tell the application what an instance has published (``info["published"]``)."""
    hear = session.info.get("published")
    if hear is not None:
        hear(session, actor, instance, name, payload)


def packed(payload: Any) -> Any:
    """Return a payload as JSON that keeps its dates and decimals apart from texts."""
    return orjson.loads(packing.pack({} if payload is None else payload))


def unpacked(stored: Any) -> Any:
    """Return what `packed` was given."""
    return packing.unpack(orjson.dumps(stored))


def _is_over(expires_at: datetime | None, now: datetime) -> bool:
    return expires_at is not None and expires_at <= now
