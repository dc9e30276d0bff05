"""Notices: what the caller, or the people of a project, were told."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Body as HttpBody
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body, Key, Listed
from engine import documents, notifications
from engine.authorization import Actor, Permission
from engine.schema import Document, Notification, Scope

router = APIRouter(
    prefix="/v2/notifications", tags=["notifications"], route_class=CommandRoute
)

_CLOSED = {True: "附有未向您开放的文件", False: "Comes with documents closed to you"}

grant(
    Permission.READ_NOTICES,
    "POST /v2/notifications/search",
    "POST /v2/notifications/{notification_key}/reading",
)


class NoticeSearch(Body):
    """Which of the caller's notices."""

    unread: bool = False
    limit: int = Field(default=100, ge=1, le=1000)


class NoticeDocument(Answer):
    """A document that came with a notice."""

    document_id: str
    kind: str
    file_name: str


class NoticeAnswer(Answer):
    """A notice; ``proof`` says how the recipient got it, null while he has not.

    Of another's notice with documents that are closed to the reader he learns
    neither the documents nor the words; the title then says so.
    """

    notification_key: Key
    recipient: str
    template: str
    title: str
    body: str
    channel: str
    project_no: str | None
    process_instance_key: Key | None
    element_id: str
    documents: list[NoticeDocument]
    created_at: datetime
    sent_at: datetime | None
    proof: str | None
    read_at: datetime | None


@router.post("/search", operation_id="search_notifications")
def search_notifications(
    body: Annotated[NoticeSearch, HttpBody(default_factory=NoticeSearch)],
    actor: CurrentActor,
    session: Reading,
) -> Listed[NoticeAnswer]:
    """Return the caller's own notices, the newest first."""
    rows = notifications.own(session, actor, unread=body.unread, limit=body.limit)
    return Listed(items=answers(session, actor, rows))


@router.post("/{notification_key}/reading", operation_id="read_notification")
def read_notification(
    notification_key: Key, actor: CurrentActor, session: Transaction
) -> NoticeAnswer:
    """Return a notice of the caller's and remember that he has seen it."""
    row = notifications.read(session, actor, notification_key)
    return answers(session, actor, [row])[0]


def notices_of(session: Session, actor: Actor, scope_key: int) -> list[NoticeAnswer]:
    """Return the notices of a project that ``actor`` may see."""
    return answers(session, actor, notifications.of_scope(session, actor, scope_key))


def answers(
    session: Session, actor: Actor, rows: list[Notification]
) -> list[NoticeAnswer]:
    """Return notices in the caller's language, with documents that he may read."""
    papers = _documents(session, actor, rows)
    numbers = _numbers(session, rows)
    return [_answer(row, actor.language, papers, numbers) for row in rows]


def _answer(
    row: Notification,
    language: str,
    papers: dict[str, Document],
    numbers: dict[int, str],
) -> NoticeAnswer:
    chinese = language.startswith("zh")
    known = [papers[key] for key in row.document_keys if key in papers]
    # The words of a notice name its documents.
    told = len(known) == len(row.document_keys)
    title = row.title if chinese else row.title_en
    values: dict[str, Any] = {
        "notification_key": row.key,
        "recipient": row.recipient,
        "template": row.template,
        "title": title if told else _CLOSED[chinese],
        "body": (row.body if chinese else row.body_en) if told else "",
        "channel": row.channel,
        "project_no": numbers.get(row.scope_key or 0),
        "process_instance_key": row.instance_key,
        "element_id": row.element_id,
        "documents": [
            NoticeDocument(document_id=str(d.key), kind=d.kind, file_name=d.name)
            for d in known
        ],
        "created_at": row.created_at,
        "sent_at": row.sent_at,
        "proof": row.proof,
        "read_at": row.read_at,
    }
    return NoticeAnswer(**values)


def _documents(
    session: Session, actor: Actor, rows: list[Notification]
) -> dict[str, Document]:
    wanted = {int(key) for row in rows for key in row.document_keys}
    if not wanted:
        return {}
    found = documents.readable_of(session, actor, wanted)
    return {str(document.key): document for document in found}


def _numbers(session: Session, rows: list[Notification]) -> dict[int, str]:
    wanted = {row.scope_key for row in rows if row.scope_key is not None}
    if not wanted:
        return {}
    found = session.execute(
        select(Scope.key, Scope.business_id).where(Scope.key.in_(wanted))
    )
    return {row.key: row.business_id for row in found}
