"""What became of events on their way to webhooks, and sending them once more."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Table, delete, select
from sqlalchemy.orm import Session

from engine import clock, jobs, outbox
from engine import search as searching
from engine.actors import Actor
from engine.authorization import Permission, require
from engine.errors import NotFoundError
from engine.lifecycles import DELIVERY, DeliveryState, JobState
from engine.schema import Job, JournalEntry, Webhook, WebhookDelivery
from engine.search import Column, Found, Query, Searchable
from engine.webhooks.registry import WebhookNotFoundError

AT_ONCE = 1000
_KEPT = timedelta(days=30)
_TABLE: Table = WebhookDelivery.metadata.tables["webhook_delivery"]
_ENTRIES: Table = JournalEntry.metadata.tables["journal_entry"]

NAMES: Mapping[str, Column] = {
    "deliveryKey": searching.key(_TABLE.c.key),
    "webhookKey": searching.key(_TABLE.c.webhook_key),
    "eventKey": searching.key(_TABLE.c.event_key),
    "event": searching.text(_TABLE.c.event),
    "state": searching.state(_TABLE.c.state, DeliveryState),
    "createdAt": searching.moment(_TABLE.c.created_at),
    "endedAt": searching.moment(_TABLE.c.ended_at, nullable=True),
}
_SEARCHABLE = Searchable(NAMES, _TABLE.c.key)


class DeliveryNotFoundError(NotFoundError):
    """There is no such delivery."""

    code = "delivery-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such delivery", "没有该投递记录")


def search_deliveries(session: Session, actor: Actor, query: Query) -> Found[Row[Any]]:
    """Return deliveries.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    require(actor, Permission.MANAGE_CONNECTIONS)
    return _SEARCHABLE.search(session, select(_TABLE), query)


def delivery(session: Session, actor: Actor, key: int) -> WebhookDelivery:
    """Return a delivery.

    Raises:
        DeliveryNotFoundError: There is none.
    """
    require(actor, Permission.MANAGE_CONNECTIONS)
    row = session.get(WebhookDelivery, key)
    if row is None:
        raise DeliveryNotFoundError
    return row


def replay(session: Session, actor: Actor, key: int) -> WebhookDelivery:
    """Send an event once more, whatever became of it; it keeps its id.

    Raises:
        DeliveryNotFoundError: There is none.
    """
    row = delivery(session, actor, key)
    return outbox.send(
        session,
        row.webhook_key,
        row.event_key,
        row.event,
        row.content,
        replay_of=row.key,
    )


def replay_since(
    session: Session, actor: Actor, webhook_key: int, since: datetime, until: datetime
) -> int:
    """Send a webhook what it wants of a time that is over; return how many events.

    The journal has them, also from before the webhook was there. No more than
    ``AT_ONCE`` are sent, the oldest first; times are system time.

    Raises:
        WebhookNotFoundError: There is none.
    """
    require(actor, Permission.MANAGE_CONNECTIONS)
    webhook = session.get(Webhook, webhook_key)
    if webhook is None:
        raise WebhookNotFoundError
    wanted = outbox.Subscription(webhook.key, frozenset(webhook.events))
    entries = (
        select(_ENTRIES)
        .where(_ENTRIES.c.recorded_at >= since, _ENTRIES.c.recorded_at < until)
        .order_by(_ENTRIES.c.key)
        .execution_options(yield_per=AT_ONCE)
    )
    found: list[Mapping[str, Any]] = []
    with session.execute(entries) as rows:
        for row in rows:
            if wanted.wants(row.event):
                found.append(row._asdict())
            if len(found) == AT_ONCE:
                break
    for entry in found:
        outbox.post(session, webhook.key, entry)
    return len(found)


def cancel(session: Session, actor: Actor, key: int) -> None:
    """Give up an event that is on its way, or that did not arrive.

    Raises:
        DeliveryNotFoundError: There is none.
        IllegalMoveError: It has arrived, or was given up before.
    """
    row = delivery(session, actor, key)
    DELIVERY.check(row.state, DeliveryState.CANCELED)
    job = None if row.job_key is None else session.get(Job, row.job_key)
    if job is not None and job.state in {JobState.CREATED, JobState.FAILED}:
        jobs.cancel(session, job)
    row.state, row.ended_at = DeliveryState.CANCELED, clock.system_now()
    session.flush()


def forget_old(session: Session) -> None:
    """Forget deliveries that ended a month ago; the journal keeps the events."""
    over = _TABLE.c.ended_at < clock.system_now() - _KEPT
    session.execute(delete(_TABLE).where(over))
