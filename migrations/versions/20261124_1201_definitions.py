"""The tables of definitions."""

import sqlalchemy as sa
from alembic import op

revision: str = "definitions"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "deployment",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("package", sa.String(), nullable=False),
        sa.Column(
            "version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_deployment")),
        sa.UniqueConstraint(
            "package", "version", name=op.f("uq_deployment_package_version")
        ),
    )
    op.create_table(
        "resource",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_resource")),
    )
    op.create_table(
        "decision_definition",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column(
            "version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "deployment_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("resource_name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_key"],
            ["deployment.key"],
            name=op.f("fk_decision_definition_deployment_key_deployment"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_decision_definition")),
        sa.UniqueConstraint(
            "decision_id",
            "version",
            name=op.f("uq_decision_definition_decision_id_version"),
        ),
    )
    op.create_index(
        op.f("ix_decision_definition_deployment_key"),
        "decision_definition",
        ["deployment_key"],
        unique=False,
    )
    op.create_table(
        "deployment_resource",
        sa.Column(
            "deployment_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_key"],
            ["deployment.key"],
            name=op.f("fk_deployment_resource_deployment_key_deployment"),
        ),
        sa.ForeignKeyConstraint(
            ["digest"],
            ["resource.digest"],
            name=op.f("fk_deployment_resource_digest_resource"),
        ),
        sa.PrimaryKeyConstraint(
            "deployment_key", "name", name=op.f("pk_deployment_resource")
        ),
    )
    op.create_table(
        "process_definition",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("process_id", sa.String(), nullable=False),
        sa.Column(
            "version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("version_tag", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column(
            "deployment_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("resource_name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("starters", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_key"],
            ["deployment.key"],
            name=op.f("fk_process_definition_deployment_key_deployment"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_process_definition")),
        sa.UniqueConstraint(
            "process_id",
            "version",
            name=op.f("uq_process_definition_process_id_version"),
        ),
    )
    op.create_index(
        op.f("ix_process_definition_deployment_key"),
        "process_definition",
        ["deployment_key"],
        unique=False,
    )
    op.create_table(
        "process_model",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "definition_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_key"],
            ["process_definition.key"],
            name=op.f("fk_process_model_definition_key_process_definition"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_process_model")),
        sa.UniqueConstraint("digest", name=op.f("uq_process_model_digest")),
    )
    op.create_index(
        op.f("ix_process_model_definition_key"),
        "process_model",
        ["definition_key"],
        unique=False,
    )
    op.create_table(
        "start_subscription",
        sa.Column(
            "definition_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("process_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("timer", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["definition_key"],
            ["process_definition.key"],
            name=op.f("fk_start_subscription_definition_key_process_definition"),
        ),
        sa.PrimaryKeyConstraint(
            "definition_key", "element_id", name=op.f("pk_start_subscription")
        ),
    )
    op.create_index(
        op.f("ix_start_subscription_due_at"),
        "start_subscription",
        ["due_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_start_subscription_kind_name"),
        "start_subscription",
        ["kind", "name"],
        unique=False,
    )
    op.create_index(
        op.f("ix_start_subscription_process_id"),
        "start_subscription",
        ["process_id"],
        unique=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index(
        op.f("ix_start_subscription_process_id"), table_name="start_subscription"
    )
    op.drop_index(
        op.f("ix_start_subscription_kind_name"), table_name="start_subscription"
    )
    op.drop_index(op.f("ix_start_subscription_due_at"), table_name="start_subscription")
    op.drop_table("start_subscription")
    op.drop_index(op.f("ix_process_model_definition_key"), table_name="process_model")
    op.drop_table("process_model")
    op.drop_index(
        op.f("ix_process_definition_deployment_key"), table_name="process_definition"
    )
    op.drop_table("process_definition")
    op.drop_table("deployment_resource")
    op.drop_index(
        op.f("ix_decision_definition_deployment_key"), table_name="decision_definition"
    )
    op.drop_table("decision_definition")
    op.drop_table("resource")
    op.drop_table("deployment")
