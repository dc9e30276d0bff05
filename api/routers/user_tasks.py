"""User tasks: finding, reading, claiming and completing work."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from pydantic import Field
from sqlalchemy.orm import Session

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import (
    Answer,
    Body,
    Found,
    Key,
    Search,
    entity_tag,
    if_match,
    written_page,
)
from api.timeline import Entry, entries
from engine import definitions, inbox, user_tasks
from engine.authorization import Permission
from engine.inbox import Item
from engine.user_tasks import TaskView

router = APIRouter(
    prefix="/v2/user-tasks", tags=["user tasks"], route_class=CommandRoute
)

_ONE = "/{user_task_key}"
grant(
    Permission.READ_TASKS,
    "POST /v2/user-tasks/search",
    f"GET /v2/user-tasks{_ONE}",
    f"GET /v2/user-tasks{_ONE}/view",
    f"GET /v2/user-tasks{_ONE}/form",
)
grant(
    Permission.WORK_TASKS,
    f"PATCH /v2/user-tasks{_ONE}",
    f"POST /v2/user-tasks{_ONE}/assignment",
    f"DELETE /v2/user-tasks{_ONE}/assignee",
    f"POST /v2/user-tasks{_ONE}/completion",
)
_TENANT = "<default>"

Tag = Annotated[str | None, Header(alias="If-Match")]


class TaskAnswer(Answer):
    """A user task; ``customHeaders`` hold duty, mode and how far a round is."""

    name: str | None
    name_en: str
    state: str
    assignee: str | None
    element_id: str
    candidate_groups: list[str]
    candidate_users: list[str]
    process_definition_id: str
    creation_date: datetime
    completion_date: datetime | None
    completed_by: str | None
    on_behalf_of: str | None
    cancellation_reason: str | None
    follow_up_date: datetime | None
    due_date: datetime | None
    tenant_id: str = _TENANT
    external_form_reference: str | None
    process_definition_version: int
    custom_headers: dict[str, str]
    user_task_key: Key
    element_instance_key: Key
    process_name: str | None
    process_definition_key: Key
    process_instance_key: Key
    root_process_instance_key: Key | None = None
    business_id: str | None
    project_no: str | None
    form_key: str | None = None
    tags: list[str] = Field(default_factory=list)
    priority: int
    round: int


class ShownAnswer(Answer):
    """Something of the case that stands beside the fields."""

    title: str
    value: Any


class TaskViewAnswer(Answer):
    """All that a page needs to work on a task.

    ``previous`` are the answers of the round before, where a joint task opened
    again; ``shown`` is what the form shows of the case; ``actions`` what the caller
    may do now; ``onBehalfOf`` whom he would represent (代录).
    """

    task: TaskAnswer
    form: dict[str, Any] | None
    values: dict[str, Any]
    defaults: dict[str, Any]
    options: dict[str, list[dict[str, Any]]]
    shown: list[ShownAnswer]
    previous: list[Any]
    draft: dict[str, Any] | None
    actions: list[str]
    on_behalf_of: str | None
    history: list[Entry]
    etag: str


class Completion(Body):
    """The answers, and whose they are if they are recorded for somebody."""

    variables: dict[str, Any] = Field(default_factory=dict)
    on_behalf_of: str | None = None
    action: str | None = None


class Assignment(Body):
    """Who is to do the task."""

    assignee: str | None = None
    allow_override: bool = True
    action: str | None = None


class Changeset(Body):
    """What changes; what is left out stays, null takes a date away."""

    due_date: datetime | None = None
    follow_up_date: datetime | None = None
    priority: int | None = Field(default=None, ge=0, le=100)
    candidate_users: list[str] | None = None
    candidate_groups: list[str] | None = None


class TaskUpdate(Body):
    """A change of a task's dates, priority or candidates."""

    changeset: Changeset
    action: str | None = None


@router.post(
    "/search", operation_id="search_user_tasks", response_model=Found[TaskAnswer]
)
def search_user_tasks(
    body: Search,
    actor: CurrentActor,
    session: Reading,
    everybody: Annotated[bool, Query()] = False,  # noqa: FBT002 - a query
) -> Response:
    """Find tasks: the caller's own (to do, to claim, to record for others, done).

    Administrators find everybody's at once, others of the staff with ``everybody``.
    """
    found = inbox.search(
        session, actor, body.query(), everybodys=everybody, represented=True
    )
    return written_page(found, [as_json(session, item) for item in found.items])


@router.get(_ONE, operation_id="get_user_task")
def get_user_task(
    user_task_key: Key, actor: CurrentActor, session: Reading, response: Response
) -> TaskAnswer:
    """Return a task; its ETag goes into ``If-Match`` of a completion."""
    task = user_tasks.find(session, actor, user_task_key)
    response.headers["ETag"] = entity_tag(task.revision)
    return answer(session, inbox.item_of(session, task.key))


@router.get(f"{_ONE}/view", operation_id="get_user_task_view")
def get_user_task_view(
    user_task_key: Key, actor: CurrentActor, session: Reading, response: Response
) -> TaskViewAnswer:
    """Return task, form, values, draft, allowed actions and history in one answer."""
    view = user_tasks.view(session, actor, user_task_key)
    response.headers["ETag"] = entity_tag(view.task.revision)
    item = inbox.item_of(session, user_task_key)
    return TaskViewAnswer(
        task=answer(session, item),
        form=form_of(view),
        values=dict(view.values),
        defaults=dict(view.defaults),
        options={
            name: [{"value": value, "title": title} for value, title in known]
            for name, known in view.options.items()
        },
        shown=[
            ShownAnswer(title=each.title.to(actor.language), value=value)
            for each, value in view.shown
        ],
        previous=previous(view),
        draft=view.draft.values if view.draft else None,
        actions=sorted(view.actions),
        on_behalf_of=view.on_behalf_of,
        history=entries(session, actor, task_key=user_task_key),
        etag=entity_tag(view.task.revision),
    )


@router.get(f"{_ONE}/form", operation_id="get_user_task_form", response_model=None)
def get_user_task_form(
    user_task_key: Key, actor: CurrentActor, session: Reading
) -> dict[str, Any] | Response:
    """Return the form: JSON Schema and uiSchema; 204 where the task has none."""
    form = form_of(user_tasks.view(session, actor, user_task_key))
    return Response(status_code=204) if form is None else form


@router.post(f"{_ONE}/completion", status_code=204, operation_id="complete_user_task")
def complete_user_task(
    user_task_key: Key,
    actor: CurrentActor,
    session: Transaction,
    body: Completion | None = None,
    tag: Tag = None,
) -> None:
    """Complete a task; what follows is visible when the answer comes."""
    given = body or Completion()
    user_tasks.complete(
        session,
        actor,
        user_task_key,
        given.variables,
        revision=if_match(tag),
        on_behalf_of=given.on_behalf_of,
    )


@router.post(f"{_ONE}/assignment", status_code=204, operation_id="assign_user_task")
def assign_user_task(
    user_task_key: Key,
    actor: CurrentActor,
    session: Transaction,
    body: Assignment | None = None,
    tag: Tag = None,
) -> None:
    """Give a task to somebody; without ``assignee`` the caller claims it."""
    given, revision = body or Assignment(), if_match(tag)
    if given.assignee is None or given.assignee == actor.username:
        user_tasks.claim(session, actor, user_task_key, revision=revision)
        return
    user_tasks.assign(
        session,
        actor,
        user_task_key,
        given.assignee,
        allow_override=given.allow_override,
        revision=revision,
    )


@router.delete(f"{_ONE}/assignee", status_code=204, operation_id="unassign_user_task")
def unassign_user_task(
    user_task_key: Key, actor: CurrentActor, session: Transaction, tag: Tag = None
) -> None:
    """Hand a task back to all who may claim it."""
    user_tasks.release(session, actor, user_task_key, revision=if_match(tag))


@router.patch(_ONE, status_code=204, operation_id="update_user_task")
def update_user_task(
    user_task_key: Key,
    body: TaskUpdate,
    actor: CurrentActor,
    session: Transaction,
    tag: Tag = None,
) -> None:
    """Change due date, follow-up date, priority or candidates."""
    given = body.changeset.model_dump(exclude_unset=True)
    names = {"due_date": "due_at", "follow_up_date": "follow_up_at"}
    dates = {
        names.get(name, name): value
        for name, value in given.items()
        if not name.startswith("candidate")
    }
    user_tasks.update(
        session,
        actor,
        user_task_key,
        revision=if_match(tag),
        candidates=body.changeset.candidate_users,
        **dates,
    )


def answer(session: Session, item: Item) -> TaskAnswer:
    """Return a task as the API sends it."""
    return TaskAnswer.model_validate(as_json(session, item))


def as_json(session: Session, item: Item) -> dict[str, Any]:
    """Return the members of a `TaskAnswer`, as they are written in JSON.

    Lists of a hundred are written from these: checking what we have put together
    ourselves would take five times as long.
    """
    task = item.columns()
    definition = definitions.get(session, task["definition_key"])
    return {
        "name": task["name"],
        "nameEn": task["name_en"],
        "state": task["state"],
        "assignee": task["assignee"],
        "elementId": task["element_id"],
        "candidateGroups": [task["duty"]] if task["duty"] else [],
        "candidateUsers": task["candidates"],
        "processDefinitionId": task["process_id"],
        "creationDate": task["created_at"],
        "completionDate": task["completed_at"],
        "completedBy": task["completed_by"],
        "onBehalfOf": task["on_behalf_of"],
        "cancellationReason": task["cancellation_reason"],
        "followUpDate": task["follow_up_at"],
        "dueDate": task["due_at"],
        "tenantId": _TENANT,
        "externalFormReference": task["form"] or None,
        "processDefinitionVersion": definition.version,
        "customHeaders": _headers(task, item),
        "userTaskKey": str(task["key"]),
        "elementInstanceKey": str(task["joint_key"] or task["key"]),
        "processName": definition.name,
        "processDefinitionKey": str(task["definition_key"]),
        "processInstanceKey": str(task["instance_key"]),
        "rootProcessInstanceKey": None,
        "businessId": item.business_id,
        "projectNo": item.scope_id,
        "formKey": None,
        "tags": [],
        "priority": task["priority"],
        "round": task["round"],
    }


def _headers(task: Mapping[str, Any], item: Item) -> dict[str, str]:
    return {
        "duty": task["duty"],
        "mode": task["mode"],
        "jointKey": str(task["joint_key"] or ""),
        "done": str(item.done),
        "total": str(item.total),
        "nameEn": task["name_en"],
    }


def form_of(view: TaskView) -> dict[str, Any] | None:
    """Return the form as any front end can draw it."""
    if view.form is None:
        return None
    return {
        "title": {"zh": view.form.title.zh, "en": view.form.title.en},
        "schema": view.form.schema,
        "ui": view.form.ui,
    }


def previous(view: TaskView) -> list[Any]:
    """Return the answers of the round before, where a joint task opened again."""
    found = view.values.get(f"{view.task.result}_previous")
    return found if isinstance(found, list) else []
