"""What can happen to an instance or a task, in the past tense.

These are the names of the journal's entries and of the events that subscribers
get. Parts above the engine add their own names; nothing depends on the list being
complete.
"""

from enum import StrEnum


class Event(StrEnum):
    """An event of the engine itself."""

    INSTANCE_STARTED = "InstanceStarted"
    INSTANCE_COMPLETED = "InstanceCompleted"
    INSTANCE_TERMINATED = "InstanceTerminated"
    INSTANCE_SUSPENDED = "InstanceSuspended"
    INSTANCE_RESUMED = "InstanceResumed"
    INSTANCE_MIGRATED = "InstanceMigrated"
    MIGRATION_UNDONE = "MigrationUndone"
    INSTANCE_MODIFIED = "InstanceModified"
    VARIABLES_CORRECTED = "VariablesCorrected"
    TASK_CREATED = "TaskCreated"
    TASK_UNOWNED = "TaskUnowned"
    TASK_CLAIMED = "TaskClaimed"
    TASK_RELEASED = "TaskReleased"
    TASK_ASSIGNED = "TaskAssigned"
    TASK_UPDATED = "TaskUpdated"
    TASK_COMPLETED = "TaskCompleted"
    TASK_CANCELED = "TaskCanceled"
    TASK_RETURNED = "TaskReturned"
    DECISION_TAKEN = "DecisionTaken"
    TIMER_FIRED = "TimerFired"
    TIMER_MOVED = "TimerMoved"
    MESSAGE_SENT = "MessageSent"
    MESSAGE_RECEIVED = "MessageReceived"
    MESSAGE_PUBLISHED = "MessagePublished"
    MESSAGE_PUBLISHED_AGAIN = "MessagePublishedAgain"
    SIGNAL_BROADCAST = "SignalBroadcast"
    JOB_COMPLETED = "JobCompleted"
    JOB_ERROR_THROWN = "JobErrorThrown"
    JOB_SKIPPED = "JobSkipped"
    INCIDENT_OPENED = "IncidentOpened"
    INCIDENT_RESOLVED = "IncidentResolved"
    DOCUMENT_SIGNED = "DocumentSigned"
    PACKAGE_DEPLOYED = "PackageDeployed"
