"""What every operation needs: the project that calls, and the case it gets back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from company import case
from company.schema import Project
from engine.errors import ConflictError
from engine.notifications import Cause
from engine.operations import OperationContext

Parameters = Mapping[str, Any]


class NoProjectError(ConflictError):
    """The operation was called by an instance that belongs to no project."""

    code = "no-project"

    def __init__(self) -> None:
        super().__init__(
            "This instance belongs to no project; start it through a project",
            "该流程实例不属于任何项目,请通过项目启动",
        )


def project_of(context: OperationContext) -> Project:
    """Return the project of the calling instance.

    Raises:
        NoProjectError: The instance belongs to none.
    """
    key = context.scope_key
    project = None if key is None else context.session.get(Project, key)
    if project is None:
        raise NoProjectError
    return project


def case_of(
    context: OperationContext, given: Parameters, project: Project
) -> dict[str, Any]:
    """Return the case as the rows say; its request, requirement and visit stay."""
    context.session.flush()
    return case.renewed(context.session, project, given.get("case"))


def cause_of(context: OperationContext) -> Cause:
    """Return what a notice of this operation belongs to."""
    return Cause(
        scope_key=context.scope_key,
        instance_key=context.instance.key,
        element_id=context.element_id,
        deployment_key=context.deployment_key,
    )


def day_of(value: Any) -> date | None:
    """Return a date from process data: a date, its ISO text, or nothing."""
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value))
