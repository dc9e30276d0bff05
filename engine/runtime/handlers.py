"""Event sub-processes and compensation handlers that have run to their end."""

from engine.runtime import scopes
from engine.runtime.tokens import Token
from engine.runtime.tree import end_branch


def done(token: Token) -> None:
    """End a handler; its scope may end with it."""
    scope, data = token.scope, token.data
    end_branch(token)
    scopes.settle(scope, data)
