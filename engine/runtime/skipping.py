"""Going on from a service task that failed, as if it had returned a value."""

from collections.abc import Mapping
from typing import Any

from engine.runtime import waiting
from engine.runtime.data import Data, accept, accept_value
from engine.runtime.step import WaitKind
from engine.runtime.tokens import Token
from engine.runtime.work import ARMED


def is_possible(token: Token) -> bool:
    """Tell whether the token stands at a service task that has not been done."""
    if token.element.operation is None or token.wait is None:
        return False
    standing = token.role not in ARMED and not token.closing
    return token.wait.kind is WaitKind.CALL or (
        token.wait.kind is WaitKind.INCIDENT and standing
    )


def values_of(token: Token, value: Any) -> Data:
    """Return the variables that a value stands for.

    Raises:
        UnsuitableValueError: the value cannot be process data.
    """
    operation = token.element.operation
    if operation is None:
        return {}
    if operation.for_workers:
        return accept(value) if isinstance(value, Mapping) else {}
    return {operation.result: accept_value(value)} if operation.result else {}


def go_on(token: Token, values: Data) -> None:
    """Complete the service task with these variables."""
    if token.wait is not None and token.wait.kind is WaitKind.INCIDENT:
        waiting.close_wait(token, completed=True)
    token.data = {**token.data, **values}
    token.work.attempt(token, token.complete)
