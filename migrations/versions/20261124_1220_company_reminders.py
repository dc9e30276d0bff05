"""When ends of periods are announced, agents reminded and standards applied."""

import sqlalchemy as sa
from alembic import op

revision: str = "company_reminders"
down_revision: str | None = "instance_migrations"
branch_labels: str | None = None
depends_on: str | None = None

_STANDARDS = ("price_list", "service_standard")
_REMINDED = (("service_period", "next_notice_at"), ("service_request", "remind_at"))


def upgrade() -> None:
    """Add the columns; a standard of before applies from its day on."""
    for table, column in _REMINDED:
        op.add_column(table, sa.Column(column, sa.DateTime(timezone=True)))
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    for table in _STANDARDS:
        with op.batch_alter_table(table) as batch:
            batch.add_column(
                sa.Column(
                    "applies_at",
                    sa.DateTime(timezone=True),
                    nullable=False,
                    server_default=sa.func.current_timestamp(),
                )
            )
            batch.add_column(sa.Column("applied_at", sa.DateTime(timezone=True)))
        with op.batch_alter_table(table) as batch:
            batch.alter_column("applies_at", server_default=None)


def downgrade() -> None:
    """Drop the columns."""
    for table in _STANDARDS:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("applied_at")
            batch.drop_column("applies_at")
    for table, column in reversed(_REMINDED):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
