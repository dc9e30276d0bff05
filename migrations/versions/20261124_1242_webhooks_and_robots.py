"""Webhooks with their deliveries, and robots of chat groups."""

import sqlalchemy as sa
from alembic import op

revision: str = "webhooks_and_robots"
down_revision: str | None = "external_jobs"
branch_labels: str | None = None
depends_on: str | None = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _webhooks()
    _robots()


def downgrade() -> None:
    """Drop the tables."""
    for table in ("robot", "webhook_delivery", "webhook"):
        op.drop_table(table)


def _webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("revision", _KEY, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_webhook")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("webhook_key", _KEY, nullable=False),
        sa.Column("event_key", _KEY, nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("attempts", _KEY, nullable=False),
        sa.Column("status", _KEY),
        sa.Column("error", sa.String()),
        sa.Column("job_key", _KEY),
        sa.Column("replay_of", _KEY),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.ForeignKeyConstraint(
            ["webhook_key"],
            ["webhook.key"],
            name=op.f("fk_webhook_delivery_webhook_key_webhook"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_webhook_delivery")),
    )
    for columns in (["webhook_key", "key"], ["state", "key"]):
        name = f"ix_webhook_delivery_{'_'.join(columns)}"
        op.create_index(op.f(name), "webhook_delivery", columns)


def _robots() -> None:
    op.create_table(
        "robot",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary()),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("spoke_at", _TIME),
        sa.Column("error", sa.String()),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("revision", _KEY, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_robot")),
    )
