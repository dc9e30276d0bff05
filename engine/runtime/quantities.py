"""Activities that need several tokens to start."""

from engine.runtime import joins
from engine.runtime.tokens import Token
from engine.runtime.work import Role

_GATHERED = "gathered"


def gather(token: Token) -> bool:
    """Let the token wait until enough are there; return whether it may go on.

    The last one to come goes on with the data of all.
    """
    if token.role is not Role.FLOW or token.memo.pop(_GATHERED, False):
        return True
    joins.wait_at(token)
    needed = token.element.start_quantity
    tokens = joins.waiting_at(token.scope, token.task_spec)[:needed]
    if len(tokens) < needed:
        return False
    kept = joins.gather(tokens)
    if kept is token:
        return True
    kept.memo[_GATHERED] = True
    kept.go()
    return False
