"""Webhooks: programs outside that are told of events, as CloudEvents."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from pydantic import AwareDatetime, Field, SecretStr
from sqlalchemy import Row

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body, Found, Key, Search, entity_tag, if_match, page_of
from engine import clock, webhooks
from engine.authorization import Permission
from engine.webhooks import WebhookDetails

router = APIRouter(prefix="/v2", tags=["webhooks"], route_class=CommandRoute)

_ONE = "/v2/webhooks/{webhook_key}"
_DELIVERY = "/v2/webhook-deliveries/{delivery_key}"
grant(
    Permission.MANAGE_CONNECTIONS,
    "POST /v2/webhooks",
    "POST /v2/webhooks/search",
    f"GET {_ONE}",
    f"PATCH {_ONE}",
    f"DELETE {_ONE}",
    f"POST {_ONE}/test",
    f"POST {_ONE}/replay",
    "POST /v2/webhook-deliveries/search",
    f"GET {_DELIVERY}",
    f"POST {_DELIVERY}/replay",
    f"POST {_DELIVERY}/cancellation",
)

EventName = Annotated[str, Field(min_length=1, max_length=80)]
_URL = 2000


class NewWebhook(Body):
    """Who is to be told of which events.

    ``events`` are names such as ``TaskCompleted``, ``Task*`` for all that begin so,
    or ``*``. ``secret`` is the base64 of 24 to 64 random bytes; no answer shows it.
    """

    name: str = Field(min_length=1, max_length=100)
    url: str = Field(min_length=1, max_length=_URL)
    events: list[EventName] = Field(min_length=1, max_length=50)
    secret: SecretStr = Field(min_length=1, max_length=200)
    active: bool = True


class WebhookPatch(Body):
    """What changes; what is left out stays."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    url: str | None = Field(default=None, min_length=1, max_length=_URL)
    events: list[EventName] | None = Field(default=None, min_length=1, max_length=50)
    secret: SecretStr | None = Field(default=None, min_length=1, max_length=200)
    active: bool | None = None


class Period(Body):
    """A time whose events are sent again; ``until`` is now unless it is given."""

    since: AwareDatetime
    until: AwareDatetime | None = None


class WebhookAnswer(Answer):
    """A webhook without its secret."""

    webhook_key: Key
    name: str
    url: str
    events: list[str]
    active: bool
    created_at: datetime
    created_by: str


class DeliveryAnswer(Answer):
    """An event on its way: PENDING, DELIVERED, FAILED or CANCELED."""

    delivery_key: Key
    webhook_key: Key
    event_key: Key
    event: str
    state: str
    attempts: int
    status: int | None
    error: str | None
    job_key: Key | None
    replay_of: Key | None
    created_at: datetime
    ended_at: datetime | None
    content: dict[str, Any]


class Replayed(Answer):
    """How many events are on their way again."""

    events: int


@router.post("/webhooks", status_code=201, operation_id="create_webhook")
def create_webhook(
    body: NewWebhook, actor: CurrentActor, session: Transaction
) -> WebhookAnswer:
    """Tell a program of events from now on."""
    details = _details(body.model_dump())
    return _answer(webhooks.add(session, actor, details))


@router.post("/webhooks/search", operation_id="search_webhooks")
def search_webhooks(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[WebhookAnswer]:
    """Find webhooks."""
    found = webhooks.search(session, actor, body.query())
    return page_of(found, [_answer(row) for row in found.items])


@router.get("/webhooks/{webhook_key}", operation_id="get_webhook")
def get_webhook(
    webhook_key: Key, actor: CurrentActor, session: Reading, response: Response
) -> WebhookAnswer:
    """Return a webhook."""
    row = webhooks.get(session, actor, webhook_key)
    response.headers["ETag"] = entity_tag(row.revision)
    return _answer(row)


@router.patch("/webhooks/{webhook_key}", operation_id="update_webhook")
def update_webhook(
    webhook_key: Key,
    body: WebhookPatch,
    actor: CurrentActor,
    session: Transaction,
    tag: Annotated[str | None, Header(alias="If-Match")] = None,
) -> WebhookAnswer:
    """Change a webhook; an inactive one is told nothing."""
    row = webhooks.get(session, actor, webhook_key)
    known = {name: getattr(row, name) for name in ("name", "url", "events", "active")}
    given = {**known, **body.model_dump(exclude_none=True)}
    row = webhooks.change(
        session, actor, webhook_key, _details(given), revision=if_match(tag)
    )
    return _answer(row)


@router.delete(
    "/webhooks/{webhook_key}", status_code=204, operation_id="delete_webhook"
)
def delete_webhook(webhook_key: Key, actor: CurrentActor, session: Transaction) -> None:
    """Tell a program no more, and forget what it was told."""
    webhooks.remove(session, actor, webhook_key)


@router.post(
    "/webhooks/{webhook_key}/test", status_code=202, operation_id="test_webhook"
)
def test_webhook(
    webhook_key: Key, actor: CurrentActor, session: Transaction
) -> DeliveryAnswer:
    """Send an event that means nothing, to see whether it arrives."""
    return _delivery(webhooks.try_out(session, actor, webhook_key))


@router.post(
    "/webhooks/{webhook_key}/replay", status_code=202, operation_id="replay_webhook"
)
def replay_webhook(
    webhook_key: Key, body: Period, actor: CurrentActor, session: Transaction
) -> Replayed:
    """Send the events of a time once more, at most 1,000, the oldest first."""
    until = body.until or clock.system_now()
    count = webhooks.replay_since(session, actor, webhook_key, body.since, until)
    return Replayed(events=count)


@router.post("/webhook-deliveries/search", operation_id="search_webhook_deliveries")
def search_webhook_deliveries(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[DeliveryAnswer]:
    """Find events on their way to webhooks, and what became of them."""
    found = webhooks.search_deliveries(session, actor, body.query())
    return page_of(found, [_delivery(row) for row in found.items])


@router.get("/webhook-deliveries/{delivery_key}", operation_id="get_webhook_delivery")
def get_webhook_delivery(
    delivery_key: Key, actor: CurrentActor, session: Reading
) -> DeliveryAnswer:
    """Return a delivery with the event that it brings."""
    return _delivery(webhooks.delivery(session, actor, delivery_key))


@router.post(
    "/webhook-deliveries/{delivery_key}/replay",
    status_code=202,
    operation_id="replay_webhook_delivery",
)
def replay_webhook_delivery(
    delivery_key: Key, actor: CurrentActor, session: Transaction
) -> DeliveryAnswer:
    """Send an event once more, whatever became of it; its id stays the same."""
    return _delivery(webhooks.replay(session, actor, delivery_key))


@router.post(
    "/webhook-deliveries/{delivery_key}/cancellation",
    status_code=204,
    operation_id="cancel_webhook_delivery",
)
def cancel_webhook_delivery(
    delivery_key: Key, actor: CurrentActor, session: Transaction
) -> None:
    """Give up an event that is on its way, or that did not arrive."""
    webhooks.cancel(session, actor, delivery_key)


def _details(given: dict[str, Any]) -> WebhookDetails:
    secret: SecretStr | None = given.pop("secret", None)
    return WebhookDetails(
        **{**given, "events": tuple(given["events"])},
        secret=None if secret is None else secret.get_secret_value(),
    )


def _answer(row: Row[Any]) -> WebhookAnswer:
    return WebhookAnswer(
        webhook_key=row.key,
        name=row.name,
        url=row.url,
        events=row.events,
        active=row.active,
        created_at=row.created_at,
        created_by=row.created_by,
    )


def _delivery(row: Any) -> DeliveryAnswer:
    return DeliveryAnswer(
        delivery_key=row.key,
        webhook_key=row.webhook_key,
        event_key=row.event_key,
        event=row.event,
        state=row.state,
        attempts=row.attempts,
        status=row.status,
        error=row.error,
        job_key=row.job_key,
        replay_of=row.replay_of,
        created_at=row.created_at,
        ended_at=row.ended_at,
        content=row.content,
    )
