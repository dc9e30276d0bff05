"""Service tasks: local operations run at once, remote ones are prepared for a job."""

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from engine import cache, definitions
from engine.authorization import Actor
from engine.errors import EngineError, Text
from engine.operations import BpmnError, Operation, OperationContext, registry
from engine.runtime import (
    LiveInstance,
    Step,
    Surroundings,
    UnsuitableValueError,
    Wait,
)
from engine.steps.running import LostRaceError, Running
from engine.steps.work import attempt

T = TypeVar("T")

_log = structlog.get_logger()


class CallFailedError(EngineError):
    """An operation did not succeed; a person has to look at it."""

    code = "operation-failed"

    def __init__(self, wait: Wait, text: Text) -> None:
        super().__init__(f"{wait.operation}: {text.en}", f"{wait.operation}:{text.zh}")


def operation_of(session: Session, wait: Wait) -> Operation | None:
    """Return the registered operation that a service task calls."""
    return registry(session).get(wait.operation)


def is_local(session: Session, wait: Wait) -> bool:
    """Tell whether a service task is worked inside the transaction."""
    operation = operation_of(session, wait)
    return operation is not None and not operation.remote


def run_local(
    session: Session,
    actor: Actor,
    instance: Running,
    live: LiveInstance,
    wait: Wait,
    around: Surroundings,
) -> Step:
    """Run a local operation and take its result (or BPMN error) into the instance.

    Raises:
        CallFailedError: It failed; its changes to rows are undone.
    """
    operation = registry(session).get(wait.operation)
    if operation is None:
        raise CallFailedError(wait, _unknown(wait))
    context = context_of(session, actor, instance, wait)

    try:
        with attempt(session):
            result = _guarded(
                wait, lambda: operation.call_local(context, wait.parameters)
            )
            return live.complete_call(wait.ref, result, around)
    except UnsuitableValueError as error:
        raise CallFailedError(wait, error.text) from error
    except BpmnError as error:
        return live.throw_error(wait.ref, error.error_code, error.text.en, around)


def prepare_remote(
    session: Session, actor: Actor, instance: Running, wait: Wait
) -> dict[str, Any]:
    """Return what the job of a service task stores.

    Raises:
        CallFailedError: What the job needs cannot be read.
    """
    operation, parameters = operation_of(session, wait), wait.parameters
    if operation is not None and operation.prepare is not None:
        prepare = operation.prepare
        context = context_of(session, actor, instance, wait)
        with attempt(session):
            parameters = _guarded(wait, lambda: prepare(context, wait.parameters))
    payload: dict[str, Any] = {
        "parameters": dict(parameters),
        "result": wait.result or "",
    }
    if wait.headers:
        payload["headers"] = dict(wait.headers)
    if wait.retries is not None:
        payload["retries"] = wait.retries
    return payload


def context_of(
    session: Session, actor: Actor, instance: Running, wait: Wait
) -> OperationContext:
    """Return where the operation of a service task runs."""
    place = definitions.place(session, instance.model_key, wait.path, wait.element_id)
    return OperationContext(
        session=session,
        actor=actor,
        instance=instance,
        scope_key=instance.scope_key,
        now=cache.now(session),
        element_id=wait.element_id,
        deployment_key=place.definition.deployment_key,
    )


def _guarded(wait: Wait, action: Callable[[], T]) -> T:
    """Turn what a person must look at into an incident; let the rest through.

    A lost race or a broken connection concerns the whole command, not the token.
    """
    try:
        return action()
    except (BpmnError, LostRaceError):
        raise
    except DBAPIError as error:
        if not isinstance(error, IntegrityError):
            raise
        _log.exception("operation failed", operation=wait.operation)
        raise CallFailedError(wait, _crashed(wait, error)) from error
    except EngineError as error:
        raise CallFailedError(wait, error.text) from error
    except Exception as error:
        _log.exception("operation failed", operation=wait.operation)
        raise CallFailedError(wait, _crashed(wait, error)) from error


def _unknown(wait: Wait) -> Text:
    return Text(
        f"There is no operation {wait.operation}", f"没有名为{wait.operation}的操作"
    )


def _crashed(wait: Wait, error: Exception) -> Text:
    kind = type(error).__name__
    return Text(
        f"The operation broke off ({kind}) with the parameters "
        f"{', '.join(wait.parameters) or '–'}; correct them or tell the administrator, "
        "then retry",
        f"操作异常中断({kind});请更正参数或联系系统管理员后重试",
    )
