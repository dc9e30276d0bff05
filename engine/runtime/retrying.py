"""Letting what failed try again."""

from engine.runtime import arming, waiting
from engine.runtime.tokens import Token
from engine.runtime.work import ARMED


def again(token: Token) -> None:
    """Let a token with an incident do again what failed: arm, leave or begin."""
    waiting.close_wait(token, completed=True)
    if token.role in ARMED:
        token.work.attempt(token, lambda: arming.rearm(token))
    elif token.closing:
        token.work.attempt(token, token.complete)
    else:
        token.wake()
