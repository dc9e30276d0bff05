"""Signing a document by completing a form.

The signature is for one exact content: it names the hash, and the content on disk
must still have it.
"""

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, documents, journal
from engine.authorization import Actor
from engine.errors import ConflictError
from engine.events import Event
from engine.schema import Document, Signature, UserTask, next_key

_CHUNK = 1 << 20


class DocumentChangedError(ConflictError):
    """The document is not, or no longer, what is to be signed."""

    code = "document-changed"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} was replaced or changed since it was made; it cannot be signed. "
            "Ask for a new version",
            f"文件“{name}”已被替换或内容已改变,不能签字;请重新生成该文件",
        )


class SignedError(ConflictError):
    """The actor has signed the document already."""

    code = "already-signed"

    def __init__(self) -> None:
        super().__init__("You have signed this document already", "您已签过该文件")


def sign(
    session: Session, actor: Actor, task: UserTask, document_key: str | None
) -> None:
    """Sign the document that a form names; nothing where it names none.

    Raises:
        DocumentNotFoundError: It is not there, or not for the actor to read.
        DocumentChangedError: It is void, or its content has changed.
        SignedError: The actor signed it before.
    """
    if document_key is None:
        return
    document = documents.find(session, actor, int(document_key))
    if document.void_at is not None or _digest(session, document) != document.sha256:
        raise DocumentChangedError(document.name)
    _require_unsigned(session, actor, document)
    session.add(
        Signature(
            key=next_key(),
            document_key=document.key,
            username=actor.username,
            sha256=document.sha256,
            meaning=task.name,
            signed_at=clock.system_now(),
        )
    )
    session.flush()
    journal.record(
        session,
        actor,
        Event.DOCUMENT_SIGNED,
        scope_key=task.scope_key,
        instance=task.instance_key,
        task_key=task.key,
        element_id=task.element_id,
        details={"document": str(document.key), "sha256": document.sha256},
    )


def _digest(session: Session, document: Document) -> str:
    digest = hashlib.sha256()
    with documents.store_of(session).open(document.sha256) as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _require_unsigned(session: Session, actor: Actor, document: Document) -> None:
    known = session.scalar(
        select(Signature.key).where(
            Signature.document_key == document.key,
            Signature.username == actor.username,
            Signature.void_at.is_(None),
        )
    )
    if known is not None:
        raise SignedError
