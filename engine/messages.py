"""Messages and signals from outside, and what became of all of them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Table, select, update
from sqlalchemy.orm import Session

from engine import cache, journal, steps
from engine import search as searching
from engine.authorization import SYSTEM, Actor, Permission, require
from engine.database import one_at_a_time
from engine.errors import ConflictError, NotFoundError
from engine.events import Event
from engine.lifecycles import IllegalMoveError, InstanceState, MessageState
from engine.schema import Message, MessageSubscription
from engine.search import Column, Found, Query, Searchable
from engine.steps import Letter
from engine.steps.running import TABLE as INSTANCES

_MESSAGES: Table = Message.metadata.tables["message"]
_SUBSCRIPTIONS: Table = MessageSubscription.metadata.tables["message_subscription"]

NAMES: Mapping[str, Column] = {
    "messageKey": searching.key(_MESSAGES.c.key),
    "messageId": searching.text(_MESSAGES.c.message_id),
    "messageName": searching.text(_MESSAGES.c.name),
    "correlationKey": searching.text(_MESSAGES.c.correlation_key),
    "state": searching.state(_MESSAGES.c.state, MessageState),
    "publishedAt": searching.moment(_MESSAGES.c.published_at),
    "publishedBy": searching.text(_MESSAGES.c.published_by),
    "expiresAt": searching.moment(_MESSAGES.c.expires_at, nullable=True),
    "deliveredTo": searching.key(_MESSAGES.c.delivered_to, nullable=True),
}
_SEARCHABLE = Searchable(NAMES, _MESSAGES.c.key)
_LISTED = [column for column in _MESSAGES.c if column.name != "payload"]

SUBSCRIPTION_NAMES: Mapping[str, Column] = {
    "messageSubscriptionKey": searching.key(_SUBSCRIPTIONS.c.key),
    "processInstanceKey": searching.key(_SUBSCRIPTIONS.c.instance_key),
    "processDefinitionId": searching.text(INSTANCES.c.process_id),
    "processDefinitionKey": searching.key(INSTANCES.c.definition_key),
    "elementId": searching.text(_SUBSCRIPTIONS.c.element_id),
    "messageName": searching.text(_SUBSCRIPTIONS.c.name),
    "correlationKey": searching.text(_SUBSCRIPTIONS.c.correlation_key),
    "kind": searching.text(_SUBSCRIPTIONS.c.kind),
    "lastUpdatedDate": searching.moment(_SUBSCRIPTIONS.c.created_at),
}
_SUBSCRIPTION_ROWS = select(
    _SUBSCRIPTIONS,
    INSTANCES.c.process_id,
    INSTANCES.c.definition_key,
    INSTANCES.c.root_key,
    INSTANCES.c.scope_key,
    INSTANCES.c.business_id,
).join(INSTANCES, INSTANCES.c.key == _SUBSCRIPTIONS.c.instance_key)
_SUBSCRIPTION_SEARCHABLE = Searchable(SUBSCRIPTION_NAMES, _SUBSCRIPTIONS.c.key)
_SWEEP = 500


class MessageNotFoundError(NotFoundError):
    """There is no such message."""

    code = "message-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such message", "没有该消息")


class NoReceiverError(ConflictError):
    """Nobody waits for the message now."""

    code = "no-receiver"

    def __init__(self, name: str, key: str) -> None:
        super().__init__(
            f"No running case waits for {name} with the key {key or '–'}, and no "
            "process starts with it",
            f"没有流程在等待消息{name}(关联键{key or '–'}),也没有流程由它启动",
        )


def publish(
    session: Session,
    actor: Actor,
    name: str,
    correlation_key: str,
    payload: Any,
    *,
    message_id: str | None = None,
    time_to_live: timedelta | None = None,
    scope_key: int | None = None,
) -> Message:
    """Deliver a message, or keep it until somebody waits for it.

    Publishing under a ``message_id`` that was used before under this name delivers
    nothing again and returns the message of then. ``time_to_live`` bounds how long
    it is kept; nothing is kept for zero, for ever without it. ``scope_key`` is that
    of an instance which the message starts.

    The caller has authorised the actor: who may send which message is a matter of
    the route or operation.
    """
    if message_id is not None:
        one_at_a_time(session, f"message {name} {message_id}")
        if known := _known(session, name, message_id):
            return known
    now = cache.now(session)
    letter = Letter(
        name=name,
        correlation_key=correlation_key,
        payload=payload,
        scope_key=scope_key,
        message_id=message_id,
        expires_at=None if time_to_live is None else now + time_to_live,
    )
    session.flush()
    steps.send(session, actor, letter)
    return session.get_one(Message, letter.key, populate_existing=True)


def correlate(
    session: Session,
    actor: Actor,
    name: str,
    correlation_key: str,
    payload: Any,
    *,
    scope_key: int | None = None,
) -> Message:
    """Deliver a message now; it is not kept.

    Raises:
        NoReceiverError: Nobody waits for it, and it starts nothing.
    """
    message = publish(
        session,
        actor,
        name,
        correlation_key,
        payload,
        time_to_live=timedelta(),
        scope_key=scope_key,
    )
    if message.delivered_to is None:
        raise NoReceiverError(name, correlation_key)
    return message


def publish_again(
    session: Session,
    actor: Actor,
    key: int,
    *,
    correlation_key: str | None = None,
    time_to_live: timedelta = timedelta(),
) -> Message:
    """Deliver a message that nobody wanted, or keep it for longer.

    A ``correlation_key`` corrects the one that it was published with. It keeps its
    place among those of its name and key.

    Raises:
        MessageNotFoundError: There is none.
        IllegalMoveError: It has been delivered.
    """
    require(actor, Permission.PUBLISH_MESSAGES)
    message = session.get(Message, key, with_for_update=True, populate_existing=True)
    if message is None:
        raise MessageNotFoundError
    if message.state not in {MessageState.BUFFERED, MessageState.EXPIRED}:
        raise IllegalMoveError(message.state, MessageState.BUFFERED)
    if correlation_key is not None:
        message.correlation_key = correlation_key
    message.state, message.expires_at = MessageState.BUFFERED, None
    session.flush()
    _note(session, actor, message)
    steps.deliver_kept(session, actor, [(message.name, message.correlation_key)])
    session.refresh(message)
    if message.state is MessageState.BUFFERED:
        _keep_for(session, message, time_to_live)
    return message


def _note(session: Session, actor: Actor, message: Message) -> None:
    journal.record(
        session,
        actor,
        Event.MESSAGE_PUBLISHED_AGAIN,
        scope_key=message.scope_key,
        details={"name": message.name, "message": str(message.key)},
    )


def _keep_for(session: Session, message: Message, time_to_live: timedelta) -> None:
    message.expires_at = cache.now(session) + time_to_live
    if not time_to_live:
        message.state = MessageState.EXPIRED
    session.flush()


def broadcast(
    session: Session,
    actor: Actor,
    name: str,
    payload: Any,
    *,
    scope_key: int | None = None,
) -> int:
    """Let everything that waits for a signal catch it; return how many did."""
    journal.record(
        session,
        actor,
        Event.SIGNAL_BROADCAST,
        scope_key=scope_key,
        details={"name": name},
    )
    return steps.broadcast(session, actor, name, payload, scope_key=scope_key)


def deliver_waiting(session: Session) -> int:
    """Deliver kept messages for which somebody waits by now; return how many.

    A message and its receiver can miss each other when both come at the same
    moment; a sweep every few seconds brings them together.
    """
    pairs = session.execute(
        select(Message.name, Message.correlation_key)
        .join(
            MessageSubscription,
            (MessageSubscription.name == Message.name)
            & (MessageSubscription.correlation_key == Message.correlation_key),
        )
        .join(INSTANCES, INSTANCES.c.key == MessageSubscription.instance_key)
        .where(
            Message.state == MessageState.BUFFERED,
            MessageSubscription.kind == "message",
            INSTANCES.c.state == InstanceState.ACTIVE,
            INSTANCES.c.suspended.is_(False),
        )
        .distinct()
        .limit(_SWEEP)
    )
    names = [(name, correlation_key) for name, correlation_key in pairs]
    return steps.deliver_kept(session, SYSTEM, names) if names else 0


def expire(session: Session) -> int:
    """Give up kept messages whose time is over; return how many."""
    over = (
        update(_MESSAGES)
        .where(
            _MESSAGES.c.state == MessageState.BUFFERED,
            _MESSAGES.c.expires_at <= cache.now(session),
        )
        .values(state=MessageState.EXPIRED)
    )
    return session.connection().execute(over).rowcount


def search(session: Session, actor: Actor, query: Query) -> Found[Row[Any]]:
    """Return messages without what they carry; undelivered ones are BUFFERED.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    require(actor, Permission.PUBLISH_MESSAGES)
    return _SEARCHABLE.search(session, select(*_LISTED), query)


def subscriptions(session: Session, actor: Actor, query: Query) -> Found[Row[Any]]:
    """Return what instances wait for.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    require(actor, Permission.READ_DEFINITIONS)
    return _SUBSCRIPTION_SEARCHABLE.search(session, _SUBSCRIPTION_ROWS, query)


def _known(session: Session, name: str, message_id: str) -> Message | None:
    return session.scalar(
        select(Message).where(Message.name == name, Message.message_id == message_id)
    )
