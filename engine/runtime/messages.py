"""What messages and signals carry: keys to find the receiver by, and payloads."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from engine.errors import Text
from engine.runtime import expressions
from engine.runtime.data import Data
from engine.runtime.elements import Trigger
from engine.runtime.faults import ElementFailed
from engine.runtime.step import ThrownMessage
from engine.runtime.tokens import Token


def key_of(token: Token, trigger: Trigger, data: Data, *, blame: str = "") -> str:
    """Return the correlation key: the parts joined by ``/``, empty without parts.

    Raises:
        ElementFailed: a part has no value, or one that is no name or number.
    """
    return "/".join(
        _part(expressions.required(token, part, data, blame=blame), part.text)
        for part in trigger.correlation
    )


def outgoing(token: Token, trigger: Trigger, data: Data) -> ThrownMessage:
    """Return the message or signal that ``token`` throws.

    The key of a message is sought in its payload first, then in the data.
    """
    found = payload(token, trigger, data)
    known = {**data, **found} if isinstance(found, dict) else data
    return ThrownMessage(
        element_id=token.element.id,
        name=trigger.name,
        correlation_key=key_of(token, trigger, known),
        payload=found,
        signal=trigger.kind == "signal",
        publish_only=trigger.publish,
    )


def payload(token: Token, trigger: Trigger, data: Data) -> Any:
    """Return what the event carries; None where the model names no payload."""
    if trigger.payload is None:
        return None
    return expressions.storable(token, trigger.payload, data)


def store(data: Data, trigger: Trigger | None, carried: Any) -> Data:
    """Return ``data`` with a payload: under the variable, or else flat."""
    if carried is None or trigger is None:
        return data
    if trigger.variable:
        return {**data, trigger.variable: carried}
    return {**data, **carried} if isinstance(carried, dict) else data


def _part(value: Any, text: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int)):
        return str(value)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, (date, time, datetime)):
        return value.isoformat()
    raise ElementFailed(
        "expression-failed",
        Text(
            f"The key {text!r} gives {value!r}, which is no name and no number.",
            f"关联键“{text}”的结果 {value!r} 不是文本或数字。",
        ),
        expression=text,
    )
