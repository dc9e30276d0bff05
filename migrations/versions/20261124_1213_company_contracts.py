"""The tables of company contracts."""

import sqlalchemy as sa
from alembic import op

revision: str = "company_contracts"
down_revision: str | None = "user_tasks"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "contract",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "project_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("contract_no", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column(
            "amount_fen",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("data_export_in_contract", sa.Boolean(), nullable=False),
        sa.Column("data_export_promised", sa.Boolean(), nullable=False),
        sa.Column("data_export_note", sa.String(), nullable=False),
        sa.Column(
            "free_service_months",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("service_start_basis", sa.String(), nullable=False),
        sa.Column(
            "full_document_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "redacted_document_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["full_document_key"],
            ["document.key"],
            name=op.f("fk_contract_full_document_key_document"),
        ),
        sa.ForeignKeyConstraint(
            ["project_key"],
            ["project.key"],
            name=op.f("fk_contract_project_key_project"),
        ),
        sa.ForeignKeyConstraint(
            ["redacted_document_key"],
            ["document.key"],
            name=op.f("fk_contract_redacted_document_key_document"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_contract")),
        sa.UniqueConstraint("contract_no", name=op.f("uq_contract_contract_no")),
        sa.UniqueConstraint("project_key", name=op.f("uq_contract_project_key")),
    )
    op.create_table(
        "plan_version",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "project_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("phases", sa.JSON(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_key"],
            ["project.key"],
            name=op.f("fk_plan_version_project_key_project"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_plan_version")),
        sa.UniqueConstraint(
            "project_key", "version", name=op.f("uq_plan_version_project_key_version")
        ),
    )
    op.create_table(
        "contract_module",
        sa.Column(
            "contract_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("module", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_key"],
            ["contract.key"],
            name=op.f("fk_contract_module_contract_key_contract"),
        ),
        sa.ForeignKeyConstraint(
            ["module"],
            ["product_module.name"],
            name=op.f("fk_contract_module_module_product_module"),
        ),
        sa.PrimaryKeyConstraint(
            "contract_key", "module", name=op.f("pk_contract_module")
        ),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("contract_module")
    op.drop_table("plan_version")
    op.drop_table("contract")
