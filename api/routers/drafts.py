"""Forms that are filled in half-way."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body, Key
from engine import user_tasks
from engine.authorization import Permission

router = APIRouter(
    prefix="/v2/user-tasks", tags=["user tasks"], route_class=CommandRoute
)

_PATH = "/{user_task_key}/draft"
grant(
    Permission.WORK_TASKS,
    f"GET /v2/user-tasks{_PATH}",
    f"PUT /v2/user-tasks{_PATH}",
    f"DELETE /v2/user-tasks{_PATH}",
)


class DraftBody(Body):
    """A form that is filled in half-way; nothing in it is checked."""

    variables: dict[str, Any]


class DraftAnswer(Answer):
    """A kept draft."""

    variables: dict[str, Any]
    saved_at: datetime


@router.get(_PATH, operation_id="get_user_task_draft", response_model=None)
def get_user_task_draft(
    user_task_key: Key, actor: CurrentActor, session: Reading
) -> DraftAnswer | Response:
    """Return the caller's draft; 204 where he has none."""
    row = user_tasks.draft(session, actor, user_task_key)
    if row is None:
        return Response(status_code=204)
    return DraftAnswer(variables=row.values, saved_at=row.saved_at)


@router.put(_PATH, status_code=204, operation_id="save_user_task_draft")
def save_user_task_draft(
    user_task_key: Key, body: DraftBody, actor: CurrentActor, session: Transaction
) -> None:
    """Keep the caller's half-filled form."""
    user_tasks.save_draft(session, actor, user_task_key, body.variables)


@router.delete(_PATH, status_code=204, operation_id="discard_draft")
def discard_user_task_draft(
    user_task_key: Key, actor: CurrentActor, session: Transaction
) -> None:
    """Forget the caller's draft."""
    user_tasks.discard_draft(session, actor, user_task_key)
