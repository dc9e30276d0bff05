"""What each imported table held."""

import sqlalchemy as sa
from alembic import op

revision: str = "import_summaries"
down_revision: str | None = "planned_reminders"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the column; of before nothing is known."""
    with op.batch_alter_table("data_import_run") as batch:
        batch.add_column(
            sa.Column("summary", sa.JSON(), nullable=False, server_default="[]")
        )
    with op.batch_alter_table("data_import_run") as batch:
        batch.alter_column("summary", server_default=None)


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("data_import_run") as batch:
        batch.drop_column("summary")
