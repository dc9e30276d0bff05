"""Who may do what: one table for operations, a few questions for single things.

Staff see that projects, instances and tasks exist; customers see only the scopes in
which they have a role, for them everything else is not there. Administrators manage
accounts, duties and deployments, but gain no access to contents by it: fields with
``x-readers`` and documents follow their own lists.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from engine import duties
from engine.actors import SYSTEM, Actor, ActorKind
from engine.errors import NotAllowedError, NotFoundError
from engine.schema import ScopeMember, UserTask

__all__ = ["SYSTEM", "Actor", "ActorKind", "Permission"]


class Permission(StrEnum):
    """An operation, as API tokens name it in their scopes (``tasks:work``)."""

    WORK_TASKS = "tasks:work"
    READ_TASKS = "tasks:read"
    MANAGE_TASKS = "tasks:manage"
    START_INSTANCES = "instances:start"
    READ_INSTANCES = "instances:read"
    MANAGE_INSTANCES = "instances:manage"
    READ_DEFINITIONS = "definitions:read"
    DEPLOY = "definitions:deploy"
    EVALUATE_DECISIONS = "decisions:evaluate"
    PUBLISH_MESSAGES = "messages:publish"
    RESOLVE_INCIDENTS = "incidents:resolve"
    WORK_JOBS = "jobs:work"
    UPLOAD_DOCUMENTS = "documents:write"
    READ_DOCUMENTS = "documents:read"
    READ_USERS = "users:read"
    MANAGE_USERS = "users:manage"
    READ_DUTIES = "duties:read"
    MANAGE_DUTIES = "duties:manage"
    READ_CALENDAR = "calendar:read"
    MANAGE_CALENDAR = "calendar:manage"
    READ_JOURNAL = "journal:read"
    READ_REPORTS = "reports:read"
    MANAGE_TOKENS = "tokens:manage"
    SET_CLOCK = "clock:set"
    READ_NOTICES = "notices:read"
    READ_PROJECTS = "projects:read"
    OPEN_PROJECTS = "projects:open"
    READ_CUSTOMERS = "customers:read"
    MANAGE_CUSTOMERS = "customers:manage"
    COMMAND_PROJECTS = "projects:command"
    RAISE_REQUESTS = "requests:raise"
    READ_REQUESTS = "requests:read"
    READ_STANDARDS = "standards:read"
    MANAGE_STANDARDS = "standards:manage"
    READ_PROCEDURE = "procedure:read"
    MANAGE_CONNECTIONS = "connections:manage"


JOB_TYPE = f"{Permission.WORK_JOBS}:"
"""What a token's scope for jobs of one type begins with."""

_ALL_JOBS = frozenset({Permission.WORK_JOBS.value, "jobs:*", "*"})


class Who(StrEnum):
    """Groups of accounts in the table."""

    CUSTOMER = "customer"
    STAFF = "staff"
    PROGRAM = "service"
    ADMINISTRATOR = "administrator"


_EVERYBODY = frozenset({Who.CUSTOMER, Who.STAFF, Who.PROGRAM, Who.ADMINISTRATOR})
_COMPANY = _EVERYBODY - {Who.CUSTOMER}
_MACHINES = frozenset({Who.PROGRAM, Who.ADMINISTRATOR})
_ADMINISTRATOR = frozenset({Who.ADMINISTRATOR})

TABLE: Mapping[Permission, frozenset[Who]] = {
    # Who holds the task's duty, or sees its scope, is asked for each task.
    Permission.WORK_TASKS: _EVERYBODY,
    Permission.READ_TASKS: _EVERYBODY,
    Permission.MANAGE_TASKS: _ADMINISTRATOR,
    # A process names the duties that may start it.
    Permission.START_INSTANCES: _EVERYBODY,
    Permission.READ_INSTANCES: _EVERYBODY,
    Permission.MANAGE_INSTANCES: _ADMINISTRATOR,
    Permission.READ_DEFINITIONS: _COMPANY,
    Permission.DEPLOY: _ADMINISTRATOR,
    Permission.EVALUATE_DECISIONS: _COMPANY,
    Permission.PUBLISH_MESSAGES: _MACHINES,
    Permission.RESOLVE_INCIDENTS: _ADMINISTRATOR,
    Permission.WORK_JOBS: _MACHINES,
    # A document follows its own access list.
    Permission.UPLOAD_DOCUMENTS: _EVERYBODY,
    Permission.READ_DOCUMENTS: _EVERYBODY,
    Permission.READ_USERS: _COMPANY,
    Permission.MANAGE_USERS: _ADMINISTRATOR,
    Permission.READ_DUTIES: _COMPANY,
    Permission.MANAGE_DUTIES: _ADMINISTRATOR,
    Permission.READ_CALENDAR: _EVERYBODY,
    Permission.MANAGE_CALENDAR: _ADMINISTRATOR,
    Permission.READ_JOURNAL: _COMPANY,
    Permission.READ_REPORTS: _COMPANY,
    Permission.MANAGE_TOKENS: _COMPANY,
    Permission.SET_CLOCK: _ADMINISTRATOR,
    # A notice is its recipient's; projects and customers are asked for one by one.
    Permission.READ_NOTICES: _EVERYBODY,
    Permission.READ_PROJECTS: _EVERYBODY,
    Permission.OPEN_PROJECTS: _COMPANY,
    Permission.READ_CUSTOMERS: _EVERYBODY,
    Permission.MANAGE_CUSTOMERS: _COMPANY,
    # Each command asks for a duty in its project.
    Permission.COMMAND_PROJECTS: _EVERYBODY,
    # Customers bring and see what belongs to their own projects.
    Permission.RAISE_REQUESTS: _EVERYBODY,
    Permission.READ_REQUESTS: _EVERYBODY,
    Permission.READ_STANDARDS: _EVERYBODY,
    Permission.MANAGE_STANDARDS: _COMPANY,
    Permission.READ_PROCEDURE: _COMPANY,
    Permission.MANAGE_CONNECTIONS: _ADMINISTRATOR,
}


class PermissionMissingError(NotAllowedError):
    """The operation is for others."""

    code = "permission-missing"

    def __init__(self, permission: Permission) -> None:
        super().__init__(
            f"Your account may not do this ({permission}); ask an administrator",
            f"您的账号无权执行此操作({permission});请联系系统管理员",
        )


class TokenScopeError(NotAllowedError):
    """The account may, but the API token that was used may not."""

    code = "token-scope-missing"

    def __init__(self, permission: Permission) -> None:
        super().__init__(
            f"The API token lacks the scope {permission}; use one that has it",
            f"所用API令牌缺少权限{permission};请改用具备该权限的令牌",
        )


class JobTypeError(NotAllowedError):
    """The API token that was used is for jobs of other types."""

    code = "job-type-not-allowed"

    def __init__(self, job_type: str) -> None:
        super().__init__(
            f"The API token is not for jobs of type {job_type}; use one with the scope "
            f"{JOB_TYPE}{job_type}",
            f"所用API令牌不能处理{job_type}类作业;请改用具备权限"
            f"{JOB_TYPE}{job_type}的令牌",
        )


class DutyMissingError(NotAllowedError):
    """The actor is not charged with this duty."""

    code = "duty-missing"

    def __init__(self, title: str, title_en: str) -> None:
        super().__init__(
            f"This is for the duty {title_en}, which you do not hold",
            f"此操作由“{title}”负责,您没有该职责",
        )


class NotCandidateError(NotAllowedError):
    """The task is not the actor's to do."""

    code = "not-candidate"

    def __init__(self, *, claimed_by: str | None = None) -> None:
        if claimed_by is None:
            super().__init__(
                "This task is for others; you may look at it, not work on it",
                "此任务由其他人员办理,您只能查看",
            )
        else:
            super().__init__(
                f"{claimed_by} works on this task; ask for it to be handed back",
                f"{claimed_by}正在办理此任务;如需办理,请先请其退回",
            )


class ScopeHiddenError(NotFoundError):
    """There is nothing of that key, as far as the actor may know."""

    code = "scope-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such project", "没有该项目")


def permits(actor: Actor, permission: Permission) -> bool:
    """Tell whether the account and the token in use allow an operation."""
    return _account_permits(actor, permission) and _token_permits(actor, permission)


def require(actor: Actor, permission: Permission) -> None:
    """Raise unless the actor may do an operation at all.

    Raises:
        PermissionMissingError: It is for other accounts.
        TokenScopeError: The API token is restricted to other operations.
    """
    if not _account_permits(actor, permission):
        raise PermissionMissingError(permission)
    if not _token_permits(actor, permission):
        raise TokenScopeError(permission)


def require_job_type(actor: Actor, job_type: str) -> None:
    """Raise unless the actor may work jobs of this type.

    A token with the scope ``jobs:work:TYPE`` works these only; a ``*`` at the end
    stands for any rest.

    Raises:
        PermissionMissingError: Jobs are for other accounts.
        TokenScopeError: The API token is restricted to other operations.
        JobTypeError: It is restricted to other types.
    """
    require(actor, Permission.WORK_JOBS)
    if actor.scopes is None or actor.scopes & _ALL_JOBS:
        return
    for scope in actor.scopes:
        named = scope.removeprefix(JOB_TYPE)
        if named == scope:
            continue
        if named == job_type or (
            named.endswith("*") and job_type.startswith(named[:-1])
        ):
            return
    raise JobTypeError(job_type)


def require_candidate(
    actor: Actor, task: UserTask, candidates: Collection[str] | None = None
) -> None:
    """Raise unless the actor may work on ``task``.

    A claimed task is its assignee's alone; another one is anybody's among the
    candidates (those of the row, unless ``candidates`` are given).

    Raises:
        NotCandidateError: The task is for others.
        TokenScopeError: The API token may not work on tasks.
    """
    require(actor, Permission.WORK_TASKS)
    if actor is SYSTEM or task.assignee == actor.username:
        return
    if task.assignee is not None:
        claimed = actor.username in (candidates or task.candidates)
        raise NotCandidateError(claimed_by=task.assignee if claimed else None)
    if actor.username not in (task.candidates if candidates is None else candidates):
        raise NotCandidateError


def may_see_scope(session: Session, actor: Actor, scope_key: int | None) -> bool:
    """Tell whether the actor may know that a scope (and what is in it) exists.

    Things without a scope are the company's own: customers do not see them.
    """
    return not actor.is_customer or takes_part(session, actor, scope_key)


def takes_part(session: Session, actor: Actor, scope_key: int | None) -> bool:
    """Tell whether the actor has a role in a scope."""
    if scope_key is None:
        return False
    has_role = exists().where(
        ScopeMember.scope_key == scope_key, ScopeMember.username == actor.username
    )
    return bool(session.scalar(select(has_role)))


def require_scope(session: Session, actor: Actor, scope_key: int | None) -> None:
    """Raise unless the actor may see a scope.

    Raises:
        ScopeHiddenError: For him it does not exist.
    """
    if not may_see_scope(session, actor, scope_key):
        raise ScopeHiddenError


def holds_duty(
    session: Session, actor: Actor, duty: str, scope_key: int | None = None
) -> bool:
    """Tell whether the actor is charged with ``duty`` (in a scope)."""
    if actor is SYSTEM:
        return True
    return actor.username in duties.resolve(session, duty, scope_key)


def require_duty(
    session: Session, actor: Actor, allowed: Collection[str], scope_key: int | None
) -> None:
    """Raise unless the actor holds one of the ``allowed`` duties.

    Raises:
        ScopeHiddenError: The actor may not even see the scope.
        DutyMissingError: He sees it, but holds none of the duties.
    """
    if any(holds_duty(session, actor, duty, scope_key) for duty in allowed):
        return
    require_scope(session, actor, scope_key)
    book = duties.in_force(session)
    known = [book.duties[name] for name in allowed if name in book.duties]
    raise DutyMissingError(
        "、".join(duty.title for duty in known),
        " or ".join(duty.title_en for duty in known),
    )


def duties_of(
    session: Session, actor: Actor, scope_key: int | None = None
) -> frozenset[str]:
    """Return all duties that the actor holds in a scope; readers are judged by it.

    Being an administrator adds nothing.
    """
    members = duties.members_of(session, scope_key)
    return frozenset(name for name, people in members.items() if _in(actor, people))


def _in(actor: Actor, people: Collection[str]) -> bool:
    return actor is SYSTEM or actor.username in people


def _account_permits(actor: Actor, permission: Permission) -> bool:
    if actor is SYSTEM:
        return True
    allowed = TABLE[permission]
    if actor.administrator and Who.ADMINISTRATOR in allowed:
        return True
    return any(who.value == actor.kind for who in allowed)


def _token_permits(actor: Actor, permission: Permission) -> bool:
    if actor.scopes is None:
        return True
    noun = permission.value.partition(":")[0]
    if actor.scopes & {permission.value, f"{noun}:*", "*"}:
        return True
    return permission is Permission.WORK_JOBS and any(
        scope.startswith(JOB_TYPE) for scope in actor.scopes
    )
