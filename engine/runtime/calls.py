"""What a service task brings back, and where in process data it goes."""

from typing import Any

from engine.runtime import expressions
from engine.runtime.data import Data
from engine.runtime.tokens import Token

BROUGHT = "brought"  # in the memo: the variables that a worker has brought


def bring(token: Token, result: Any) -> None:
    """Keep what came back until the token leaves the service task."""
    wait, operation = token.wait, token.element.operation
    if wait is not None and wait.result:
        token.data = {**token.data, wait.result: result}
    elif operation is not None and operation.for_workers and isinstance(result, dict):
        parameters = dict(wait.parameters) if wait is not None else {}
        token.memo[BROUGHT] = [parameters, result]


def outcome(token: Token) -> Data:
    """Return the token's data with what its worker has brought.

    Where the model maps no outputs, variables are stored as they come, except those
    that are the task's own inputs: these are gone with the task.

    Raises:
        ElementFailed: ``expression-failed``; what was brought is kept.
    """
    operation = token.element.operation
    if operation is None or BROUGHT not in token.memo:
        return token.data
    parameters, brought = token.memo[BROUGHT]
    if not operation.outputs:
        own = {name: value for name, value in brought.items() if name not in parameters}
        return {**token.data, **own}
    seen, data = {**token.data, **parameters, **brought}, token.data
    for name, expression in operation.outputs.items():
        value = expressions.storable(token, expression, seen)
        data, seen = _placed(data, name, value), _placed(seen, name, value)
    return data


def _placed(data: Data, name: str, value: Any) -> Data:
    """Return ``data`` with a value at a name, or inside it where dots lead there."""
    first, _, rest = name.partition(".")
    if not rest:
        return {**data, first: value}
    found = data.get(first)
    inner = found if isinstance(found, dict) else {}
    return {**data, first: _placed(inner, rest, value)}
