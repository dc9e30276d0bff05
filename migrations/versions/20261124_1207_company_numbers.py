"""The tables of company numbers."""

import sqlalchemy as sa
from alembic import op

revision: str = "company_numbers"
down_revision: str | None = "journal"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "number_series",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column(
            "year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_number_series")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("number_series")
