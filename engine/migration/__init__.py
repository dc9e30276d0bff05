"""Instances on their way to another version of their process.

Instances stay on their version until somebody takes them over: one by one
(`migrate`), or many in a batch whose instances each have a transaction of their own
(`begin_batch`, worked by `work`). `dry_run` says beforehand which are safe, and
`undo` takes an instance back while it has not moved on.
"""

from engine.migration.batches import (
    BatchNotFoundError,
    Progress,
    batch,
    begin_batch,
    cancel_batch,
    earliest,
    items,
    work,
)
from engine.migration.changing import AlreadyThereError, Outcome, migrate
from engine.migration.planning import Plan, PlannedElement, plan
from engine.migration.trying import Trial, dry_run
from engine.migration.undoing import (
    CannotUndoError,
    NotMigratedError,
    Reversal,
    forget,
    last,
    undo,
    undo_batch,
)

__all__ = [
    "AlreadyThereError",
    "BatchNotFoundError",
    "CannotUndoError",
    "NotMigratedError",
    "Outcome",
    "Plan",
    "PlannedElement",
    "Progress",
    "Reversal",
    "Trial",
    "batch",
    "begin_batch",
    "cancel_batch",
    "dry_run",
    "earliest",
    "forget",
    "items",
    "last",
    "migrate",
    "plan",
    "undo",
    "undo_batch",
    "work",
]
