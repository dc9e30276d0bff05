"""The engine's tables; import rows from here, not from the parts."""

from engine.schema.base import Base, from_json, next_key, to_json
from engine.schema.definitions import (
    DecisionDefinition,
    Deployment,
    DeploymentResource,
    ProcessDefinition,
    ProcessModel,
    Resource,
    StartSubscription,
)
from engine.schema.documents import Document, DocumentAccess, Notification, Signature
from engine.schema.identity import (
    ApiToken,
    DutyConfiguration,
    IdempotencyRecord,
    Scope,
    ScopeMember,
    UserAccount,
    UserSession,
)
from engine.schema.instance_migrations import InstanceMigration, MigrationBatch
from engine.schema.instances import (
    ElementInstance,
    Incident,
    Message,
    MessageSubscription,
    ProcessInstance,
    Timer,
)
from engine.schema.jobs import Job, WorkerHeartbeat
from engine.schema.journal import (
    BusinessClock,
    CalendarDay,
    JournalEntry,
    Recurrence,
    Revision,
)
from engine.schema.outgoing import Robot, Webhook, WebhookDelivery
from engine.schema.user_tasks import UserTask, UserTaskCandidate, UserTaskDraft

__all__ = [
    "ApiToken",
    "Base",
    "BusinessClock",
    "CalendarDay",
    "DecisionDefinition",
    "Deployment",
    "DeploymentResource",
    "Document",
    "DocumentAccess",
    "DutyConfiguration",
    "ElementInstance",
    "IdempotencyRecord",
    "Incident",
    "InstanceMigration",
    "Job",
    "JournalEntry",
    "Message",
    "MessageSubscription",
    "MigrationBatch",
    "Notification",
    "ProcessDefinition",
    "ProcessInstance",
    "ProcessModel",
    "Recurrence",
    "Resource",
    "Revision",
    "Robot",
    "Scope",
    "ScopeMember",
    "Signature",
    "StartSubscription",
    "Timer",
    "UserAccount",
    "UserSession",
    "UserTask",
    "UserTaskCandidate",
    "UserTaskDraft",
    "Webhook",
    "WebhookDelivery",
    "WorkerHeartbeat",
    "from_json",
    "next_key",
    "to_json",
]
