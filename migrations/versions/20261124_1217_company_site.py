"""The tables of company site."""

import sqlalchemy as sa
from alembic import op

revision: str = "company_site"
down_revision: str | None = "company_service_requests"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "emergency",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "project_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_by", sa.String(), nullable=False),
        sa.Column(
            "instance_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("response", sa.JSON(), nullable=False),
        sa.Column("resolution", sa.JSON(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_key"],
            ["project.key"],
            name=op.f("fk_emergency_project_key_project"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_emergency")),
    )
    op.create_index(
        op.f("ix_emergency_project_key_raised_at"),
        "emergency",
        ["project_key", "raised_at"],
        unique=False,
    )
    op.create_table(
        "site_record",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "project_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "progress_pct",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("done", sa.String(), nullable=False),
        sa.Column("issues", sa.JSON(), nullable=False),
        sa.Column("help_needed", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_key"],
            ["project.key"],
            name=op.f("fk_site_record_project_key_project"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_site_record")),
    )
    op.create_index(
        op.f("ix_site_record_project_key_recorded_at"),
        "site_record",
        ["project_key", "recorded_at"],
        unique=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index(
        op.f("ix_site_record_project_key_recorded_at"), table_name="site_record"
    )
    op.drop_table("site_record")
    op.drop_index(op.f("ix_emergency_project_key_raised_at"), table_name="emergency")
    op.drop_table("emergency")
