"""Who is told of what: webhooks as administrators set them up."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Table, delete, select
from sqlalchemy.orm import Session

from engine import cache, clock, journal, outbox, sealing
from engine import search as searching
from engine.actors import Actor
from engine.authorization import Permission, require
from engine.connectors.reach import Reach
from engine.errors import (
    InvalidInputError,
    NotFoundError,
    Problem,
    StaleVersionError,
    Text,
)
from engine.schema import Webhook, WebhookDelivery, next_key
from engine.search import Column, Found, Query, Searchable
from engine.settings import Settings

PREFIX = "whsec_"
TEST = "Test"
_EVENT = re.compile(r"\*|[A-Z][A-Za-z]{0,60}\*?")
_SECRET_BYTES = range(24, 65)
_TABLE: Table = Webhook.metadata.tables["webhook"]
_SHOWN = [column for column in _TABLE.c if column.name != "secret"]

NAMES: Mapping[str, Column] = {
    "webhookKey": searching.key(_TABLE.c.key),
    "name": searching.text(_TABLE.c.name),
    "url": searching.text(_TABLE.c.url),
    "active": searching.flag(_TABLE.c.active),
    "createdAt": searching.moment(_TABLE.c.created_at),
    "createdBy": searching.text(_TABLE.c.created_by),
}
_SEARCHABLE = Searchable(NAMES, _TABLE.c.key)


class WebhookNotFoundError(NotFoundError):
    """There is no such webhook."""

    code = "webhook-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such webhook", "没有该Webhook")


class WebhookChangedError(StaleVersionError):
    """Somebody changed the webhook since the caller read it."""

    code = "webhook-changed"

    def __init__(self) -> None:
        super().__init__(
            "The webhook was changed meanwhile; read it again, then change it",
            "该Webhook已被他人修改;请重新读取后再修改",
        )


class WebhookInvalidError(InvalidInputError):
    """Something about a webhook is not as it must be."""

    code = "webhook-invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            "The webhook cannot be kept like this; see errors",
            "该Webhook的设置有误,详见errors",
            tuple(problems),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDetails:
    """What an administrator decides; without a ``secret`` the old one stays.

    A secret is the base64 of 24 to 64 bytes, as of ``openssl rand -base64 32``;
    ``whsec_`` may stand before it.
    """

    name: str
    url: str
    events: tuple[str, ...]
    active: bool = True
    secret: str | None = None


def add(session: Session, actor: Actor, details: WebhookDetails) -> Row[Any]:
    """Tell somebody of events from now on.

    Raises:
        WebhookInvalidError: Address, events or secret are not as they must be.
        NoSecretKeyError: The secret could not be kept safe.
    """
    require(actor, Permission.MANAGE_CONNECTIONS)
    _check(session, details, new=True)
    row = Webhook(
        key=next_key(),
        name=details.name,
        url=details.url,
        events=list(details.events),
        active=details.active,
        secret=sealed(session, details.secret or ""),
        created_at=clock.system_now(),
        created_by=actor.username,
    )
    session.add(row)
    session.flush()
    _changed(session, actor, "WebhookAdded", row)
    return get(session, actor, row.key)


def change(
    session: Session,
    actor: Actor,
    key: int,
    details: WebhookDetails,
    *,
    revision: int | None = None,
) -> Row[Any]:
    """Change a webhook; what is on its way goes to the new address.

    Raises:
        WebhookNotFoundError: There is none.
        WebhookChangedError: It is not the ``revision`` any more.
        WebhookInvalidError: Address, events or secret are not as they must be.
    """
    row = _locked(session, actor, key)
    if revision is not None and revision != row.revision:
        raise WebhookChangedError
    _check(session, details, new=False)
    row.name, row.url, row.active = details.name, details.url, details.active
    row.events = list(details.events)
    if details.secret is not None:
        row.secret = sealed(session, details.secret)
    row.revision += 1
    session.flush()
    _changed(session, actor, "WebhookChanged", row)
    return get(session, actor, key)


def remove(session: Session, actor: Actor, key: int) -> None:
    """Tell somebody no more; its deliveries go with it.

    Raises:
        WebhookNotFoundError: There is none.
    """
    row = _locked(session, actor, key)
    of_it = delete(WebhookDelivery).where(WebhookDelivery.webhook_key == key)
    session.execute(of_it)
    session.delete(row)
    session.flush()
    _changed(session, actor, "WebhookRemoved", row)


def get(session: Session, actor: Actor, key: int) -> Row[Any]:
    """Return a webhook without its secret.

    Raises:
        WebhookNotFoundError: There is none.
    """
    require(actor, Permission.MANAGE_CONNECTIONS)
    row = session.execute(select(*_SHOWN).where(_TABLE.c.key == key)).first()
    if row is None:
        raise WebhookNotFoundError
    return row


def search(session: Session, actor: Actor, query: Query) -> Found[Row[Any]]:
    """Return webhooks without their secrets.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    require(actor, Permission.MANAGE_CONNECTIONS)
    return _SEARCHABLE.search(session, select(*_SHOWN), query)


def try_out(session: Session, actor: Actor, key: int) -> WebhookDelivery:
    """Send an event that means nothing, to see whether it arrives.

    Raises:
        WebhookNotFoundError: There is none.
    """
    row = _locked(session, actor, key)
    entry = {
        "key": next_key(),
        "at": cache.now(session),
        "actor": actor.username,
        "event": TEST,
        "scope_key": None,
        "instance_key": None,
        "task_key": None,
        "element_id": "",
        "details": {},
    }
    return outbox.post(session, row.key, entry)


def sealed(session: Session, secret: str) -> bytes:
    """Return a secret as it is stored."""
    settings: Settings = session.info["settings"]
    return sealing.seal(settings.secret_keys, secret.removeprefix(PREFIX))


def _locked(session: Session, actor: Actor, key: int) -> Webhook:
    require(actor, Permission.MANAGE_CONNECTIONS)
    row = session.get(Webhook, key, with_for_update=True, populate_existing=True)
    if row is None:
        raise WebhookNotFoundError
    return row


def _changed(session: Session, actor: Actor, event: str, row: Webhook) -> None:
    cache.bump(session, outbox.REVISION)
    details = {"webhook": str(row.key), "name": row.name}
    journal.record(session, actor, event, details=details)


def _check(session: Session, details: WebhookDetails, *, new: bool) -> None:
    settings: Settings = session.info["settings"]
    problems = [*Reach(settings.outgoing).problems(details.url, "/url")]
    if not details.events or not all(map(_EVENT.fullmatch, details.events)):
        text = Text(
            "Name events such as TaskCompleted, Task* for all that begin so, or *",
            "请填写事件名称,如TaskCompleted;Task*表示以Task开头的所有事件,*表示全部",
        )
        problems.append(Problem("/events", "malformed", text))
    if (new or details.secret is not None) and not _is_secret(details.secret or ""):
        text = Text(
            "The secret must be the base64 of 24 to 64 random bytes, for example of "
            "openssl rand -base64 32",
            "密钥须为24至64个随机字节的base64编码,例如openssl rand -base64 32的输出",
        )
        problems.append(Problem("/secret", "malformed", text))
    if problems:
        raise WebhookInvalidError(problems)


def _is_secret(text: str) -> bool:
    try:
        return len(base64.b64decode(text.removeprefix(PREFIX), validate=True)) in (
            _SECRET_BYTES
        )
    except (binascii.Error, ValueError):
        return False
