"""What a command does to an instance, written down while it happens."""

from dataclasses import replace

from engine.runtime.data import hand_out
from engine.runtime.step import (
    Closed,
    DecisionTaken,
    ElementEvent,
    Step,
    StepIncident,
    ThrownMessage,
    Wait,
    WaitKind,
)


class Recorder:
    """Collects what becomes a ``Step``; opening and closing in one step cancel out."""

    def __init__(self) -> None:
        self._opened: dict[str, Wait] = {}
        self._closed: list[Closed] = []
        self._events: list[ElementEvent] = []
        self._thrown: list[ThrownMessage] = []
        self._decisions: list[DecisionTaken] = []
        self.failed = False

    def open(self, wait: Wait) -> None:
        """Note that the instance waits for one more thing."""
        self._opened[wait.ref] = wait

    def close(self, wait: Wait, *, completed: bool, reason: str = "") -> None:
        """Note that a wait is over; one that this step opened is forgotten."""
        if self._opened.pop(wait.ref, None) is None:
            self._closed.append(Closed(wait=wait, completed=completed, reason=reason))

    def event(self, event: ElementEvent) -> None:
        """Note that an element was entered, left or cut off."""
        self._events.append(event)

    def thrown(self, message: ThrownMessage) -> None:
        """Note a message or signal that left the instance."""
        self._thrown.append(message)

    def decided(self, decision: DecisionTaken) -> None:
        """Note a decision that was taken."""
        self._decisions.append(decision)

    def step(self, *, finished: bool, outcome: str | None) -> Step:
        """Return everything as one step."""
        return Step(
            opened=tuple(map(detached, self._opened.values())),
            closed=tuple(self._closed),
            events=tuple(self._events),
            thrown=tuple(self._thrown),
            decisions=tuple(self._decisions),
            incidents=self._incidents(),
            finished=finished,
            outcome=outcome,
            failed=self.failed,
        )

    def _incidents(self) -> tuple[StepIncident, ...]:
        return tuple(
            wait.incident
            for wait in self._opened.values()
            if wait.kind is WaitKind.INCIDENT and wait.incident is not None
        )


def detached(wait: Wait) -> Wait:
    """Return the wait with parameters that the caller may change."""
    if not wait.parameters:
        return wait
    return replace(wait, parameters=hand_out(wait.parameters))
