"""Beginning, ending, suspending and correcting instances."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import definitions, journal, steps
from engine.authorization import (
    SYSTEM,
    Actor,
    Permission,
    holds_duty,
    permits,
    require,
)
from engine.errors import ConflictError, MalformedRequestError, NotAllowedError
from engine.events import Event
from engine.lifecycles import INSTANCE, InstanceState
from engine.schema import (
    ProcessDefinition,
    ProcessInstance,
)
from engine.steps import Beginning, Running


class MayNotStartError(NotAllowedError):
    """The process is started by others, or by messages alone."""

    code = "may-not-start"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"You may not start {name}; the process names who may",
            f"您不能启动“{name}”,该流程规定了可启动的人员",
        )


class SuspensionError(ConflictError):
    """An instance is suspended already, or is not."""

    code = "illegal-move"


def create(
    session: Session,
    actor: Actor,
    *,
    process_id: str | None = None,
    definition_key: int | None = None,
    version: int | None = None,
    variables: Mapping[str, Any] | None = None,
    business_id: str | None = None,
    tags: Sequence[str] = (),
    scope_key: int | None = None,
    start_element: str | None = None,
    payload: Any = None,
) -> Running:
    """Begin an instance of a process, given by its id (and version) or by its key.

    ``start_element`` chooses a start event other than the one without a trigger;
    ``payload`` is then what its message would carry.

    Raises:
        DefinitionNotFoundError: No such process is deployed.
        MayNotStartError: The process is for others to start.
        UnsuitableValueError: A variable cannot be process data.
    """
    require(actor, Permission.START_INSTANCES)
    definition = _definition(session, process_id, definition_key, version)
    _require_starter(session, actor, definition, scope_key)
    beginning = Beginning(
        definition=definition,
        variables=variables or {},
        business_id=business_id,
        tags=tags,
        scope_key=scope_key,
        start_element=start_element,
        payload=payload,
    )
    return steps.begin(session, actor, beginning)


def cancel(session: Session, actor: Actor, key: int, reason: str) -> None:
    """End an instance before its time; its open tasks are canceled with the reason.

    Raises:
        InstanceNotFoundError: There is none.
        IllegalMoveError: It is over.
    """
    require(actor, Permission.MANAGE_INSTANCES)
    _cancel(session, actor, steps.lock(session, key), reason)


def cancel_all(
    session: Session,
    actor: Actor,
    *,
    scope_key: int,
    reason: str,
    spare: int | None = None,
) -> int:
    """End all running instances of a scope but ``spare``; return how many.

    For operations of a diagram: whoever may start those needs no other permission.
    """
    keys = session.scalars(
        select(ProcessInstance.key)
        .where(
            ProcessInstance.scope_key == scope_key,
            ProcessInstance.state == InstanceState.ACTIVE,
            ProcessInstance.key != (spare or 0),
        )
        .order_by(ProcessInstance.root_key, ProcessInstance.key)
    ).all()
    ended = 0
    for key in keys:
        ended += end(session, actor, key, reason)
    return ended


def end(session: Session, actor: Actor, key: int, reason: str) -> bool:
    """End an instance if it is running; tell whether it was.

    For operations of a diagram: whoever may start those needs no other permission.
    """
    instance = steps.lock(session, key)
    if not instance.is_active or steps.is_active(session, key):
        return False
    _cancel(session, actor, instance, reason)
    return True


def suspend(session: Session, actor: Actor, key: int, *, reason: str = "") -> None:
    """Let nothing move in an instance: no completion, timer, message or job result.

    Messages for it are kept until it goes on.

    Raises:
        InstanceNotFoundError: There is none.
        IllegalMoveError: It is over.
        SuspensionError: It is suspended already.
    """
    _set_suspended(session, actor, key, reason, suspended=True)


def resume(session: Session, actor: Actor, key: int, *, reason: str = "") -> None:
    """Let an instance go on; messages that were kept for it are delivered.

    Raises:
        InstanceNotFoundError: There is none.
        IllegalMoveError: It is over.
        SuspensionError: It is not suspended.
    """
    _set_suspended(session, actor, key, reason, suspended=False)
    steps.deliver_awaited(session, SYSTEM, key)


def _definition(
    session: Session,
    process_id: str | None,
    definition_key: int | None,
    version: int | None,
) -> ProcessDefinition:
    if definition_key is not None:
        return definitions.get(session, definition_key)
    if process_id is None:
        raise MalformedRequestError(
            "Name the process by its id or by its key", "请用流程标识或流程键指定流程"
        )
    return definitions.latest(session, process_id, version)


def _require_starter(
    session: Session,
    actor: Actor,
    definition: ProcessDefinition,
    scope_key: int | None,
) -> None:
    if permits(actor, Permission.MANAGE_INSTANCES):
        return
    allowed = set(definition.starters)
    anybody = allowed.issuperset(definitions.ANYBODY) and not actor.is_customer
    if not anybody and not any(
        holds_duty(session, actor, duty, scope_key) for duty in sorted(allowed)
    ):
        raise MayNotStartError(definition.name)


def _cancel(session: Session, actor: Actor, instance: Running, reason: str) -> None:
    INSTANCE.check(instance.state, InstanceState.TERMINATED)
    with steps.holding(session, actor, instance) as held:
        held.cancel(reason)


def _set_suspended(
    session: Session, actor: Actor, key: int, reason: str, *, suspended: bool
) -> None:
    require(actor, Permission.MANAGE_INSTANCES)
    instance = steps.lock(session, key)
    if not instance.is_active:
        INSTANCE.check(instance.state, InstanceState.COMPLETED)
    if instance.suspended == suspended:
        raise SuspensionError(
            "The case is suspended already" if suspended else "The case is running",
            "该流程已处于挂起状态" if suspended else "该流程未挂起",
        )
    event = Event.INSTANCE_SUSPENDED if suspended else Event.INSTANCE_RESUMED
    journal.record(
        session,
        actor,
        event,
        instance=key,
        scope_key=instance.scope_key,
        details={"reason": reason},
    )
    session.execute(
        update(ProcessInstance)
        .where(ProcessInstance.key == key)
        .values(suspended=suspended)
    )
