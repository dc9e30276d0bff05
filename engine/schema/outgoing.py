"""Who outside is told what happens: webhooks with their deliveries, robots."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from engine.lifecycles import DeliveryState
from engine.schema.base import Base, PackedJson, next_key


class Webhook(Base):
    """A program outside that is told of events; ``secret`` is sealed.

    ``events`` are names of events, ``Task*`` for all that begin so, ``*`` for all.
    """

    __tablename__ = "webhook"

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    name: Mapped[str]
    url: Mapped[str]
    events: Mapped[list[str]]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)


class WebhookDelivery(Base):
    """One event on its way to one webhook, written with what it reports.

    ``event_key`` is the journal entry's; ``content`` the event as it is sent.
    ``replay_of`` is the delivery that this one repeats. Times are system time.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index(None, "webhook_key", "key"),
        Index(None, "state", "key"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    webhook_key: Mapped[int] = mapped_column(
        ForeignKey("webhook.key", ondelete="CASCADE")
    )
    event_key: Mapped[int]
    event: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(PackedJson)
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[int | None]
    error: Mapped[str | None]
    job_key: Mapped[int | None]
    replay_of: Mapped[int | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Robot(Base):
    """A robot of a chat group that passes notices on.

    ``address`` (which carries a token) and ``secret`` are sealed. ``audience`` are
    ``user:NAME``, ``duty:NAME`` or ``*`` (all staff): whose notices it passes on.
    ``error`` says why the last one did not get through.
    """

    __tablename__ = "robot"

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    name: Mapped[str]
    kind: Mapped[str]
    address: Mapped[bytes] = mapped_column(LargeBinary)
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    audience: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(default=True)
    spoke_at: Mapped[datetime | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
