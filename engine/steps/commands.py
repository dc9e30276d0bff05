"""Commands that machines give: timers fire, results and errors of jobs come back."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, update
from sqlalchemy.orm import Session

from engine import journal
from engine.authorization import SYSTEM, Actor
from engine.errors import ConflictError, NotFoundError
from engine.events import Event
from engine.lifecycles import INSTANCE, InstanceState
from engine.operations import BpmnError, RemoteResult
from engine.runtime import TimerOutlook, Wait, WaitKind
from engine.steps import calls, running
from engine.steps.delivery import holding
from engine.steps.held import Command, Held, borrowed
from engine.steps.running import Running
from engine.steps.surroundings import surroundings
from engine.steps.waits import TIMERS
from engine.steps.work import attempt

_TIMER = running.lock_rows(
    running.locking(TIMERS.c.ref, TIMERS.c.element_id, TIMERS.c.due_at)
    .join(TIMERS, TIMERS.c.instance_key == running.TABLE.c.key)
    .where(TIMERS.c.key == bindparam("timer_")),
    TIMERS,
)


class SuspendedError(ConflictError):
    """The instance is suspended; nothing moves until somebody resumes it."""

    code = "illegal-move"

    def __init__(self) -> None:
        super().__init__(
            "The case is suspended; it has to be resumed first",
            "该流程已挂起,恢复后才能继续办理",
        )


class TimerNotFoundError(NotFoundError):
    """There is no such timer: it has fired, or what it belonged to is over."""

    code = "timer-not-found"

    def __init__(self) -> None:
        super().__init__(
            "There is no such timer (any more); reload the list",
            "没有该定时器,或其已触发;请刷新列表",
        )


def require_going(instance: Running) -> None:
    """Raise unless commands may move the instance.

    Raises:
        IllegalMoveError: It is over.
        SuspendedError: It is suspended.
    """
    if not instance.is_active:
        INSTANCE.check(instance.state, InstanceState.COMPLETED)
    if instance.suspended:
        raise SuspendedError


def advance(
    session: Session, actor: Actor, instance: Running, command: Command
) -> None:
    """Run one command on a locked instance and write all that follows from it.

    Raises:
        IllegalMoveError: The instance is over.
        SuspendedError: It is suspended.
        LostRaceError: Somebody else was faster.
    """
    require_going(instance)
    with holding(session, actor, instance) as held:
        held.run(command)


def fire_timer(session: Session, timer_key: int, actor: Actor = SYSTEM) -> bool:
    """Let a timer fire; False where it is gone, or its instance suspended."""
    row = session.connection().execute(_TIMER, {"timer_": timer_key}).first()
    if row is None:
        return False
    instance, ref = running.from_row(row), row.ref
    if not instance.is_active or instance.suspended:
        return False
    with holding(session, actor, instance) as held:
        journal.record(
            session,
            actor,
            Event.TIMER_FIRED,
            instance=instance.key,
            element_id=row.element_id,
        )
        held.run(lambda live, around: live.fire_timer(ref, around))
    return True


def outlook(
    session: Session, timer_key: int, due_at: datetime
) -> tuple[TimerOutlook, TimerOutlook]:
    """Return what a timer will do as it is, and if it were due at ``due_at``.

    Raises:
        TimerNotFoundError: There is none (any more).
        StateError: The instance's state cannot be read; an incident will say so.
    """
    instance, row = _timer(session, timer_key)
    around = surroundings(session, instance.scope_key)
    with borrowed(session, instance) as live:
        return (
            live.timer_outlook(row.ref, row.due_at, around),
            live.timer_outlook(row.ref, due_at, around),
        )


def move_timer(
    session: Session, actor: Actor, timer_key: int, due_at: datetime, reason: str
) -> None:
    """Let a running timer be due at another time; one in the past fires at once.

    Raises:
        TimerNotFoundError: There is none (any more).
        IllegalMoveError: The instance is over.
        SuspendedError: It is suspended.
    """
    instance, row = _timer(session, timer_key)
    require_going(instance)
    with holding(session, actor, instance) as held:
        journal.record(
            session,
            actor,
            Event.TIMER_MOVED,
            instance=instance.key,
            element_id=row.element_id,
            details={"before": row.due_at, "after": due_at, "reason": reason},
        )
        held.live.move_timer(row.ref, due_at)
        moved = update(TIMERS).where(TIMERS.c.key == timer_key).values(due_at=due_at)
        session.connection().execute(moved)
    if due_at <= held.around.now:
        fire_timer(session, timer_key, actor)


def _timer(session: Session, timer_key: int) -> tuple[Running, Row[Any]]:
    """Lock a timer with its instance."""
    row = session.connection().execute(_TIMER, {"timer_": timer_key}).first()
    if row is None:
        raise TimerNotFoundError
    return running.from_row(row), row


def finish_call(
    session: Session,
    actor: Actor,
    instance_key: int,
    ref: str,
    result: RemoteResult,
) -> None:
    """Bring the result of a remote operation back into its instance.

    Raises:
        NotWaitingError: The instance does not wait for it any more.
        IllegalMoveError: The instance is over, or suspended.
    """
    instance = running.lock(session, instance_key)
    require_going(instance)
    with holding(session, actor, instance) as held:
        wait = _call(held, ref)
        try:
            value = _applied(session, actor, instance, wait, result)
        except BpmnError as error:
            _throw(held, ref, error.error_code, error.text.en)
        else:
            held.run(lambda live, around: live.complete_call(ref, value, around))


def throw_error(
    session: Session,
    actor: Actor,
    instance_key: int,
    ref: str,
    error_code: str,
    message: str,
) -> None:
    """Let a service task end with a business error that its diagram may catch."""
    instance = running.lock(session, instance_key)
    require_going(instance)
    with holding(session, actor, instance) as held:
        _throw(held, ref, error_code, message)


def _call(held: Held, ref: str) -> Wait | None:
    wait = held.live.waits.get(ref)
    return wait if wait is not None and wait.kind is WaitKind.CALL else None


def _applied(
    session: Session,
    actor: Actor,
    instance: Running,
    wait: Wait | None,
    result: RemoteResult,
) -> Any:
    operation = calls.operation_of(session, wait) if wait else None
    if wait is None or operation is None or operation.apply is None:
        return result.value
    context = calls.context_of(session, actor, instance, wait)
    with attempt(session):
        return operation.apply(context, result)


def _throw(held: Held, ref: str, error_code: str, message: str) -> None:
    held.run(lambda live, around: live.throw_error(ref, error_code, message, around))
