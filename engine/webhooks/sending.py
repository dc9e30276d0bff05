"""Telling a webhook of an event: signed as the Standard Webhooks specification says.

The signature is HMAC-SHA256 over ``<id>.<timestamp>.<body>``. The id is the event's,
so that whoever gets an event twice can tell; the timestamp is that of the try.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from engine import clock, sealing
from engine.connectors import ConnectorUnavailableError
from engine.connectors.exchange import Caller
from engine.connectors.reach import Reach
from engine.errors import EngineError
from engine.lifecycles import DeliveryState
from engine.schema import Webhook, WebhookDelivery, to_json
from engine.settings import Settings

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
_LONGEST_ERROR = 500
_TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What is sent where; ``secret`` is the open one."""

    url: str
    secret: str = field(repr=False)
    event_id: str
    body: bytes


class Undeliverable(ConnectorUnavailableError):  # noqa: N818 - it may arrive yet
    """The webhook did not take the event; ``status`` is what it answered."""

    def __init__(self, status: int, pause: float | None) -> None:
        super().__init__("Webhook", str(status), pause=pause)
        self.status = status


def prepare(session: Session, delivery_key: int) -> Outgoing | None:
    """Return what a delivery sends; None where there is nothing to send any more.

    Raises:
        SealBrokenError: The secret cannot be opened.
    """
    row = session.get(WebhookDelivery, delivery_key)
    if row is None or row.state is not DeliveryState.PENDING:
        return None
    webhook = session.get(Webhook, row.webhook_key)
    if webhook is None or not webhook.active:
        return None
    settings: Settings = session.info["settings"]
    return Outgoing(
        url=webhook.url,
        secret=sealing.unseal(settings.secret_keys, webhook.secret),
        event_id=str(row.event_key),
        body=to_json(row.content).encode(),
    )


def transmit(settings: Settings, outgoing: Outgoing) -> int:
    """Send an event and return the status of the answer; never in a transaction.

    Raises:
        AddressNotAllowedError: The operator does not allow the address (any more).
        ConnectorUnavailableError: It was not taken; trying later may help.
    """
    caller = Caller(
        system="Webhook", reach=Reach(settings.outgoing), timeout=_TIMEOUT_SECONDS
    )
    headers = {
        "Content-Type": CONTENT_TYPE,
        "User-Agent": "fuwu",
        **signature(outgoing, int(clock.system_now().timestamp())),
    }
    answer = caller.send("POST", outgoing.url, headers, outgoing.body)
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - what HTTP calls success
        raise Undeliverable(answer.status, answer.pause)
    return answer.status


def signature(outgoing: Outgoing, timestamp: int) -> dict[str, str]:
    """Return the headers by which the receiver knows that an event is ours."""
    signed = f"{outgoing.event_id}.{timestamp}.".encode() + outgoing.body
    secret = base64.b64decode(outgoing.secret)
    digest = hmac.digest(secret, signed, hashlib.sha256)
    return {
        "webhook-id": outgoing.event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def delivered(session: Session, delivery_key: int, status: int | None) -> None:
    """Write down that an event has arrived; without a ``status`` nobody wants it."""
    row = session.get(WebhookDelivery, delivery_key, with_for_update=True)
    if row is None or row.state is not DeliveryState.PENDING:
        return
    row.state = DeliveryState.CANCELED if status is None else DeliveryState.DELIVERED
    row.attempts += status is not None
    row.status, row.error, row.ended_at = status, None, clock.system_now()
    session.flush()


def failed(
    session: Session, delivery_key: int, error: Exception, *, for_good: bool
) -> None:
    """Write down that an event was not taken."""
    row = session.get(WebhookDelivery, delivery_key, with_for_update=True)
    if row is None or row.state is not DeliveryState.PENDING:
        return
    row.attempts += 1
    row.status = error.status if isinstance(error, Undeliverable) else None
    said = error.text.en if isinstance(error, EngineError) else type(error).__name__
    row.error = said[:_LONGEST_ERROR]
    if for_good:
        row.state, row.ended_at = DeliveryState.FAILED, clock.system_now()
    session.flush()
