"""Jobs of other people's workers have a rank, a lease and an error code."""

import sqlalchemy as sa
from alembic import op

revision: str = "external_jobs"
down_revision: str | None = "clock_stops"
branch_labels: str | None = None
depends_on: str | None = None

_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns, and find what to work on next in the order of its rank."""
    op.add_column("job", sa.Column("rank", _WHOLE, nullable=False, server_default="0"))
    op.add_column("job", sa.Column("error_code", sa.String(), nullable=True))
    op.add_column("job", sa.Column("lease", sa.String(), nullable=True))
    op.drop_index("ix_job_operation_state", "job")
    op.create_index(
        "ix_job_operation_state_rank_key", "job", ["operation", "state", "rank", "key"]
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_job_operation_state_rank_key", "job")
    op.create_index("ix_job_operation_state", "job", ["operation", "state"])
    for name in ("lease", "error_code", "rank"):
        op.drop_column("job", name)
