"""Numbers of projects come from the series that all other numbers come from."""

import sqlalchemy as sa
from alembic import op

revision: str = "one_number_series"
down_revision: str | None = "company_reminders"
branch_labels: str | None = None
depends_on: str | None = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Carry the numbers over."""
    op.execute(
        "INSERT INTO number_series (series, year, last) "
        "SELECT 'KB', year, last FROM project_number"
    )
    op.drop_table("project_number")


def downgrade() -> None:
    """Give them back their table."""
    op.create_table(
        "project_number",
        sa.Column("year", _BIG, nullable=False),
        sa.Column("last", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_project_number")),
    )
    op.execute(
        "INSERT INTO project_number (year, last) "
        "SELECT year, last FROM number_series WHERE series = 'KB'"
    )
    op.execute("DELETE FROM number_series WHERE series = 'KB'")
