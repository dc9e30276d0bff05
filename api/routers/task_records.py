"""What a user task sees of its case, and what happened to it."""

from typing import Any

from fastapi import APIRouter

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading
from api.shapes import Answer, Found, Key, Listed, whole
from api.timeline import Entry, entries
from engine import user_tasks
from engine.authorization import Permission

router = APIRouter(
    prefix="/v2/user-tasks", tags=["user tasks"], route_class=CommandRoute
)

_ONE = "/{user_task_key}"
grant(
    Permission.READ_TASKS,
    f"POST /v2/user-tasks{_ONE}/variables/search",
    f"POST /v2/user-tasks{_ONE}/audit-logs/search",
)
_TENANT = "<default>"


class VariableAnswer(Answer):
    """One variable that a task sees; ``variableKey`` only counts them."""

    name: str
    value: Any
    is_truncated: bool = False
    variable_key: Key
    scope_key: Key
    process_instance_key: Key
    root_process_instance_key: Key
    tenant_id: str = _TENANT


@router.post(f"{_ONE}/variables/search", operation_id="search_user_task_variables")
def search_user_task_variables(
    user_task_key: Key, actor: CurrentActor, session: Reading
) -> Found[VariableAnswer]:
    """Return what the task sees, without fields that are for other duties."""
    view = user_tasks.view(session, actor, user_task_key)
    instance = view.task.instance_key
    found = [
        VariableAnswer(
            name=name,
            value=view.values[name],
            variable_key=number,
            scope_key=instance,
            process_instance_key=instance,
            root_process_instance_key=instance,
        )
        for number, name in enumerate(sorted(view.values), start=1)
    ]
    return whole(found)


@router.post(f"{_ONE}/audit-logs/search", operation_id="search_user_task_audit_logs")
def search_user_task_audit_logs(
    user_task_key: Key, actor: CurrentActor, session: Reading
) -> Listed[Entry]:
    """Return what happened to a task, the newest first."""
    user_tasks.find(session, actor, user_task_key)
    return Listed(items=entries(session, actor, task_key=user_task_key))
