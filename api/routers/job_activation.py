"""Taking jobs: a long poll that costs neither a thread nor a connection."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api import idempotency
from api.access import grant
from api.dependencies import CurrentActor, PatientRoute, Platform, commanding
from api.shapes import Answer, Body, Key
from engine.authorization import Actor, Permission, require_job_type
from engine.database import persistently
from engine.worker import external
from engine.worker.assignments import Assignment
from engine.worker.lobby import lobby_of

router = APIRouter(prefix="/v2/jobs", tags=["jobs"], route_class=PatientRoute)

grant(Permission.WORK_JOBS, "POST /v2/jobs/activation")
_TENANT = "<default>"
_USUAL_SECONDS, _LONGEST_SECONDS = 10.0, 60.0
_LONGEST_MS = 366 * 24 * 3600 * 1000


class Activation(Body):
    """Which jobs a worker wants, how many, and how long he may take for them.

    Times are in milliseconds. ``requestTimeout`` is how long to wait for the first
    job: 0 as long as usual, below 0 not at all.
    """

    type: str = Field(min_length=1, max_length=200)
    timeout: int = Field(ge=1, le=_LONGEST_MS)
    max_jobs_to_activate: int = Field(ge=1)
    worker: str = Field(default="", max_length=200)
    fetch_variable: list[str] = Field(default_factory=list)
    request_timeout: int = 0
    with_lease: bool | None = None
    tenant_ids: list[str] | None = None
    tenant_filter: str | None = None

    @property
    def patience(self) -> float:
        """How many seconds to wait for the first job."""
        if not self.request_timeout:
            return _USUAL_SECONDS
        return min(max(self.request_timeout / 1000, 0.0), _LONGEST_SECONDS)


class ActivatedJob(Answer):
    """A job with all that its worker needs; ``deadline`` is in epoch milliseconds."""

    type: str
    process_definition_id: str
    process_definition_version: int
    element_id: str
    custom_headers: dict[str, str]
    worker: str
    retries: int
    deadline: int
    variables: dict[str, Any]
    tenant_id: str = _TENANT
    physical_tenant_id: str = "default"
    job_key: Key
    process_instance_key: Key
    process_definition_key: Key
    element_instance_key: Key
    kind: str = "BPMN_ELEMENT"
    listener_event_type: str = "UNSPECIFIED"
    user_task: None = None
    tags: list[str]
    root_process_instance_key: Key
    business_id: str | None
    priority: int
    job_lease_token: str | None


class ActivatedJobs(Answer):
    """The jobs that were taken; none where none came in time."""

    jobs: list[ActivatedJob]


@router.post("/activation", operation_id="activate_jobs", response_model=ActivatedJobs)
async def activate_jobs(
    body: Activation, actor: CurrentActor, request: Request, platform: Platform
) -> Response:
    """Take jobs of one type, waiting for the first one if there is none."""
    require_job_type(actor, body.type)
    lobby, loop = lobby_of(platform), asyncio.get_running_loop()
    until = loop.time() + body.patience
    with lobby.place(body.type) as place:
        while True:
            place.look()
            taken = await run_in_threadpool(persistently, partial(_take, request, body))
            if taken is not None:
                # There may be more than this worker wanted.
                lobby.ring(body.type)
                return taken
            left = until - loop.time()
            if left <= 0 or lobby.is_closed or not await place.wait(left):
                return _written(())
            lobby.queue(body.type, place)
            if await request.is_disconnected():
                return _written(())


def _take(request: Request, body: Activation) -> Response | None:
    """Take what is there now; None where there is nothing, and then nothing changed."""
    key = idempotency.key_in(request.headers)
    if key is None and not _is_waiting(request, body):
        return None  # without having asked for the right to write
    with commanding(request) as session:
        actor: Actor = request.state.actor
        taken = external.activate(
            session,
            actor,
            body.type,
            worker=body.worker,
            lasting=timedelta(milliseconds=body.timeout),
            limit=body.max_jobs_to_activate,
            leased=bool(body.with_lease),
            names=frozenset(body.fetch_variable),
        )
        if not taken:
            session.rollback()
            return None
        answer = _written(taken)
        if key is not None:
            idempotency.finish(session, actor, key, 200, bytes(answer.body))
        return answer


def _is_waiting(request: Request, body: Activation) -> bool:
    with request.app.state.database.reading() as session:
        return external.is_waiting(session, body.type)


def _written(taken: Sequence[Assignment]) -> Response:
    found = ActivatedJobs(jobs=[_job(each) for each in taken])
    return Response(found.model_dump_json(by_alias=True), media_type="application/json")


def _job(taken: Assignment) -> ActivatedJob:
    job, definition = taken.job, taken.definition
    return ActivatedJob(
        type=job.operation,
        process_definition_id=definition.process_id,
        process_definition_version=definition.version,
        element_id=job.element_id,
        custom_headers=taken.headers,
        worker=job.worker or "",
        retries=max(job.max_attempts - job.attempts, 0),
        deadline=int(job.deadline.timestamp() * 1000) if job.deadline else 0,
        variables=taken.variables,
        job_key=job.key,
        process_instance_key=job.instance_key or 0,
        process_definition_key=definition.key,
        element_instance_key=taken.element_instance_key,
        tags=list(taken.tags),
        root_process_instance_key=taken.root_instance_key,
        business_id=taken.business_id,
        priority=-job.rank,
        job_lease_token=job.lease,
    )
