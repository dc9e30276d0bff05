"""Putting, moving and ending tokens of an instance by hand, with a reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import journal, steps
from engine.authorization import Actor, Permission, require
from engine.errors import MalformedRequestError, NotFoundError
from engine.events import Event
from engine.lifecycles import ElementState
from engine.runtime import Activation, Instruction, LiveInstance, Move, Termination
from engine.schema import ElementInstance


class ElementNotActiveError(NotFoundError):
    """No token is at that element."""

    code = "element-not-active"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Nothing is active at {name}; reload to see where the case stands",
            f"“{name}”处没有活动的任务或事件,请刷新后查看",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Activate:
    """Put a token before an element.

    ``ancestor_key`` is the element instance of the sub-process or call activity
    around it, for the case that several are active.
    """

    element_id: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    ancestor_key: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminate:
    """End what is active at an element, or one element instance."""

    element_id: str | None = None
    element_instance_key: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveTokens:
    """Move what is active at an element (or one element instance) to another."""

    target_id: str
    element_id: str | None = None
    element_instance_key: int | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    ancestor_key: int | None = None


Change = Activate | Terminate | MoveTokens


def modify(
    session: Session,
    actor: Actor,
    key: int,
    changes: Sequence[Change],
    *,
    reason: str = "",
) -> None:
    """Carry out all changes or none; what follows is visible at once.

    Raises:
        InstanceNotFoundError: There is none.
        ElementNotActiveError: A token that is meant is not there.
        IllegalMoveError: The instance is over, or suspended.
        MoveRefusedError: A join would be stranded, nothing would be left, or a token
            has no business there; ``remarks`` say which.
        UnsuitableValueError: A variable cannot be process data.
    """
    require(actor, Permission.MANAGE_INSTANCES)
    if not changes:
        raise MalformedRequestError("Say what is to change", "请指定要进行的修改")
    instance = steps.lock(session, key)
    steps.require_going(instance)
    with steps.holding(session, actor, instance) as held:
        orders = [
            order
            for change in changes
            for order in _orders(session, key, held.live, change)
        ]
        journal.record(
            session,
            actor,
            Event.INSTANCE_MODIFIED,
            instance=key,
            details={"changes": [_told(each) for each in changes], "reason": reason},
        )
        why = reason or Event.INSTANCE_MODIFIED.value
        held.run(lambda live, around: live.modify(orders, around, why))


def _orders(
    session: Session, key: int, live: LiveInstance, change: Change
) -> Iterator[Instruction]:
    if isinstance(change, Activate):
        yield Activation(
            element_id=change.element_id,
            values=change.variables,
            within=_within(session, key, change.ancestor_key),
        )
        return
    for ref in _refs(session, key, live, change):
        if isinstance(change, Terminate):
            yield Termination(ref=ref)
        else:
            yield Move(
                ref=ref,
                element_id=change.target_id,
                values=change.variables,
                within=_within(session, key, change.ancestor_key),
            )


def _refs(
    session: Session, key: int, live: LiveInstance, change: Terminate | MoveTokens
) -> list[str]:
    if change.element_instance_key is not None:
        return [_ref(session, key, change.element_instance_key)]
    refs = live.refs_at(change.element_id or "")
    if not refs:
        raise ElementNotActiveError(change.element_id or "")
    return refs


def _within(session: Session, key: int, ancestor_key: int | None) -> str | None:
    if ancestor_key is None or ancestor_key == key:
        return None
    return _ref(session, key, ancestor_key)


def _ref(session: Session, key: int, element_instance_key: int) -> str:
    ref = session.scalar(
        select(ElementInstance.ref).where(
            ElementInstance.key == element_instance_key,
            ElementInstance.instance_key == key,
            ElementInstance.state == ElementState.ACTIVE,
        )
    )
    if ref is None:
        raise ElementNotActiveError(str(element_instance_key))
    return ref


def _told(change: Change) -> dict[str, Any]:
    """Return a change for the journal; of variables only the names."""
    told = {name: value for name, value in asdict(change).items() if value}
    told["do"] = type(change).__name__
    if "variables" in told:
        told["variables"] = sorted(told["variables"])
    return told
