"""The tables of company visits."""

import sqlalchemy as sa
from alembic import op

revision: str = "company_visits"
down_revision: str | None = "company_site"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "visit",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("visit_no", sa.String(), nullable=False),
        sa.Column(
            "project_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "period_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column(
            "instance_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column(
            "score", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("onsite", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_key"], ["project.key"], name=op.f("fk_visit_project_key_project")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_visit")),
        sa.UniqueConstraint(
            "project_key", "due_on", name=op.f("uq_visit_project_key_due_on")
        ),
        sa.UniqueConstraint("visit_no", name=op.f("uq_visit_visit_no")),
    )
    op.create_index(
        op.f("ix_visit_state_due_on"), "visit", ["state", "due_on"], unique=False
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_visit_state_due_on"), table_name="visit")
    op.drop_table("visit")
