"""Correcting the data of instances by hand."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine import journal, steps
from engine.authorization import Actor, Permission, require
from engine.errors import ConflictError, NotFoundError
from engine.events import Event
from engine.runtime import NotWaitingError
from engine.schema import ElementInstance, ProcessInstance


class ElementNotFoundError(NotFoundError):
    """There is no such element instance."""

    code = "element-instance-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such element instance", "没有该元素实例")


class ElementOverError(ConflictError):
    """The element is left; its data is in what followed."""

    code = "illegal-move"

    def __init__(self) -> None:
        super().__init__(
            "The element is over; correct the data of the instance instead",
            "该元素已结束,请改为更正流程实例的数据",
        )


def set_variables(
    session: Session, actor: Actor, key: int, values: Mapping[str, Any]
) -> None:
    """Correct process data by hand, in every token of the instance.

    Raises:
        InstanceNotFoundError: There is none.
        IllegalMoveError: It is over, or suspended.
        UnsuitableValueError: A value cannot be process data.
    """
    _correct(session, actor, key, values)


def set_element_variables(
    session: Session,
    actor: Actor,
    key: int,
    values: Mapping[str, Any],
    *,
    local: bool = False,
) -> None:
    """Correct process data by hand, around an element that is being worked on.

    ``key`` is an element instance's, or an instance's for all of it. An element of a
    called process means that process's data. ``local`` values are set at the
    element and inside it alone; other branches get them where it joins them.

    Raises:
        ElementNotFoundError: There is no such element instance and no such instance.
        ElementOverError: The element is over.
        IllegalMoveError: The instance is over, or suspended.
        UnsuitableValueError: A value cannot be process data.
    """
    require(actor, Permission.MANAGE_INSTANCES)
    place = session.get(ElementInstance, key)
    if place is not None:
        _correct(session, actor, place.instance_key, values, place, local=local)
    elif session.get(ProcessInstance, key) is not None:
        _correct(session, actor, key, values)
    else:
        raise ElementNotFoundError


def _correct(
    session: Session,
    actor: Actor,
    key: int,
    values: Mapping[str, Any],
    place: ElementInstance | None = None,
    *,
    local: bool = False,
) -> None:
    require(actor, Permission.MANAGE_INSTANCES)
    instance = steps.lock(session, key)
    steps.require_going(instance)
    with steps.holding(session, actor, instance) as held:
        ref = None if place is None else place.ref
        journal.record(
            session,
            actor,
            Event.VARIABLES_CORRECTED,
            instance=key,
            element_id="" if place is None else place.element_id,
            details={"corrected": sorted(values)},
        )
        try:
            held.correct(values, ref, local=local)
        except NotWaitingError as error:
            raise ElementOverError from error
