"""Events for webhooks, written in the transaction of what they report.

Where nobody has subscribed this costs a look into memory.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import cache, clock, cloud_events, jobs
from engine.schema import Scope, Webhook, WebhookDelivery, next_key
from engine.settings import Settings

KIND = "webhook"
OPERATION = "webhook.deliver"
REVISION = "webhooks"

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subscription:
    """An active webhook: its key and the names that it wants."""

    key: int
    events: frozenset[str]

    def wants(self, event: str) -> bool:
        """Tell whether an event is to be told, by its name or what it begins with."""
        return event in self.events or any(
            event.startswith(name[:-1]) for name in self.events if name.endswith("*")
        )


def hand_on(session: Session, entries: Iterable[Entry]) -> None:
    """Put entries that have just been written to the journal on their way."""
    known = cache.refreshed(session).revised(
        session, REVISION, lambda: _subscriptions(session)
    )
    if not known:
        return
    for entry in entries:
        for subscription in known:
            if subscription.wants(entry["event"]):
                post(session, subscription.key, entry)


def post(
    session: Session, webhook_key: int, entry: Entry, *, replay_of: int | None = None
) -> WebhookDelivery:
    """Write down that a webhook is to be told of an entry, and have it told."""
    event = cloud_events.of_entry(
        entry,
        project_no=_project_no(session, entry["scope_key"]),
        source=_settings(session).public_url,
    )
    return send(
        session, webhook_key, entry["key"], entry["event"], event, replay_of=replay_of
    )


def send(
    session: Session,
    webhook_key: int,
    event_key: int,
    name: str,
    event: Mapping[str, Any],
    *,
    replay_of: int | None = None,
) -> WebhookDelivery:
    """Have an event told that is there already."""
    key = next_key()
    job = jobs.enqueue(
        session,
        kind=KIND,
        operation=OPERATION,
        payload={"delivery": str(key)},
        waited_for=False,
    )
    delivery = WebhookDelivery(
        key=key,
        webhook_key=webhook_key,
        event_key=event_key,
        event=name,
        content=dict(event),
        job_key=job.key,
        replay_of=replay_of,
        created_at=clock.system_now(),
    )
    session.add(delivery)
    session.flush()
    return delivery


def _subscriptions(session: Session) -> Sequence[Subscription]:
    active = select(Webhook.key, Webhook.events).where(Webhook.active)
    return tuple(
        Subscription(key, frozenset(events)) for key, events in session.execute(active)
    )


def _project_no(session: Session, scope_key: int | None) -> str | None:
    scope = None if scope_key is None else session.get(Scope, scope_key)
    return None if scope is None else scope.business_id


def _settings(session: Session) -> Settings:
    settings: Settings = session.info["settings"]
    return settings
