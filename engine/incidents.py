"""Incidents: why something stands still, and how it goes on.

A designer or operator reads what is wrong, corrects the data (or the people, or the
other system), and resolves the incident: the token or the job then tries again.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Table, bindparam, select
from sqlalchemy.orm import Session

from engine import jobs, journal, steps
from engine import search as searching
from engine.authorization import Actor, Permission, require
from engine.errors import ConflictError, NotFoundError, Text
from engine.events import Event
from engine.lifecycles import IncidentState, JobState, UserTaskState
from engine.runtime import StateError, Termination, WaitKind
from engine.schema import Incident, Job, UserTask
from engine.search import Column, Found, Query, Searchable
from engine.steps import Held, open_incident
from engine.steps.running import TABLE as INSTANCES

__all__ = [
    "Remedy",
    "get",
    "of_instance",
    "open_incident",
    "ref_of_job",
    "resolve",
    "search",
]

_APART = "job:"
_INCIDENTS: Table = Incident.metadata.tables["incident"]

NAMES: Mapping[str, Column] = {
    "incidentKey": searching.key(_INCIDENTS.c.key),
    "processInstanceKey": searching.key(_INCIDENTS.c.instance_key),
    "processDefinitionId": searching.text(INSTANCES.c.process_id),
    "processDefinitionKey": searching.key(INSTANCES.c.definition_key),
    "elementId": searching.text(_INCIDENTS.c.element_id),
    "errorType": searching.text(_INCIDENTS.c.code),
    "errorMessage": searching.text(_INCIDENTS.c.message_en),
    "jobKey": searching.key(_INCIDENTS.c.job_key, nullable=True),
    "state": searching.state(_INCIDENTS.c.state, IncidentState),
    "creationTime": searching.moment(_INCIDENTS.c.created_at),
}
_ROWS = select(
    _INCIDENTS,
    INSTANCES.c.process_id,
    INSTANCES.c.definition_key,
    INSTANCES.c.root_key,
    INSTANCES.c.scope_key,
    INSTANCES.c.business_id,
).join(INSTANCES, INSTANCES.c.key == _INCIDENTS.c.instance_key)
_TASKS: Table = UserTask.metadata.tables["user_task"]
_UNSETTLED = (
    select(_TASKS.c.joint_key)
    .where(
        _TASKS.c.instance_key == bindparam("instance"),
        _TASKS.c.state == UserTaskState.COMPLETED,
        _TASKS.c.joint_key.is_not(None),
        _TASKS.c.answers.is_not(None),
    )
    .distinct()
)
"""Joint rounds that somebody has answered and that are not over."""

_SEARCHABLE = Searchable(NAMES, _INCIDENTS.c.key)


class IncidentNotFoundError(NotFoundError):
    """There is no such incident, or not for this actor."""

    code = "incident-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such incident", "没有该异常记录")


class ResolvedError(ConflictError):
    """The incident is resolved already."""

    code = "illegal-move"

    def __init__(self) -> None:
        super().__init__("The incident is resolved already", "该异常已处理")


def get(session: Session, actor: Actor, key: int) -> Row[Any]:
    """Return an incident as a search would.

    Raises:
        IncidentNotFoundError: There is none, or the actor is a customer.
    """
    row = session.execute(_ROWS.where(_INCIDENTS.c.key == key)).first()
    if row is None or actor.is_customer:
        raise IncidentNotFoundError
    return row


def of_instance(session: Session, instance_key: int) -> Sequence[Incident]:
    """Return the active incidents of an instance, the first first."""
    return session.scalars(
        select(Incident)
        .where(
            Incident.instance_key == instance_key,
            Incident.state == IncidentState.ACTIVE,
        )
        .order_by(Incident.key)
    ).all()


def search(session: Session, actor: Actor, query: Query) -> Found[Row[Any]]:
    """Return incidents; customers see none.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    require(actor, Permission.READ_INSTANCES)
    if actor.is_customer:
        return Found([], 0, more=False)
    return _SEARCHABLE.search(session, _ROWS, query)


class Remedy(StrEnum):
    """What a person decides about an incident.

    RETRY: try again, with corrected data where given. SKIP: go on as if the service
    task had returned a value. CANCEL: give up what failed, and its element with it.
    """

    RETRY = "retry"
    SKIP = "skip"
    CANCEL = "cancel"


class NotSkippableError(ConflictError):
    """What stands still is no service task."""

    code = "not-skippable"

    def __init__(self) -> None:
        super().__init__(
            "Only a service task can be skipped with a value; correct the data and "
            "retry, or move the token by a modification",
            "只有系统任务可以填写结果后跳过;请更正数据后重试,或通过流程调整移动节点",
        )


def ref_of_job(key: int) -> str:
    """Return where the incident of a job stands that no token waits for."""
    return f"{_APART}{key}"


def resolve(
    session: Session,
    actor: Actor,
    key: int,
    *,
    remedy: Remedy = Remedy.RETRY,
    value: Any = None,
    variables: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Let what stands still try again, go on without, or end.

    What fails again opens a new incident; the command succeeds all the same.

    Raises:
        IncidentNotFoundError: There is none.
        ResolvedError: It is resolved already.
        IllegalMoveError: The instance is over, or suspended.
        NotSkippableError: It is to be skipped, and is no service task.
        MoveRefusedError: Ending its element would leave nothing, or strand a join.
    """
    require(actor, Permission.RESOLVE_INCIDENTS)
    incident = session.get(Incident, key, populate_existing=True)
    if incident is None:
        raise IncidentNotFoundError
    instance = steps.lock(session, incident.instance_key)
    session.refresh(incident)
    if incident.state is not IncidentState.ACTIVE:
        raise ResolvedError
    if incident.ref.startswith(_APART):
        _record(session, actor, incident, remedy, variables, reason)
        _resolve_apart(session, actor, incident, remedy)
        return
    steps.require_going(instance)
    with steps.holding(session, actor, instance) as held:
        if remedy is Remedy.SKIP and not held.live.can_skip(incident.ref):
            raise NotSkippableError
        _record(session, actor, incident, remedy, variables, reason)
        held.resolve(incident.ref)
        if variables:
            known = incident.ref in held.live.waits
            held.correct(variables, incident.ref if known else None)
        _decide(session, held, incident, remedy, value, reason, bool(variables))
    if incident.code == StateError.code:
        _catch_up(session, actor, incident.instance_key)


def _decide(
    session: Session,
    held: Held,
    incident: Incident,
    remedy: Remedy,
    value: Any,
    reason: str,
    corrected: bool,  # noqa: FBT001 - one of several facts
) -> None:
    if remedy is Remedy.RETRY:
        _go_on(session, held, incident, corrected=corrected)
    elif remedy is Remedy.SKIP:
        _end_job(session, incident, JobState.COMPLETED)
        held.run(lambda live, around: live.skip(incident.ref, value, around))
    else:
        _give_up(session, held, incident, reason)


def _resolve_apart(
    session: Session, actor: Actor, incident: Incident, remedy: Remedy
) -> None:
    """Decide about a job that nothing waits for; its instance may be over."""
    steps.close_apart(session, actor, incident.instance_key, incident.ref)
    job = None if incident.job_key is None else session.get(Job, incident.job_key)
    if job is None or job.state is not JobState.FAILED:
        return
    if remedy is Remedy.RETRY:
        jobs.retry(session, job)
    else:
        jobs.cancel(session, job)


def _end_job(session: Session, incident: Incident, state: JobState) -> None:
    job = None if incident.job_key is None else session.get(Job, incident.job_key)
    if job is None or job.state is not JobState.FAILED:
        return
    if state is JobState.COMPLETED:
        jobs.complete(session, job, {"skipped": True})
    else:
        jobs.cancel(session, job)


def _give_up(session: Session, held: Held, incident: Incident, reason: str) -> None:
    """End the element that stands still, with all that is attached to it."""
    _end_job(session, incident, JobState.CANCELED)
    orders = [Termination(ref=incident.ref)]
    why = reason or Event.INCIDENT_RESOLVED.value
    held.run(lambda live, around: live.modify(orders, around, why))


def _catch_up(session: Session, actor: Actor, instance_key: int) -> None:
    """Do what others left undone while the instance's state could not be read."""
    settle = session.info.get("settle_joint")
    for joint_key in session.scalars(_UNSETTLED, {"instance": instance_key}).all():
        if settle is not None:
            settle(session, actor, joint_key)
    steps.deliver_awaited(session, actor, instance_key)


def _go_on(
    session: Session, held: Held, incident: Incident, *, corrected: bool
) -> None:
    wait = held.live.waits.get(incident.ref)
    if wait is None:
        return
    if wait.kind is WaitKind.INCIDENT:
        held.run(lambda live, around: live.retry(incident.ref, around))
    elif wait.kind is WaitKind.TASK:
        held.reopen(wait)
    elif wait.kind is WaitKind.CALL:
        _call_again(session, held, incident, corrected=corrected)


def _call_again(
    session: Session, held: Held, incident: Incident, *, corrected: bool
) -> None:
    """Put the job back; corrected data first have to become its parameters."""
    job = None if incident.job_key is None else session.get(Job, incident.job_key)
    if job is not None and job.state is JobState.FAILED and not corrected:
        jobs.retry(session, job)
        return
    ref, text = incident.ref, Text(incident.message_en, incident.message_zh)
    held.run(lambda live, around: live.fail_call(ref, incident.code, text, around))
    held.run(lambda live, around: live.retry(ref, around))


def _record(
    session: Session,
    actor: Actor,
    incident: Incident,
    remedy: Remedy,
    variables: Mapping[str, Any] | None,
    reason: str,
) -> None:
    details: dict[str, Any] = {
        "incident": str(incident.key),
        "code": incident.code,
        "remedy": remedy.value,
        "reason": reason,
    }
    if variables:
        details["corrected"] = sorted(variables)
    journal.record(
        session,
        actor,
        Event.INCIDENT_RESOLVED,
        instance=incident.instance_key,
        element_id=incident.element_id,
        details=details,
    )
