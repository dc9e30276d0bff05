"""The tables of company requirements."""

import sqlalchemy as sa
from alembic import op

revision: str = "company_requirements"
down_revision: str | None = "company_data_imports"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "issue",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("issue_key", sa.String(), nullable=False),
        sa.Column(
            "job_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "project_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("requirement_no", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("business_reason", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("blocks_operation", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_key"], ["project.key"], name=op.f("fk_issue_project_key_project")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_issue")),
        sa.UniqueConstraint("issue_key", name=op.f("uq_issue_issue_key")),
        sa.UniqueConstraint("job_key", name=op.f("uq_issue_job_key")),
    )
    op.create_index(
        op.f("ix_issue_project_key"), "issue", ["project_key"], unique=False
    )
    op.create_table(
        "requirement",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("requirement_no", sa.String(), nullable=False),
        sa.Column(
            "project_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_by", sa.String(), nullable=False),
        sa.Column(
            "instance_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("issue_key", sa.String(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column(
            "charge_fen",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_key"],
            ["project.key"],
            name=op.f("fk_requirement_project_key_project"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_requirement")),
        sa.UniqueConstraint(
            "requirement_no", name=op.f("uq_requirement_requirement_no")
        ),
    )
    op.create_index(
        op.f("ix_requirement_project_key_closed_at"),
        "requirement",
        ["project_key", "closed_at"],
        unique=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index(
        op.f("ix_requirement_project_key_closed_at"), table_name="requirement"
    )
    op.drop_table("requirement")
    op.drop_index(op.f("ix_issue_project_key"), table_name="issue")
    op.drop_table("issue")
