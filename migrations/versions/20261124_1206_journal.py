"""The tables of journal."""

import sqlalchemy as sa
from alembic import op

revision: str = "journal"
down_revision: str | None = "jobs"
branch_labels: str | None = None
depends_on: str | None = None

_SQLITE = """
CREATE TRIGGER journal_entry_no_{verb} BEFORE {VERB} ON journal_entry
BEGIN SELECT RAISE(ABORT, 'journal_entry is append-only'); END
"""
_POSTGRESQL_FUNCTION = """
CREATE FUNCTION journal_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'journal_entry is append-only'; END $$
"""
_POSTGRESQL = """
CREATE TRIGGER journal_entry_no_{verb} BEFORE {VERB} ON journal_entry
FOR EACH STATEMENT EXECUTE FUNCTION journal_entry_append_only()
"""


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "business_clock",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_clock")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "journal_entry",
        sa.Column(
            "key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column(
            "scope_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "instance_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "task_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_journal_entry")),
    )
    op.create_index(
        op.f("ix_journal_entry_instance_key_key"),
        "journal_entry",
        ["instance_key", "key"],
        unique=False,
    )
    op.create_index(
        op.f("ix_journal_entry_scope_key_key"),
        "journal_entry",
        ["scope_key", "key"],
        unique=False,
    )
    op.create_index(
        op.f("ix_journal_entry_task_key"), "journal_entry", ["task_key"], unique=False
    )
    op.create_table(
        "revision",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_revision")),
    )
    _protect()


def downgrade() -> None:
    """Drop them."""
    _unprotect()
    op.drop_table("revision")
    op.drop_index(op.f("ix_journal_entry_task_key"), table_name="journal_entry")
    op.drop_index(op.f("ix_journal_entry_scope_key_key"), table_name="journal_entry")
    op.drop_index(op.f("ix_journal_entry_instance_key_key"), table_name="journal_entry")
    op.drop_table("journal_entry")
    op.drop_table("calendar_day")
    op.drop_table("business_clock")


def _protect() -> None:
    """Let the database itself refuse to change or remove what was written."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(_POSTGRESQL_FUNCTION)
    text = _SQLITE if sqlite else _POSTGRESQL
    for verb in _verbs():
        op.execute(text.format(verb=verb, VERB=verb.upper()))


def _unprotect() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for verb in _verbs():
        suffix = "" if sqlite else " ON journal_entry"
        op.execute(f"DROP TRIGGER journal_entry_no_{verb}{suffix}")
    if not sqlite:
        op.execute("DROP FUNCTION journal_entry_append_only()")


def _verbs() -> tuple[str, ...]:
    if op.get_bind().dialect.name == "sqlite":
        return ("update", "delete")
    return ("update", "delete", "truncate")
