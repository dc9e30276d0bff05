"""Signatures under documents: for one exact content, and by each person once."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import cache, journal
from engine.actors import Actor
from engine.documents.reading import find, store_of
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
    session: Session,
    actor: Actor,
    document_key: int,
    meaning: str,
    *,
    task: UserTask | None = None,
) -> Signature:
    """Sign a document; ``meaning`` says as what, ``task`` in which step.

    The caller has proved that the actor himself is there (his password).

    Raises:
        DocumentNotFoundError: It is not there, or not for the actor to read.
        DocumentChangedError: It is void, or its content has changed.
        SignedError: The actor signed it before.
    """
    document = find(session, actor, document_key)
    if document.void_at is not None or _digest(session, document) != document.sha256:
        raise DocumentChangedError(document.name)
    _require_unsigned(session, actor, document)
    signature = Signature(
        key=next_key(),
        document_key=document.key,
        username=actor.username,
        sha256=document.sha256,
        meaning=meaning,
        signed_at=cache.now(session),
    )
    session.add(signature)
    session.flush()
    journal.record(
        session,
        actor,
        Event.DOCUMENT_SIGNED,
        scope_key=task.scope_key if task else document.scope_key,
        instance=task.instance_key if task else None,
        task_key=task.key if task else None,
        element_id=task.element_id if task else "",
        details={"document": str(document.key), "sha256": document.sha256},
    )
    return signature


def signatures(
    session: Session, actor: Actor, document_key: int
) -> Sequence[Signature]:
    """Return the signatures under a document, the void ones included, oldest first.

    Raises:
        DocumentNotFoundError: It is not there, or not for the actor to read.
    """
    document = find(session, actor, document_key)
    return session.scalars(
        select(Signature)
        .where(Signature.document_key == document.key)
        .order_by(Signature.signed_at, Signature.key)
    ).all()


def _digest(session: Session, document: Document) -> str:
    digest = hashlib.sha256()
    with store_of(session).open(document.sha256) as content:
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
