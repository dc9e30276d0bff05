"""The tables of user tasks."""

import sqlalchemy as sa
from alembic import op

revision: str = "user_tasks"
down_revision: str | None = "company_acknowledgements"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "user_task",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "instance_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "scope_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("process_id", sa.String(), nullable=False),
        sa.Column(
            "definition_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "deployment_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column(
            "round",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column(
            "joint_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("cancellation_reason", sa.String(), nullable=True),
        sa.Column(
            "priority",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("follow_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_by", sa.String(), nullable=True),
        sa.Column("on_behalf_of", sa.String(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=True),
        sa.Column(
            "revision",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["instance_key"],
            ["process_instance.key"],
            name=op.f("fk_user_task_instance_key_process_instance"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_user_task")),
    )
    op.create_index(
        op.f("ix_user_task_assignee_state_created_at"),
        "user_task",
        ["assignee", "state", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_user_task_completed_by_completed_at"),
        "user_task",
        ["completed_by", "completed_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_user_task_instance_key_state"),
        "user_task",
        ["instance_key", "state"],
        unique=False,
    )
    op.create_index(
        op.f("ix_user_task_joint_key"), "user_task", ["joint_key"], unique=False
    )
    op.create_index(
        op.f("ix_user_task_scope_key_state"),
        "user_task",
        ["scope_key", "state"],
        unique=False,
    )
    op.create_index(
        op.f("ix_user_task_state_due_at"),
        "user_task",
        ["state", "due_at"],
        unique=False,
    )
    op.create_index(
        "ix_user_task_to_remind",
        "user_task",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text(
            "state || '' = 'CREATED' AND due_at IS NOT NULL "
            "AND (reminded_at IS NULL OR reminded_at < due_at)"
        ),
        postgresql_where=sa.text(
            "state || '' = 'CREATED' AND due_at IS NOT NULL "
            "AND (reminded_at IS NULL OR reminded_at < due_at)"
        ),
    )
    op.create_table(
        "user_task_candidate",
        sa.Column("username", sa.String(), nullable=False),
        sa.Column(
            "task_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["task_key"],
            ["user_task.key"],
            name=op.f("fk_user_task_candidate_task_key_user_task"),
        ),
        sa.PrimaryKeyConstraint(
            "username", "task_key", name=op.f("pk_user_task_candidate")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_user_task_candidate_task_key"),
        "user_task_candidate",
        ["task_key"],
        unique=False,
    )
    op.create_table(
        "user_task_draft",
        sa.Column(
            "task_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_key"],
            ["user_task.key"],
            name=op.f("fk_user_task_draft_task_key_user_task"),
        ),
        sa.PrimaryKeyConstraint(
            "task_key", "username", name=op.f("pk_user_task_draft")
        ),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("user_task_draft")
    op.drop_index(
        op.f("ix_user_task_candidate_task_key"), table_name="user_task_candidate"
    )
    op.drop_table("user_task_candidate")
    op.drop_index(
        "ix_user_task_to_remind",
        table_name="user_task",
        sqlite_where=sa.text(
            "state || '' = 'CREATED' AND due_at IS NOT NULL "
            "AND (reminded_at IS NULL OR reminded_at < due_at)"
        ),
        postgresql_where=sa.text(
            "state || '' = 'CREATED' AND due_at IS NOT NULL "
            "AND (reminded_at IS NULL OR reminded_at < due_at)"
        ),
    )
    op.drop_index(op.f("ix_user_task_state_due_at"), table_name="user_task")
    op.drop_index(op.f("ix_user_task_scope_key_state"), table_name="user_task")
    op.drop_index(op.f("ix_user_task_joint_key"), table_name="user_task")
    op.drop_index(op.f("ix_user_task_instance_key_state"), table_name="user_task")
    op.drop_index(
        op.f("ix_user_task_completed_by_completed_at"), table_name="user_task"
    )
    op.drop_index(
        op.f("ix_user_task_assignee_state_created_at"), table_name="user_task"
    )
    op.drop_table("user_task")
