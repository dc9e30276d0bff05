"""Messages and signals between instances and from outside."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body, Found, Key, Search, page_of
from engine import definitions, messages
from engine.authorization import Permission
from engine.schema import next_key

router = APIRouter(prefix="/v2", tags=["messages"], route_class=CommandRoute)

grant(
    Permission.PUBLISH_MESSAGES,
    "POST /v2/messages/publication",
    "POST /v2/messages/correlation",
    "POST /v2/messages/search",
    "POST /v2/messages/{message_key}/publication",
    "POST /v2/signals/broadcast",
)
grant(Permission.READ_DEFINITIONS, "POST /v2/message-subscriptions/search")
_TENANT = "<default>"
_TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000


class Publication(Body):
    """A message that is kept for ``timeToLive`` milliseconds until it is wanted."""

    name: str = Field(min_length=1, max_length=200)
    correlation_key: str = Field(default="", max_length=500)
    time_to_live: int = Field(default=0, ge=0, le=_TEN_YEARS_MS)
    message_id: str | None = Field(default=None, max_length=200)
    variables: dict[str, Any] = Field(default_factory=dict)
    tenant_id: str | None = None


class Republication(Body):
    """A message published again, under a corrected key where one is given."""

    correlation_key: str | None = Field(default=None, max_length=500)
    time_to_live: int = Field(default=0, ge=0, le=_TEN_YEARS_MS)


class Correlation(Body):
    """A message that must find its receiver now."""

    name: str = Field(min_length=1, max_length=200)
    correlation_key: str = Field(default="", max_length=500)
    variables: dict[str, Any] = Field(default_factory=dict)
    tenant_id: str | None = None


class Broadcast(Body):
    """A signal for everything that waits for it."""

    signal_name: str = Field(min_length=1, max_length=200)
    variables: dict[str, Any] = Field(default_factory=dict)
    tenant_id: str | None = None


class Published(Answer):
    """A message that was taken on."""

    message_key: Key
    tenant_id: str = _TENANT


class Correlated(Published):
    """A message that found its receiver."""

    process_instance_key: Key


class Broadcasted(Answer):
    """A signal that was sent."""

    signal_key: Key
    caught: int
    tenant_id: str = _TENANT


class MessageAnswer(Answer):
    """A message without what it carries; BUFFERED ones are not delivered yet."""

    message_key: Key
    message_id: str
    message_name: str
    correlation_key: str
    state: str
    published_at: datetime
    published_by: str
    expires_at: datetime | None
    delivered_to: Key | None


class SubscriptionAnswer(Answer):
    """A message or signal that an instance waits for."""

    message_subscription_key: Key
    process_definition_id: str
    process_definition_key: Key
    process_instance_key: Key
    root_process_instance_key: Key
    element_id: str
    element_instance_key: Key | None = None
    business_id: str | None = None
    message_subscription_state: str = "CREATED"
    message_subscription_type: str = "PROCESS_EVENT"
    process_definition_name: str | None = None
    process_definition_version: int
    tool_name: str | None = None
    tool_properties: dict[str, Any] = Field(default_factory=dict)
    inbound_connector_type: str | None = None
    last_updated_date: datetime
    message_name: str
    correlation_key: str | None
    kind: str
    tenant_id: str = _TENANT


@router.post("/messages/publication", operation_id="publish_message")
def publish_message(
    body: Publication, actor: CurrentActor, session: Transaction
) -> Published:
    """Deliver a message, or keep it until somebody waits for it."""
    row = messages.publish(
        session,
        actor,
        body.name,
        body.correlation_key,
        body.variables,
        message_id=body.message_id,
        time_to_live=timedelta(milliseconds=body.time_to_live),
    )
    return Published(message_key=row.key)


@router.post("/messages/correlation", operation_id="correlate_message")
def correlate_message(
    body: Correlation, actor: CurrentActor, session: Transaction
) -> Correlated:
    """Deliver a message now; 409 where nobody waits for it."""
    row = messages.correlate(
        session, actor, body.name, body.correlation_key, body.variables
    )
    return Correlated.model_validate(
        {"message_key": row.key, "process_instance_key": row.delivered_to}
    )


@router.post("/messages/search", operation_id="search_messages")
def search_messages(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[MessageAnswer]:
    """Find messages; those that nobody wanted yet are BUFFERED."""
    found = messages.search(session, actor, body.query())
    return page_of(found, [_answer(row) for row in found.items])


@router.post(
    "/messages/{message_key}/publication", operation_id="publish_message_again"
)
def publish_message_again(
    message_key: Key,
    actor: CurrentActor,
    session: Transaction,
    body: Republication | None = None,
) -> MessageAnswer:
    """Deliver a message that nobody wanted, or keep it for longer."""
    given = body or Republication()
    row = messages.publish_again(
        session,
        actor,
        message_key,
        correlation_key=given.correlation_key,
        time_to_live=timedelta(milliseconds=given.time_to_live),
    )
    return _answer(row)


@router.post("/signals/broadcast", operation_id="broadcast_signal")
def broadcast_signal(
    body: Broadcast, actor: CurrentActor, session: Transaction
) -> Broadcasted:
    """Let everything that waits for a signal catch it."""
    caught = messages.broadcast(session, actor, body.signal_name, body.variables)
    return Broadcasted(signal_key=next_key(), caught=caught)


@router.post(
    "/message-subscriptions/search", operation_id="search_message_subscriptions"
)
def search_message_subscriptions(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[SubscriptionAnswer]:
    """Find what instances wait for."""
    found = messages.subscriptions(session, actor, body.query())
    items = [
        SubscriptionAnswer(
            message_subscription_key=row.key,
            process_definition_id=row.process_id,
            process_definition_key=row.definition_key,
            process_instance_key=row.instance_key,
            root_process_instance_key=row.root_key,
            element_id=row.element_id,
            process_definition_name=definitions.get(session, row.definition_key).name,
            process_definition_version=definitions.get(
                session, row.definition_key
            ).version,
            last_updated_date=row.created_at,
            message_name=row.name,
            correlation_key=row.correlation_key or None,
            kind=row.kind,
        )
        for row in found.items
    ]
    return page_of(found, items)


def _answer(row: Any) -> MessageAnswer:
    return MessageAnswer(
        message_key=row.key,
        message_id=row.message_id,
        message_name=row.name,
        correlation_key=row.correlation_key,
        state=row.state,
        published_at=row.published_at,
        published_by=row.published_by,
        expires_at=row.expires_at,
        delivered_to=row.delivered_to,
    )
