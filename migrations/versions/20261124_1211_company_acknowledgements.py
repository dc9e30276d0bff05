"""The tables of company acknowledgements."""

import sqlalchemy as sa
from alembic import op

revision: str = "company_acknowledgements"
down_revision: str | None = "company_standards"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "acknowledgement",
        sa.Column("procedure_version", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["username"],
            ["user_account.username"],
            name=op.f("fk_acknowledgement_username_user_account"),
        ),
        sa.PrimaryKeyConstraint(
            "procedure_version", "username", name=op.f("pk_acknowledgement")
        ),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("acknowledgement")
