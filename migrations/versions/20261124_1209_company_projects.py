"""The tables of company projects."""

import sqlalchemy as sa
from alembic import op

revision: str = "company_projects"
down_revision: str | None = "company_parties"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "project_number",
        sa.Column(
            "year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_project_number")),
    )
    op.create_table(
        "project",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("project_no", sa.String(), nullable=False),
        sa.Column(
            "customer_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("sales_manager", sa.String(), nullable=False),
        sa.Column("manager", sa.String(), nullable=True),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("pm_record_no", sa.String(), nullable=True),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("go_live_on", sa.Date(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column(
            "lifecycle_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent"],
            ["user_account.username"],
            name=op.f("fk_project_agent_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_key"],
            ["customer.key"],
            name=op.f("fk_project_customer_key_customer"),
        ),
        sa.ForeignKeyConstraint(
            ["key"], ["scope.key"], name=op.f("fk_project_key_scope")
        ),
        sa.ForeignKeyConstraint(
            ["lifecycle_key"],
            ["process_instance.key"],
            name=op.f("fk_project_lifecycle_key_process_instance"),
        ),
        sa.ForeignKeyConstraint(
            ["manager"],
            ["user_account.username"],
            name=op.f("fk_project_manager_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["sales_manager"],
            ["user_account.username"],
            name=op.f("fk_project_sales_manager_user_account"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_project")),
        sa.UniqueConstraint("project_no", name=op.f("uq_project_project_no")),
    )
    op.create_index(
        op.f("ix_project_customer_key"), "project", ["customer_key"], unique=False
    )
    op.create_index(
        op.f("ix_project_stage_created_at"),
        "project",
        ["stage", "created_at"],
        unique=False,
    )
    op.create_table(
        "milestone",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "project_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("finish", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_key"],
            ["project.key"],
            name=op.f("fk_milestone_project_key_project"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_milestone")),
        sa.UniqueConstraint(
            "project_key", "position", name=op.f("uq_milestone_project_key_position")
        ),
    )
    op.create_table(
        "service_period",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "project_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column(
            "months",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False),
        sa.Column(
            "fee_fen",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["project_key"],
            ["project.key"],
            name=op.f("fk_service_period_project_key_project"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_service_period")),
        sa.UniqueConstraint(
            "project_key", "number", name=op.f("uq_service_period_project_key_number")
        ),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("service_period")
    op.drop_table("milestone")
    op.drop_index(op.f("ix_project_stage_created_at"), table_name="project")
    op.drop_index(op.f("ix_project_customer_key"), table_name="project")
    op.drop_table("project")
    op.drop_table("project_number")
