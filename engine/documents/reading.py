"""Who may read a document, and finding those that somebody may read.

An upload is its owner's alone. Once attached, the access list alone decides: not
even its owner reads on by having brought it, and administrators read nothing by
being administrators.
"""

from collections.abc import Iterable
from typing import BinaryIO

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from engine.actors import SYSTEM, Actor
from engine.authorization import Permission, duties_of, may_see_scope, require
from engine.documents.store import DocumentStore
from engine.errors import NotAllowedError, NotFoundError
from engine.schema import Document, DocumentAccess, ScopeMember


class DocumentNotFoundError(NotFoundError):
    """There is no such document, as far as the actor may know."""

    code = "document-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such document", "没有该文件")


class DocumentClosedError(NotAllowedError):
    """The document is there, but the actor is not among its readers."""

    code = "document-closed"

    def __init__(self) -> None:
        super().__init__(
            "This document is for others; ask its owner if you need it",
            "您不在该文件的阅读范围内;如确有需要,请联系文件提交人",
        )


def store_of(session: Session) -> DocumentStore:
    """Return the place where this process keeps contents."""
    store: DocumentStore = session.info["documents"]
    return store


def find(session: Session, actor: Actor, document_key: int) -> Document:
    """Return a document that the actor may read.

    Raises:
        DocumentNotFoundError: There is none, or its scope is hidden from him.
        DocumentClosedError: He sees the scope, but is not among the readers.
    """
    require(actor, Permission.READ_DOCUMENTS)
    document = session.get(Document, document_key)
    if document is None:
        raise DocumentNotFoundError
    if may_read(session, actor, document):
        return document
    if document.attached_at is None or document.scope_key is None:
        raise DocumentNotFoundError
    if actor.is_customer or not may_see_scope(session, actor, document.scope_key):
        raise DocumentNotFoundError
    raise DocumentClosedError


def open_content(
    session: Session, actor: Actor, document_key: int
) -> tuple[Document, BinaryIO]:
    """Return a document and its content, opened for reading; the caller closes it."""
    document = find(session, actor, document_key)
    return document, store_of(session).open(document.sha256)


def may_read(session: Session, actor: Actor, document: Document) -> bool:
    """Tell whether the actor may read a document."""
    if actor is SYSTEM:
        return True
    if document.attached_at is None:
        return document.created_by == actor.username
    allowed = exists().where(
        DocumentAccess.document_key == document.key,
        DocumentAccess.principal.in_(principals(session, actor, document.scope_key)),
    )
    return bool(session.scalar(select(allowed)))


def readable(
    session: Session,
    actor: Actor,
    scope_key: int,
    *,
    kinds: Iterable[str] = (),
    current: bool = False,
) -> list[Document]:
    """Return the attached documents of a scope that the actor may read, oldest first.

    ``kinds`` restricts them where given; ``current`` leaves void versions out.
    """
    require(actor, Permission.READ_DOCUMENTS)
    found = select(Document).where(
        Document.scope_key == scope_key, Document.attached_at.is_not(None)
    )
    if wanted := tuple(kinds):
        found = found.where(Document.kind.in_(wanted))
    if current:
        found = found.where(Document.void_at.is_(None))
    if actor is not SYSTEM:
        found = _among(found, principals(session, actor, scope_key))
    return list(session.scalars(found.order_by(Document.key)))


def readable_of(session: Session, actor: Actor, keys: Iterable[int]) -> list[Document]:
    """Return those of some documents that the actor may read."""
    named = session.scalars(select(Document).where(Document.key.in_(set(keys)))).all()
    return [each for each in named if may_read(session, actor, each)]


def principals(session: Session, actor: Actor, scope_key: int | None) -> frozenset[str]:
    """Return all names under which access lists may mean the actor in a scope."""
    names = {f"user:{actor.username}"}
    names |= {f"duty:{duty}" for duty in duties_of(session, actor, scope_key)}
    if actor.kind == "staff":
        names.add("staff")
    if scope_key is not None and _takes_part(session, actor, scope_key):
        names.add("project")
    return frozenset(names)


def readers(session: Session, document_key: int) -> tuple[str, ...]:
    """Return the access list of a document, sorted."""
    rows = select(DocumentAccess.principal).where(
        DocumentAccess.document_key == document_key
    )
    return tuple(session.scalars(rows.order_by(DocumentAccess.principal)))


def _takes_part(session: Session, actor: Actor, scope_key: int) -> bool:
    takes_part = exists().where(
        ScopeMember.scope_key == scope_key, ScopeMember.username == actor.username
    )
    return bool(session.scalar(select(takes_part)))


def _among(found: Select[Document], names: frozenset[str]) -> Select[Document]:
    allowed = exists().where(
        DocumentAccess.document_key == Document.key,
        DocumentAccess.principal.in_(names),
    )
    return found.where(allowed)
