"""Jobs: service tasks that anybody's worker does, in any language."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Row

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body, Found, Key, Search, page_of
from engine.authorization import Permission
from engine.lifecycles import JobState
from engine.worker import external, listing

router = APIRouter(prefix="/v2/jobs", tags=["jobs"], route_class=CommandRoute)
_ONE = "/{job_key}"

grant(
    Permission.WORK_JOBS,
    f"POST /v2/jobs{_ONE}/completion",
    f"POST /v2/jobs{_ONE}/failure",
    f"POST /v2/jobs{_ONE}/error",
    f"PATCH /v2/jobs{_ONE}",
    f"DELETE /v2/jobs{_ONE}/worker",
)
grant(Permission.READ_INSTANCES, "POST /v2/jobs/search")
_TENANT = "<default>"
LONGEST_MS = 366 * 24 * 3600 * 1000
MOST_RETRIES = 1000


class Report(Body):
    """What every report on a job may say: the proof of a lease."""

    job_lease_token: str | None = Field(default=None, max_length=200)


class Completion(Report):
    """What the worker has found out, as variables."""

    variables: dict[str, Any] | None = None
    result: None = None


class Failure(Report):
    """A try that failed; ``retryBackOff`` is in milliseconds."""

    retries: int = Field(default=0, ge=0, le=MOST_RETRIES)
    error_message: str = Field(default="", max_length=10_000)
    retry_back_off: int = Field(default=0, ge=0, le=LONGEST_MS)
    variables: dict[str, Any] | None = None


class BusinessError(Report):
    """An error that the diagram may catch."""

    error_code: str = Field(min_length=1, max_length=200)
    error_message: str | None = Field(default=None, max_length=10_000)
    variables: dict[str, Any] | None = None


class Changes(Body):
    """What is to change; ``timeout`` is in milliseconds from now."""

    retries: int | None = Field(default=None, ge=1, le=MOST_RETRIES)
    timeout: int | None = Field(default=None, ge=0, le=LONGEST_MS)
    priority: int | None = Field(default=None, ge=-(2**31) + 1, lt=2**31)


class Update(Report):
    """A change of a job that is not over."""

    changeset: Changes
    operation_reference: int | None = None


class JobAnswer(Answer):
    """A job without what it carries.

    ``origin`` is ``external`` for somebody's own worker, else what the server itself
    has to do: ``operation``, ``notice`` or ``periodic``.
    """

    job_key: Key
    type: str
    kind: str = "BPMN_ELEMENT"
    origin: str
    listener_event_type: str = "UNSPECIFIED"
    state: str
    worker: str
    retries: int
    priority: int
    deadline: datetime | None
    element_id: str | None
    element_instance_key: Key
    process_instance_key: Key
    root_process_instance_key: Key | None
    process_definition_id: str | None
    process_definition_key: Key | None
    business_id: str | None
    custom_headers: dict[str, str]
    error_code: str | None
    error_message: str | None
    has_failed_with_retries_left: bool
    is_denied: bool | None = None
    denied_reason: str | None = None
    creation_time: datetime
    end_time: datetime | None
    last_update_time: datetime | None = None
    tenant_id: str = _TENANT


@router.post("/search", operation_id="search_jobs")
def search_jobs(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[JobAnswer]:
    """Find jobs."""
    found = listing.search(session, actor, body.query())
    return page_of(found, [_answer(row) for row in found.items])


@router.post(f"{_ONE}/completion", status_code=204, operation_id="complete_job")
def complete_job(
    job_key: Key,
    actor: CurrentActor,
    session: Transaction,
    body: Completion | None = None,
) -> None:
    """Bring a job's result; the process goes on."""
    given = body or Completion()
    variables, lease = given.variables or {}, given.job_lease_token
    external.complete(session, actor, job_key, variables, lease=lease)


@router.post(f"{_ONE}/failure", status_code=204, operation_id="fail_job")
def fail_job(
    job_key: Key,
    actor: CurrentActor,
    session: Transaction,
    body: Failure | None = None,
) -> None:
    """Report a failed try; without retries left an incident asks for a person."""
    given = body or Failure()
    external.fail(
        session,
        actor,
        job_key,
        retries=given.retries,
        message=given.error_message,
        back_off=timedelta(milliseconds=given.retry_back_off),
        variables=given.variables,
        lease=given.job_lease_token,
    )


@router.post(f"{_ONE}/error", status_code=204, operation_id="throw_job_error")
def throw_job_error(
    job_key: Key, body: BusinessError, actor: CurrentActor, session: Transaction
) -> None:
    """End a job with a BPMN error; one that nobody catches becomes an incident."""
    external.throw_error(
        session,
        actor,
        job_key,
        body.error_code,
        body.error_message or "",
        variables=body.variables,
        lease=body.job_lease_token,
    )


@router.patch(_ONE, status_code=204, operation_id="update_job")
def update_job(
    job_key: Key, body: Update, actor: CurrentActor, session: Transaction
) -> None:
    """Change a job's retries, its time-out from now on, or its priority."""
    wanted = body.changeset
    timeout = wanted.timeout
    external.update(
        session,
        actor,
        job_key,
        retries=wanted.retries,
        lasting=None if timeout is None else timedelta(milliseconds=timeout),
        priority=wanted.priority,
        lease=body.job_lease_token,
    )


@router.delete(f"{_ONE}/worker", status_code=204, operation_id="hand_back_job")
def hand_back_job(
    job_key: Key,
    actor: CurrentActor,
    session: Transaction,
    body: Report | None = None,
) -> None:
    """Give a job back untouched; others get it at once, and no try is counted."""
    lease = body.job_lease_token if body else None
    external.hand_back(session, actor, job_key, lease=lease)


def _answer(row: Row[Any]) -> JobAnswer:
    return JobAnswer(
        job_key=row.key,
        type=row.operation,
        origin=row.kind,
        state=row.state,
        worker=row.worker or "",
        retries=max(row.max_attempts - row.attempts, 0),
        priority=-row.rank,
        deadline=row.deadline,
        element_id=row.element_id or None,
        element_instance_key=row.element_instance_key or row.key,
        process_instance_key=row.instance_key or 0,
        root_process_instance_key=row.root_key,
        process_definition_id=row.process_id,
        process_definition_key=row.definition_key,
        business_id=row.business_id,
        custom_headers=listing.headers_of(row),
        error_code=row.error_code,
        error_message=row.error,
        has_failed_with_retries_left=row.state == JobState.CREATED and row.attempts > 0,
        creation_time=row.created_at,
        end_time=row.ended_at,
    )
