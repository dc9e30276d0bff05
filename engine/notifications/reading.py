"""Notices as their recipients and their project see them, and what becomes of them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import cache
from engine.actors import Actor
from engine.authorization import may_see_scope, require_scope
from engine.errors import ConflictError, NotAllowedError, NotFoundError
from engine.notifications.sending import SPOKEN
from engine.schema import Notification


class NotificationNotFoundError(NotFoundError):
    """There is no such notice, as far as the actor may know."""

    code = "notification-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such notice", "没有该通知")


class NothingToTellError(ConflictError):
    """The notice went out by itself, or was told before."""

    code = "nothing-to-tell"

    def __init__(self) -> None:
        super().__init__(
            "This notice needs no telling any more; it has been sent",
            "该通知已送达,无需再次告知",
        )


class ToldByRecipientError(NotAllowedError):
    """Who hears a sentence cannot confirm having said it."""

    code = "told-by-recipient"

    def __init__(self) -> None:
        super().__init__(
            "Only staff can confirm that the customer was told",
            "只有公司人员可以确认已告知客户",
        )


def own(
    session: Session, actor: Actor, *, unread: bool = False, limit: int = 100
) -> list[Notification]:
    """Return the actor's notices, the newest first."""
    rows = select(Notification).where(Notification.recipient == actor.username)
    if unread:
        rows = rows.where(Notification.read_at.is_(None))
    newest = Notification.created_at.desc(), Notification.key.desc()
    return list(session.scalars(rows.order_by(*newest).limit(limit)))


def of_scope(
    session: Session, actor: Actor, scope_key: int, *, limit: int = 1000
) -> list[Notification]:
    """Return the notices of a project, the oldest first; customers get their own.

    Raises:
        ScopeHiddenError: The actor may not see the project.
    """
    require_scope(session, actor, scope_key)
    rows = select(Notification).where(Notification.scope_key == scope_key)
    if actor.is_customer:
        rows = rows.where(Notification.recipient == actor.username)
    return list(session.scalars(rows.order_by(Notification.key).limit(limit)))


def read(session: Session, actor: Actor, notification_key: int) -> Notification:
    """Return one of the actor's notices and remember that he saw it.

    Raises:
        NotificationNotFoundError: It is not there, or somebody else's.
    """
    row = session.get(Notification, notification_key)
    if row is None or row.recipient != actor.username:
        raise NotificationNotFoundError
    row.read_at = row.read_at or cache.now(session)
    return row


def told(
    session: Session, actor: Actor, notification_key: int, at: datetime
) -> Notification:
    """Prove that somebody spoke to the recipient, and when.

    Raises:
        NotificationNotFoundError: It is not there for the actor.
        ToldByRecipientError: A customer tries.
        NothingToTellError: It was told, or is of a channel that sends by itself.
    """
    row = session.get(Notification, notification_key, with_for_update=True)
    if row is None or not may_see_scope(session, actor, row.scope_key):
        raise NotificationNotFoundError
    if actor.is_customer:
        raise ToldByRecipientError
    if row.channel not in SPOKEN or row.sent_at is not None:
        raise NothingToTellError
    row.sent_at, row.proof = at, f"told by {actor.username}"
    session.flush()
    return row
