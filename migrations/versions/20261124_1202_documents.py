"""The tables of documents."""

import sqlalchemy as sa
from alembic import op

revision: str = "documents"
down_revision: str | None = "definitions"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "document",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column(
            "size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column(
            "version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column(
            "scope_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "instance_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "task_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_document")),
    )
    op.create_index(
        op.f("ix_document_scope_key_kind_version"),
        "document",
        ["scope_key", "kind", "version"],
        unique=False,
    )
    op.create_index(op.f("ix_document_sha256"), "document", ["sha256"], unique=False)
    op.create_index(
        op.f("ix_document_task_key"), "document", ["task_key"], unique=False
    )
    op.create_table(
        "notification",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("body_en", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column(
            "scope_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "instance_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("document_keys", sa.JSON(), nullable=False),
        sa.Column("awaited", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proof", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_notification")),
    )
    op.create_index(
        op.f("ix_notification_recipient_created_at"),
        "notification",
        ["recipient", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_notification_scope_key_created_at"),
        "notification",
        ["scope_key", "created_at"],
        unique=False,
    )
    op.create_table(
        "document_access",
        sa.Column(
            "document_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("principal", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_key"],
            ["document.key"],
            name=op.f("fk_document_access_document_key_document"),
        ),
        sa.PrimaryKeyConstraint(
            "document_key", "principal", name=op.f("pk_document_access")
        ),
    )
    op.create_table(
        "signature",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "document_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_key"],
            ["document.key"],
            name=op.f("fk_signature_document_key_document"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_signature")),
        sa.UniqueConstraint(
            "document_key", "username", name=op.f("uq_signature_document_key_username")
        ),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("signature")
    op.drop_table("document_access")
    op.drop_index(
        op.f("ix_notification_scope_key_created_at"), table_name="notification"
    )
    op.drop_index(
        op.f("ix_notification_recipient_created_at"), table_name="notification"
    )
    op.drop_table("notification")
    op.drop_index(op.f("ix_document_task_key"), table_name="document")
    op.drop_index(op.f("ix_document_sha256"), table_name="document")
    op.drop_index(op.f("ix_document_scope_key_kind_version"), table_name="document")
    op.drop_table("document")
