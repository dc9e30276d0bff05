"""When people are reminded of a task before and after it is due, and of their day."""

import sqlalchemy as sa
from alembic import op

revision: str = "planned_reminders"
down_revision: str | None = "charges"
branch_labels: str | None = None
depends_on: str | None = None

_PLANNED = sa.text("state || '' = 'CREATED' AND remind_at IS NOT NULL")


def upgrade() -> None:
    """Add the column with its index, and the table of what recurs."""
    op.add_column(
        "user_task", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_user_task_remind_at",
        "user_task",
        ["remind_at"],
        sqlite_where=_PLANNED,
        postgresql_where=_PLANNED,
    )
    op.create_table(
        "recurrence",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_recurrence")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("recurrence")
    op.drop_index("ix_user_task_remind_at", "user_task")
    with op.batch_alter_table("user_task") as batch:
        batch.drop_column("remind_at")
