"""Quotations with their negotiations, and what customers owe."""

import sqlalchemy as sa
from alembic import op

revision: str = "charges"
down_revision: str | None = "followed_issues"
branch_labels: str | None = None
depends_on: str | None = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _number(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, _KEY, nullable=nullable)


def _text(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.key"], name=name)


def upgrade() -> None:
    """Add the three tables."""
    op.create_table(
        "quotation",
        _number("key"),
        *_text("quotation_no"),
        sa.Column("version", _KEY, nullable=False),
        _number("project_key"),
        *_text("kind", "subject_no", "title", "service_type"),
        sa.Column("quantity", sa.Double(), nullable=False),
        _number("standard_fen"),
        _number("amount_fen"),
        *_text("state"),
        _moment("made_at"),
        _reference("quotation", "project_key", "project"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_quotation")),
        sa.UniqueConstraint(
            "quotation_no", "version", name=op.f("uq_quotation_quotation_no_version")
        ),
    )
    for columns in (["kind", "subject_no"], ["project_key", "made_at"]):
        name = op.f(f"ix_quotation_{'_'.join(columns)}")
        op.create_index(name, "quotation", columns)
    op.create_table(
        "negotiation",
        _number("key"),
        _number("quotation_key"),
        *_text("outcome", "customer_person", "terms", "reason", "decided_by"),
        _number("instance_key", nullable=True),
        _moment("negotiated_at"),
        _reference("negotiation", "quotation_key", "quotation"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_negotiation")),
        sa.UniqueConstraint("quotation_key", name=op.f("uq_negotiation_quotation_key")),
    )
    op.create_table(
        "receivable",
        _number("key"),
        *_text("receivable_no"),
        _number("project_key"),
        _number("quotation_key", nullable=True),
        *_text("kind", "subject_no"),
        _number("amount_fen"),
        *_text("state"),
        _moment("raised_at"),
        sa.Column("paid_on", sa.Date(), nullable=True),
        *_text("note"),
        sa.Column("recorded_by", sa.String(), nullable=True),
        _reference("receivable", "project_key", "project"),
        _reference("receivable", "quotation_key", "quotation"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_receivable")),
        sa.UniqueConstraint("receivable_no", name=op.f("uq_receivable_receivable_no")),
        sa.UniqueConstraint(
            "kind", "subject_no", name=op.f("uq_receivable_kind_subject_no")
        ),
    )
    for columns in (["project_key"], ["state", "raised_at"]):
        name = op.f(f"ix_receivable_{'_'.join(columns)}")
        op.create_index(name, "receivable", columns)


def downgrade() -> None:
    """Drop them."""
    for table in ("receivable", "negotiation", "quotation"):
        op.drop_table(table)
