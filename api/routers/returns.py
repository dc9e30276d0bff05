"""Sending a user task back to somebody who has acted before."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.routers.user_tasks import Tag
from api.shapes import Answer, Body, Key, Listed, if_match
from engine import user_tasks
from engine.authorization import Permission

router = APIRouter(
    prefix="/v2/user-tasks", tags=["user tasks"], route_class=CommandRoute
)

_ONE = "/{user_task_key}"
grant(Permission.READ_TASKS, f"GET /v2/user-tasks{_ONE}/moves")
grant(Permission.WORK_TASKS, f"POST /v2/user-tasks{_ONE}/return")


class CanceledAnswer(Answer):
    """An open task that a return cancels."""

    user_task_key: Key
    element_id: str
    name: str
    assignee: str | None


class MoveAnswer(Answer):
    """An earlier task that the work can go back to, and what that cancels."""

    element_id: str
    name: str
    name_en: str
    completed_by: str | None
    completion_date: datetime | None
    cancels: list[CanceledAnswer]
    withdraws: list[str]


class ReturnBody(Body):
    """Where the work goes back to, and why."""

    element_id: str
    reason: str = Field(min_length=1, max_length=1000)


@router.get(f"{_ONE}/moves", operation_id="get_user_task_moves")
def get_user_task_moves(
    user_task_key: Key, actor: CurrentActor, session: Reading
) -> Listed[MoveAnswer]:
    """Return the tasks that this one can be sent back to, the latest first."""
    return Listed(
        items=[
            MoveAnswer(
                element_id=each.element_id,
                name=each.name,
                name_en=each.name_en,
                completed_by=each.completed_by,
                completion_date=each.completed_at,
                cancels=[
                    CanceledAnswer(
                        user_task_key=row.key,
                        element_id=row.element_id,
                        name=row.name,
                        assignee=row.assignee,
                    )
                    for row in each.cancels
                ],
                withdraws=list(each.withdraws),
            )
            for each in user_tasks.moves(session, actor, user_task_key)
        ]
    )


@router.post(f"{_ONE}/return", status_code=204, operation_id="return_user_task")
def return_user_task(
    user_task_key: Key,
    body: ReturnBody,
    actor: CurrentActor,
    session: Transaction,
    tag: Tag = None,
) -> None:
    """Let the case stand before an earlier task again; what was entered stays."""
    user_tasks.send_back(
        session,
        actor,
        user_task_key,
        body.element_id,
        reason=body.reason,
        revision=if_match(tag),
    )
