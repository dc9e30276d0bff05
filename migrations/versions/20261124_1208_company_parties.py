"""The tables of company parties."""

import sqlalchemy as sa
from alembic import op

revision: str = "company_parties"
down_revision: str | None = "company_numbers"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "product_module",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_product_module")),
    )
    op.create_table(
        "customer",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("last_visit", sa.Date(), nullable=True),
        sa.Column(
            "revision",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent"],
            ["user_account.username"],
            name=op.f("fk_customer_agent_user_account"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_customer")),
        sa.UniqueConstraint("number", name=op.f("uq_customer_number")),
    )
    op.create_table(
        "customer_contact",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "customer_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_key"],
            ["customer.key"],
            name=op.f("fk_customer_contact_customer_key_customer"),
        ),
        sa.ForeignKeyConstraint(
            ["username"],
            ["user_account.username"],
            name=op.f("fk_customer_contact_username_user_account"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_customer_contact")),
    )
    op.create_index(
        op.f("ix_customer_contact_customer_key"),
        "customer_contact",
        ["customer_key"],
        unique=False,
    )
    op.create_index(
        op.f("ix_customer_contact_username"),
        "customer_contact",
        ["username"],
        unique=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_customer_contact_username"), table_name="customer_contact")
    op.drop_index(
        op.f("ix_customer_contact_customer_key"), table_name="customer_contact"
    )
    op.drop_table("customer_contact")
    op.drop_table("customer")
    op.drop_table("product_module")
