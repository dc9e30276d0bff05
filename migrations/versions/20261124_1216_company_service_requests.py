"""The tables of company service requests."""

import sqlalchemy as sa
from alembic import op

revision: str = "company_service_requests"
down_revision: str | None = "company_requirements"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "service_request",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("request_no", sa.String(), nullable=False),
        sa.Column(
            "project_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column(
            "quantity",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("caused_by_customer", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.String(), nullable=False),
        sa.Column("process_id", sa.String(), nullable=False),
        sa.Column("notice", sa.String(), nullable=False),
        sa.Column("sla_respond_wh", sa.Double(), nullable=False),
        sa.Column("sla_resolve_wh", sa.Double(), nullable=False),
        sa.Column("respond_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolve_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suggested_scope", sa.String(), nullable=True),
        sa.Column("scope", sa.String(), nullable=True),
        sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "rounds",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "score", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column(
            "charge_fen",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "standard_fen",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("customer_person", sa.String(), nullable=False),
        sa.Column(
            "instance_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("requirement_no", sa.String(), nullable=True),
        sa.Column("visit_no", sa.String(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_key"],
            ["project.key"],
            name=op.f("fk_service_request_project_key_project"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_service_request")),
        sa.UniqueConstraint("request_no", name=op.f("uq_service_request_request_no")),
    )
    op.create_index(
        op.f("ix_service_request_closed_at_resolve_by"),
        "service_request",
        ["closed_at", "resolve_by"],
        unique=False,
    )
    op.create_index(
        op.f("ix_service_request_project_key_received_at"),
        "service_request",
        ["project_key", "received_at"],
        unique=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index(
        op.f("ix_service_request_project_key_received_at"), table_name="service_request"
    )
    op.drop_index(
        op.f("ix_service_request_closed_at_resolve_by"), table_name="service_request"
    )
    op.drop_table("service_request")
