"""User tasks: taken on, handed over, filled in, completed."""

from engine.user_tasks.assignment import (
    NotUnclaimedError,
    NotYoursToManageError,
    UnsuitableAssigneeError,
    assign,
    claim,
    release,
    update,
)
from engine.user_tasks.completion import complete, settle_joint
from engine.user_tasks.drafts import discard_draft, draft, save_draft
from engine.user_tasks.facts import EVERY
from engine.user_tasks.returns import Move, moves, send_back
from engine.user_tasks.rows import (
    ClaimedError,
    TaskChangedError,
    TaskNotFoundError,
    find,
)
from engine.user_tasks.view import TaskView, history, view

__all__ = [
    "EVERY",
    "ClaimedError",
    "Move",
    "NotUnclaimedError",
    "NotYoursToManageError",
    "TaskChangedError",
    "TaskNotFoundError",
    "TaskView",
    "UnsuitableAssigneeError",
    "assign",
    "claim",
    "complete",
    "discard_draft",
    "draft",
    "find",
    "history",
    "moves",
    "release",
    "save_draft",
    "send_back",
    "settle_joint",
    "update",
    "view",
]
