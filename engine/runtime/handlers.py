"""Event sub-processes and compensation handlers that have run to their end."""

from engine.runtime import compensation, scopes
from engine.runtime.tokens import Token
from engine.runtime.tree import end_branch


def done(token: Token) -> None:
    """End a handler; its scope may end with it."""
    if compensation.DRIVER in token.memo:
        compensation.handled(token)
        return
    scope, data = token.scope, token.data
    end_branch(token)
    scopes.settle(scope, data)
