"""Webhooks: programs outside that are told of events, and what became of it."""

from engine.webhooks.deliveries import (
    DeliveryNotFoundError,
    cancel,
    delivery,
    forget_old,
    replay,
    replay_since,
    search_deliveries,
)
from engine.webhooks.registry import (
    WebhookDetails,
    WebhookNotFoundError,
    add,
    change,
    get,
    remove,
    search,
    try_out,
)
from engine.webhooks.sending import Outgoing, delivered, failed, prepare, transmit

__all__ = [
    "DeliveryNotFoundError",
    "Outgoing",
    "WebhookDetails",
    "WebhookNotFoundError",
    "add",
    "cancel",
    "change",
    "delivered",
    "delivery",
    "failed",
    "forget_old",
    "get",
    "prepare",
    "remove",
    "replay",
    "replay_since",
    "search",
    "search_deliveries",
    "transmit",
    "try_out",
]
