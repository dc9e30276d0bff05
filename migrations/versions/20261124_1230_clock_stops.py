"""When the clock of a request stood, and within which time an emergency is answered."""

import sqlalchemy as sa
from alembic import op

revision: str = "clock_stops"
down_revision: str | None = "lean_inbox"
branch_labels: str | None = None
depends_on: str | None = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _times(name: str) -> sa.Column[object]:
    return sa.Column(name, _KEY, nullable=False, server_default="0")


def upgrade() -> None:
    """Add the table of stops and the columns."""
    op.create_table(
        "clock_stop",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("request_key", _KEY, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        _moment("started_at", nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        _moment("ended_at"),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("end_note", sa.String(), nullable=False),
        sa.Column("held", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_key"],
            ["service_request.key"],
            name=op.f("fk_clock_stop_request_key_service_request"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_clock_stop")),
    )
    op.create_index(
        op.f("ix_clock_stop_request_key_started_at"),
        "clock_stop",
        ["request_key", "started_at"],
    )
    op.add_column("service_request", _moment("paused_at"))
    op.add_column("service_request", _times("reopened"))
    op.add_column("requirement", _times("reopened"))
    op.add_column("emergency", _moment("respond_by"))
    op.add_column("emergency", _moment("responded_at"))


def downgrade() -> None:
    """Drop them."""
    for table, *columns in (
        ("emergency", "responded_at", "respond_by"),
        ("requirement", "reopened"),
        ("service_request", "reopened", "paused_at"),
    ):
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
    op.drop_index(op.f("ix_clock_stop_request_key_started_at"), "clock_stop")
    op.drop_table("clock_stop")
