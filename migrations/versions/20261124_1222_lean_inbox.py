"""The inbox is read from the candidates alone; indexes that little is found by go."""

import sqlalchemy as sa
from alembic import op

revision: str = "lean_inbox"
down_revision: str | None = "one_number_series"
branch_labels: str | None = None
depends_on: str | None = None

_OLD = (
    ("instance_key", "state"),
    ("scope_key", "state"),
    ("state", "due_at"),
    ("completed_by", "completed_at"),
    ("joint_key",),
)
_PLAIN = (("instance_key",), ("scope_key",))
_WHERE_SET = (
    ("due_at",),
    ("joint_key",),
    ("completed_by", "completed_at"),
    ("on_behalf_of",),
)


def _name(columns: tuple[str, ...]) -> str:
    return f"ix_user_task_{'_'.join(columns)}"


def upgrade() -> None:
    """Say who has a task beside each candidate, and exchange the indexes."""
    op.add_column(
        "user_task_candidate",
        sa.Column("taken", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute(
        "UPDATE user_task_candidate SET taken = (username <> "
        "(SELECT assignee FROM user_task WHERE user_task.key = task_key)) "
        "WHERE (SELECT assignee FROM user_task WHERE user_task.key = task_key) "
        "IS NOT NULL"
    )
    for columns in _OLD:
        op.drop_index(_name(columns), "user_task")
    for columns in _PLAIN:
        op.create_index(op.f(_name(columns)), "user_task", list(columns))
    for columns in _WHERE_SET:
        condition = sa.text(f"{columns[0]} IS NOT NULL")
        op.create_index(
            _name(columns),
            "user_task",
            list(columns),
            sqlite_where=condition,
            postgresql_where=condition,
        )


def downgrade() -> None:
    """Exchange the indexes back and forget who has what."""
    for columns in (*_PLAIN, *_WHERE_SET):
        op.drop_index(_name(columns), "user_task")
    for columns in _OLD:
        op.create_index(op.f(_name(columns)), "user_task", list(columns))
    op.drop_column("user_task_candidate", "taken")
