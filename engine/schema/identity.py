"""People, how they prove who they are, and what they are charged with."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.schema.base import Base, next_key


class UserAccount(Base):
    """A person who can sign in; ``kind`` is staff, customer or service."""

    __tablename__ = "user_account"

    username: Mapped[str] = mapped_column(primary_key=True)
    display_name: Mapped[str]
    email: Mapped[str | None]
    kind: Mapped[str] = mapped_column(default="staff")
    administrator: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(default="zh")
    password_hash: Mapped[str | None]
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class UserSession(Base):
    """A browser that is signed in; only a hash of its token is stored."""

    __tablename__ = "user_session"

    token_digest: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(
        ForeignKey("user_account.username"), index=True
    )
    csrf_token: Mapped[str]
    created_at: Mapped[datetime]
    authenticated_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ApiToken(Base):
    """A program's credential: shown once, stored as a hash, scoped, expiring."""

    __tablename__ = "api_token"

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    token_digest: Mapped[str] = mapped_column(unique=True)
    username: Mapped[str] = mapped_column(
        ForeignKey("user_account.username"), index=True
    )
    name: Mapped[str]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class DutyConfiguration(Base):
    """One version of who is charged with what; the newest is in force."""

    __tablename__ = "duty_configuration"

    version: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    digest: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class Scope(Base):
    """What instances belong to (a project), as far as the engine must know it."""

    __tablename__ = "scope"

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    kind: Mapped[str]
    business_id: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    closed_at: Mapped[datetime | None]


class ScopeMember(Base):
    """Who holds a role in a scope: ``project.sales_manager``, ``customer.agent``."""

    __tablename__ = "scope_member"
    __table_args__ = (Index(None, "username", "scope_key"),)

    scope_key: Mapped[int] = mapped_column(ForeignKey("scope.key"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(primary_key=True)


class IdempotencyRecord(Base):
    """The answer to a request that may be sent again under the same key."""

    __tablename__ = "idempotency_record"

    actor: Mapped[str] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    request_digest: Mapped[str]
    status: Mapped[int | None]
    body: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
