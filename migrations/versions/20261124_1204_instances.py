"""The tables of instances."""

import sqlalchemy as sa
from alembic import op

revision: str = "instances"
down_revision: str | None = "identity"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "message",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("correlation_key", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column(
            "scope_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "delivered_to",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "name", "message_id", name=op.f("uq_message_name_message_id")
        ),
    )
    op.create_index(
        op.f("ix_message_expires_at"), "message", ["expires_at"], unique=False
    )
    op.create_index(
        op.f("ix_message_state_name_correlation_key"),
        "message",
        ["state", "name", "correlation_key"],
        unique=False,
    )
    op.create_table(
        "process_instance",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "model_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "definition_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("process_id", sa.String(), nullable=False),
        sa.Column("business_id", sa.String(), nullable=True),
        sa.Column(
            "scope_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "parent_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "root_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column(
            "incidents",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "revision",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("state_blob", sa.LargeBinary(), nullable=False),
        sa.Column("journal_digest", sa.LargeBinary(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["definition_key"],
            ["process_definition.key"],
            name=op.f("fk_process_instance_definition_key_process_definition"),
        ),
        sa.ForeignKeyConstraint(
            ["model_key"],
            ["process_model.key"],
            name=op.f("fk_process_instance_model_key_process_model"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_process_instance")),
        postgresql_with={
            "fillfactor": 70,
            "autovacuum_vacuum_scale_factor": 0.02,
            "toast.autovacuum_vacuum_scale_factor": 0.02,
        },
    )
    op.create_index(
        op.f("ix_process_instance_business_id"),
        "process_instance",
        ["business_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_process_instance_definition_key"),
        "process_instance",
        ["definition_key"],
        unique=False,
    )
    op.create_index(
        op.f("ix_process_instance_model_key"),
        "process_instance",
        ["model_key"],
        unique=False,
    )
    op.create_index(
        op.f("ix_process_instance_parent_key"),
        "process_instance",
        ["parent_key"],
        unique=False,
    )
    op.create_index(
        op.f("ix_process_instance_process_id_state"),
        "process_instance",
        ["process_id", "state"],
        unique=False,
    )
    op.create_index(
        op.f("ix_process_instance_root_key"),
        "process_instance",
        ["root_key"],
        unique=False,
    )
    op.create_index(
        op.f("ix_process_instance_scope_key_state"),
        "process_instance",
        ["scope_key", "state"],
        unique=False,
    )
    op.create_table(
        "element_instance",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "instance_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("element_type", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("flow_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_key"],
            ["process_instance.key"],
            name=op.f("fk_element_instance_instance_key_process_instance"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_element_instance")),
    )
    op.create_index(
        op.f("ix_element_instance_instance_key_ref"),
        "element_instance",
        ["instance_key", "ref"],
        unique=False,
    )
    op.create_table(
        "incident",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "instance_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column(
            "job_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("message_en", sa.String(), nullable=False),
        sa.Column("message_zh", sa.String(), nullable=False),
        sa.Column("expression", sa.String(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_key"],
            ["process_instance.key"],
            name=op.f("fk_incident_instance_key_process_instance"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_incident")),
    )
    op.create_index(
        op.f("ix_incident_instance_key"), "incident", ["instance_key"], unique=False
    )
    op.create_index(
        op.f("ix_incident_state_created_at"),
        "incident",
        ["state", "created_at"],
        unique=False,
    )
    op.create_table(
        "message_subscription",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "instance_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("correlation_key", sa.String(), nullable=False),
        sa.Column("starts", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_key"],
            ["process_instance.key"],
            name=op.f("fk_message_subscription_instance_key_process_instance"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_message_subscription")),
        sa.UniqueConstraint(
            "instance_key", "ref", name=op.f("uq_message_subscription_instance_key_ref")
        ),
    )
    op.create_index(
        op.f("ix_message_subscription_name_correlation_key"),
        "message_subscription",
        ["name", "correlation_key"],
        unique=False,
    )
    op.create_table(
        "timer",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "instance_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cycle", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_key"],
            ["process_instance.key"],
            name=op.f("fk_timer_instance_key_process_instance"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_timer")),
        sa.UniqueConstraint(
            "instance_key", "ref", name=op.f("uq_timer_instance_key_ref")
        ),
    )
    op.create_index(
        op.f("ix_timer_due_at_key"), "timer", ["due_at", "key"], unique=False
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_timer_due_at_key"), table_name="timer")
    op.drop_table("timer")
    op.drop_index(
        op.f("ix_message_subscription_name_correlation_key"),
        table_name="message_subscription",
    )
    op.drop_table("message_subscription")
    op.drop_index(op.f("ix_incident_state_created_at"), table_name="incident")
    op.drop_index(op.f("ix_incident_instance_key"), table_name="incident")
    op.drop_table("incident")
    op.drop_index(
        op.f("ix_element_instance_instance_key_ref"), table_name="element_instance"
    )
    op.drop_table("element_instance")
    op.drop_index(
        op.f("ix_process_instance_scope_key_state"), table_name="process_instance"
    )
    op.drop_index(op.f("ix_process_instance_root_key"), table_name="process_instance")
    op.drop_index(
        op.f("ix_process_instance_process_id_state"), table_name="process_instance"
    )
    op.drop_index(op.f("ix_process_instance_parent_key"), table_name="process_instance")
    op.drop_index(op.f("ix_process_instance_model_key"), table_name="process_instance")
    op.drop_index(
        op.f("ix_process_instance_definition_key"), table_name="process_instance"
    )
    op.drop_index(
        op.f("ix_process_instance_business_id"), table_name="process_instance"
    )
    op.drop_table("process_instance")
    op.drop_index(op.f("ix_message_state_name_correlation_key"), table_name="message")
    op.drop_index(op.f("ix_message_expires_at"), table_name="message")
    op.drop_table("message")
