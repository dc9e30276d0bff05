"""Instances that go over to another version: one by one, or many in a batch."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from engine.lifecycles import BatchItemState, BatchState
from engine.schema.base import Base, PackedJson, next_key


class MigrationBatch(Base):
    """Many instances that are to go over to one version; each has a row of its own.

    ``mapping`` holds ids of elements, old to new.
    """

    __tablename__ = "migration_batch"
    __table_args__ = (Index(None, "state", "created_at"),)

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    target_key: Mapped[int] = mapped_column(ForeignKey("process_definition.key"))
    mapping: Mapped[dict[str, Any]]
    reason: Mapped[str]
    state: Mapped[BatchState] = mapped_column(default=BatchState.ACTIVE)
    total: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    ended_at: Mapped[datetime | None]


class InstanceMigration(Base):
    """One instance that went over to another version, or is to, or could not.

    ``remarks`` say why not, or what to know. The rest is what undoing needs: the
    state before and, in ``rows``, what the rows of the instance said before.
    ``revision_after`` is the instance's revision since; undoing is only possible
    while it stands there.
    """

    __tablename__ = "instance_migration"
    __table_args__ = (Index(None, "batch_key", "state"),)

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    batch_key: Mapped[int | None] = mapped_column(ForeignKey("migration_batch.key"))
    instance_key: Mapped[int] = mapped_column(
        ForeignKey("process_instance.key"), index=True
    )
    target_key: Mapped[int] = mapped_column(ForeignKey("process_definition.key"))
    state: Mapped[BatchItemState] = mapped_column(default=BatchItemState.ACTIVE)
    remarks: Mapped[list[Any]] = mapped_column(default=list)
    processed_at: Mapped[datetime | None]
    processed_by: Mapped[str | None]
    model_before: Mapped[int | None]
    state_before: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    rows_before: Mapped[dict[str, Any] | None] = mapped_column(
        PackedJson, deferred=True
    )
    revision_after: Mapped[int | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
