"""The tables of instance migrations."""

import sqlalchemy as sa
from alembic import op

revision: str = "instance_migrations"
down_revision: str | None = "company_visits"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "migration_batch",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "target_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column(
            "total",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["target_key"],
            ["process_definition.key"],
            name=op.f("fk_migration_batch_target_key_process_definition"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_migration_batch")),
    )
    op.create_index(
        op.f("ix_migration_batch_state_created_at"),
        "migration_batch",
        ["state", "created_at"],
        unique=False,
    )
    op.create_table(
        "instance_migration",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "batch_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "instance_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "target_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("processed_by", sa.String(), nullable=True),
        sa.Column(
            "model_before",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("state_before", sa.LargeBinary(), nullable=True),
        sa.Column("rows_before", sa.LargeBinary(), nullable=True),
        sa.Column(
            "revision_after",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_key"],
            ["migration_batch.key"],
            name=op.f("fk_instance_migration_batch_key_migration_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["instance_key"],
            ["process_instance.key"],
            name=op.f("fk_instance_migration_instance_key_process_instance"),
        ),
        sa.ForeignKeyConstraint(
            ["target_key"],
            ["process_definition.key"],
            name=op.f("fk_instance_migration_target_key_process_definition"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_instance_migration")),
    )
    op.create_index(
        op.f("ix_instance_migration_batch_key_state"),
        "instance_migration",
        ["batch_key", "state"],
        unique=False,
    )
    op.create_index(
        op.f("ix_instance_migration_instance_key"),
        "instance_migration",
        ["instance_key"],
        unique=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index(
        op.f("ix_instance_migration_instance_key"), table_name="instance_migration"
    )
    op.drop_index(
        op.f("ix_instance_migration_batch_key_state"), table_name="instance_migration"
    )
    op.drop_table("instance_migration")
    op.drop_index(
        op.f("ix_migration_batch_state_created_at"), table_name="migration_batch"
    )
    op.drop_table("migration_batch")
