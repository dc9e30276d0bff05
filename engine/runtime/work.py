"""One command while it is carried out, and what tokens are there for."""

from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import Generic, TypeVar

from engine.runtime.faults import ElementFailed
from engine.runtime.step import Surroundings
from engine.runtime.trace import Recorder

T = TypeVar("T")


class Role(StrEnum):
    """What a token is there for."""

    FLOW = "flow"  # it moves along sequence flows
    INSTANCE = "instance"  # one pass of a loop; its parent is the loop
    BOUNDARY = "boundary"  # an armed boundary event; its parent is the host
    RACE = "race"  # one event behind an event-based gateway, or of several triggers
    START = "start"  # an armed start of an event sub-process
    HANDLER = "handler"  # an event sub-process or a compensation handler that runs


ARMED = frozenset({Role.BOUNDARY, Role.RACE, Role.START})


class Work(Generic[T]):
    """One command: what it may know, what is ready to run, what it has done.

    ``ready`` holds tokens and other actions, done in order. ``failed`` turns a
    failure into the incident of a token; ``budget`` is how many tokens may still
    run. ``watching`` tells that the instance waits for a condition.
    """

    def __init__(
        self,
        around: Surroundings,
        budget: int,
        failed: Callable[[T, ElementFailed], None],
    ) -> None:
        self.around, self.budget = around, budget
        self.record = Recorder()
        self.ready: deque[T | Callable[[], object]] = deque()
        self.failed = failed
        self.watching = False

    def attempt(self, token: T, action: Callable[[], object]) -> None:
        """Carry out ``action`` for ``token``; a failure becomes its incident."""
        try:
            action()
        except ElementFailed as failure:
            self.failed(token, failure)
