"""Files that people bring: received, theirs alone, attached later or discarded."""

from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine import cache
from engine.actors import Actor
from engine.authorization import Permission, require
from engine.database import Database
from engine.documents.media import clean_name, media_type
from engine.documents.reading import DocumentNotFoundError, store_of
from engine.documents.store import Content, DocumentStore
from engine.errors import ConflictError
from engine.schema import Document, DocumentAccess


@dataclass(frozen=True, slots=True)
class Received:
    """A stored content that no row refers to yet, under its cleaned name."""

    content: Content
    name: str
    media_type: str


class DocumentAttachedError(ConflictError):
    """An attached document belongs to the case and stays."""

    code = "document-attached"

    def __init__(self) -> None:
        super().__init__(
            "The document belongs to a completed step and can no longer be removed",
            "该文件已随办理结果归档,不能删除",
        )


def receive(store: DocumentStore, stream: BinaryIO, name: str, limit: int) -> Received:
    """Store a content, before any transaction begins.

    Raises:
        ContentTooLargeError: ``stream`` yields more than ``limit`` bytes.
        StoreFullError: There is no room; nothing was kept.
    """
    content = store.receive(stream, limit)
    cleaned = clean_name(name)
    with store.open(content.sha256) as stored:
        return Received(content, cleaned, media_type(stored, content.head, cleaned))


def add(session: Session, actor: Actor, received: Received) -> Document:
    """Record a received file as the actor's own."""
    require(actor, Permission.UPLOAD_DOCUMENTS)
    document = Document(
        name=received.name,
        media_type=received.media_type,
        size=received.content.size,
        sha256=received.content.sha256,
        created_at=cache.now(session),
        created_by=actor.username,
    )
    session.add(document)
    session.flush()
    return document


def upload(session: Session, actor: Actor, stream: BinaryIO, name: str) -> Document:
    """Receive and record in one go, where ``stream`` is local already."""
    require(actor, Permission.UPLOAD_DOCUMENTS)
    limit: int = session.info["settings"].max_upload_bytes
    return add(session, actor, receive(store_of(session), stream, name, limit))


def discard(session: Session, actor: Actor, document_key: int) -> None:
    """Remove an upload that its owner has not used.

    The content goes later (`tidy`), because somebody may be storing the same
    bytes at this moment.

    Raises:
        DocumentNotFoundError: There is none, or it is somebody else's.
        DocumentAttachedError: A completed step refers to it.
    """
    document = session.get(Document, document_key, with_for_update=True)
    if document is None or document.created_by != actor.username:
        raise DocumentNotFoundError
    if document.attached_at is not None:
        raise DocumentAttachedError
    mine = DocumentAccess.document_key == document_key
    session.execute(delete(DocumentAccess).where(mine))
    session.delete(document)
    session.flush()


def tidy(database: Database, older_than_seconds: float = 86_400) -> int:
    """Remove contents that no document refers to; return how many went."""
    store: DocumentStore = database.info["documents"]
    removed = 0
    for sha256 in store.digests(older_than_seconds):
        with database.reading() as session:
            used = session.scalar(
                select(Document.key).where(Document.sha256 == sha256).limit(1)
            )
        if used is None:
            store.remove(sha256)
            removed += 1
    return removed
