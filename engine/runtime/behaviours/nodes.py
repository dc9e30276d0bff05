"""What every flow node does: it is entered, works, is left; and what activities add."""

from collections.abc import Callable, Mapping
from typing import Any

from typing_extensions import override

from engine.errors import Text
from engine.runtime import (
    arming,
    compensation,
    cutting,
    expressions,
    flows,
    handlers,
    loops,
    quantities,
    scopes,
    waiting,
)
from engine.runtime.data import Data
from engine.runtime.elements import Flow
from engine.runtime.faults import ElementFailed
from engine.runtime.specs import Behaviour
from engine.runtime.tokens import Token
from engine.runtime.tree import view
from engine.runtime.work import Role

_LEAVING: Mapping[Role, Callable[[Token], None]] = {
    Role.INSTANCE: loops.pass_done,
    Role.HANDLER: handlers.done,
}

MAX_TOKENS = 20_000  # in one scope; more come from a fork in an endless loop


class FlowNode(Behaviour):
    """An element that is left as soon as it has been entered."""

    @override
    def arrive(self, token: Token) -> bool:
        waiting.entered(token)
        return True

    @override
    def run(self, token: Token) -> bool | None:
        return True

    @override
    def close(self, token: Token) -> None:
        if len(token.scope.tasks) > MAX_TOKENS:
            raise _too_many()
        if token.role is Role.FLOW:
            token.chosen = self.choose(token)

    def choose(self, token: Token) -> tuple[Flow, ...]:
        """Return the flows that the token leaves by."""
        return flows.fitting(token)

    @override
    def leave(self, token: Token) -> None:
        waiting.close_wait(token, completed=True)
        waiting.completed(token)
        cutting.disarm(token, token.element.id)
        leaving = _LEAVING.get(token.role)
        if leaving is not None:
            leaving(token)
        else:
            flows.move_on(token, token.chosen)

    @override
    def caught(self, token: Token, payload: Any) -> None:
        msg = f"{token.element.type} catches nothing"
        raise RuntimeError(msg)

    @override
    def raced(self, token: Token, winner: Token, payload: Any) -> None:
        msg = f"nothing races at {token.element.type}"
        raise RuntimeError(msg)

    @override
    def inside_done(self, token: Token, data: Data) -> None:
        token.data = data


class Activity(FlowNode):
    """An element that may have scripts, loops and events at its boundary.

    ``waits`` tells whether boundary events can fire while it is at work; ``prepare``
    may fail and changes nothing, ``begin`` then does what was prepared.
    """

    waits = True

    def prepare(self, token: Token, data: Data) -> Any:
        """Return what ``begin`` needs."""

    def begin(self, token: Token, prepared: Any) -> bool:  # noqa: ARG002 - an offer
        """Start working; return whether the work is done already."""
        return True

    @override
    def arrive(self, token: Token) -> bool:
        if token.element.start_quantity > 1 and not quantities.gather(token):
            return False
        compensation.note_before(token)
        return super().arrive(token)

    @override
    def run(self, token: Token) -> bool | None:
        if token.inside is not None:
            token.rest(started=True)
            scopes.settle(token.inside, view(token.inside))
            return None
        if compensation.UNDOING in token.memo:
            compensation.proceed(token)
            return None
        if loops.STARTED in token.memo:
            loops.pass_again(token)
            return None
        if token.role is Role.INSTANCE:
            return self._work(token, token.data, [])
        element = token.element
        data = expressions.run(token, element.before, token.data)
        waits = self.waits or element.loop is not None
        events = arming.reckon_boundaries(token, data) if waits else []
        if element.loop is None:
            return self._work(token, data, events)
        plan = loops.plan(token, data)
        token.data = data
        arming.arm_boundaries(token, events)
        return True if loops.begin(token, plan) else None

    def _work(
        self, token: Token, data: Data, events: list[arming.Reckoned]
    ) -> bool | None:
        prepared = self.prepare(token, data)
        token.data = data
        arming.arm_boundaries(token, events)
        return True if self.begin(token, prepared) else None

    @override
    def close(self, token: Token) -> None:
        before = token.data
        if token.role is not Role.INSTANCE and compensation.UNDOING not in token.memo:
            token.data = expressions.run(token, token.element.after, before)
        try:
            super().close(token)
        except ElementFailed:
            token.data = before  # the script runs again when the token tries again
            raise

    @override
    def leave(self, token: Token) -> None:
        compensation.remember(token)
        super().leave(token)


def _too_many() -> ElementFailed:
    return ElementFailed(
        "too-many-tokens",
        Text(
            f"There are more than {MAX_TOKENS} tokens in one process.",
            f"同一流程中的令牌超过 {MAX_TOKENS} 个。",
        ),
    )
