"""How issues stand, in JIRA or in the built-in tracker."""

import sqlalchemy as sa
from alembic import op

revision: str = "followed_issues"
down_revision: str | None = "webhooks_and_robots"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the columns; issues of before are open."""
    op.add_column("requirement", sa.Column("issue_status", sa.String()))
    op.add_column("requirement", sa.Column("issue_updated", sa.String()))
    op.create_index(op.f("ix_requirement_issue_key"), "requirement", ["issue_key"])
    with op.batch_alter_table("issue") as batch:
        batch.add_column(
            sa.Column("status", sa.String(), nullable=False, server_default="open")
        )
        batch.add_column(
            sa.Column("comments", sa.JSON(), nullable=False, server_default="[]")
        )
    with op.batch_alter_table("issue") as batch:
        batch.alter_column("status", server_default=None)
        batch.alter_column("comments", server_default=None)


def downgrade() -> None:
    """Drop the columns."""
    with op.batch_alter_table("issue") as batch:
        batch.drop_column("comments")
        batch.drop_column("status")
    op.drop_index(op.f("ix_requirement_issue_key"), table_name="requirement")
    with op.batch_alter_table("requirement") as batch:
        batch.drop_column("issue_updated")
        batch.drop_column("issue_status")
