"""Documents, who may read them, and what people were told."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.schema.base import Base, next_key


class Document(Base):
    """A stored file; its content lies in the document store under ``sha256``.

    An uploaded document is its owner's alone until a completion attaches it: then
    ``kind``, ``scope_key`` and the access rows are set. ``series`` + ``version``
    tell the versions of one document apart; a later one makes the earlier void.
    """

    __tablename__ = "document"
    __table_args__ = (Index(None, "scope_key", "kind", "version"),)

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    template: Mapped[str] = mapped_column(default="")
    scope_key: Mapped[int | None]
    instance_key: Mapped[int | None]
    task_key: Mapped[int | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    attached_at: Mapped[datetime | None]
    void_at: Mapped[datetime | None]
    properties: Mapped[dict[str, Any]] = mapped_column(default=dict)


class DocumentAccess(Base):
    """Who may read an attached document: ``user:hou`` or ``duty:sales_director``.

    ``staff`` and ``project`` as principals stand for everybody of the company and
    for everybody with a role in the document's scope.
    """

    __tablename__ = "document_access"

    document_key: Mapped[int] = mapped_column(
        ForeignKey("document.key"), primary_key=True
    )
    principal: Mapped[str] = mapped_column(primary_key=True)


class Signature(Base):
    """Somebody's signature under one exact content of a document."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("document_key", "username"),)

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    document_key: Mapped[int] = mapped_column(ForeignKey("document.key"))
    username: Mapped[str]
    sha256: Mapped[str]
    meaning: Mapped[str]
    signed_at: Mapped[datetime]
    void_at: Mapped[datetime | None]


class Notification(Base):
    """Something that one person was told, in a channel, with proof of sending.

    ``awaited`` are kinds of documents that were sent before they existed: once one
    is there, it joins ``document_keys`` and the recipient may read it.
    """

    __tablename__ = "notification"
    __table_args__ = (
        Index(None, "recipient", "created_at"),
        Index(None, "scope_key", "created_at"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    recipient: Mapped[str]
    template: Mapped[str]
    title: Mapped[str]
    title_en: Mapped[str]
    body: Mapped[str]
    body_en: Mapped[str]
    channel: Mapped[str] = mapped_column(default="inbox")
    scope_key: Mapped[int | None]
    instance_key: Mapped[int | None]
    element_id: Mapped[str] = mapped_column(default="")
    document_keys: Mapped[list[str]] = mapped_column(default=list)
    awaited: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    proof: Mapped[str | None]
