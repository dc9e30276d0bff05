"""What several steps in a row did to one instance, as their sum; pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.runtime import (
    Closed,
    DecisionTaken,
    ElementEvent,
    Step,
    StepIncident,
    ThrownMessage,
    Wait,
    WaitKind,
)


@dataclass(slots=True)
class Changes:
    """The sum of the steps of one command.

    A wait that was opened and closed within the command appears in neither
    ``opened`` nor ``closed``: there never was a row of it.
    """

    opened: dict[tuple[WaitKind, str], Wait] = field(default_factory=dict)
    closed: dict[tuple[WaitKind, str], Closed] = field(default_factory=dict)
    events: list[ElementEvent] = field(default_factory=list)
    thrown: list[ThrownMessage] = field(default_factory=list)
    decisions: list[DecisionTaken] = field(default_factory=list)
    incidents: dict[str, StepIncident] = field(default_factory=dict)
    finished: bool = False
    failed: bool = False
    outcome: str | None = None

    def add(self, step: Step) -> None:
        """Add what one more step did."""
        for closed in step.closed:
            name = closed.wait.kind, closed.wait.ref
            if self.opened.pop(name, None) is None:
                self.closed[name] = closed
            self.incidents.pop(closed.wait.ref, None)
        for wait in step.opened:
            self.opened[wait.kind, wait.ref] = wait
        for incident in step.incidents:
            self.incidents[incident.ref] = incident
        self.events += step.events
        self.thrown += step.thrown
        self.decisions += step.decisions
        self.finished, self.failed = step.finished, step.failed
        self.outcome = step.outcome

    def opened_of(self, *kinds: WaitKind) -> Iterator[Wait]:
        """Yield the new waits of some kinds, in the order they were opened."""
        return (wait for (kind, _), wait in self.opened.items() if kind in kinds)

    def closed_of(self, *kinds: WaitKind) -> Iterator[Closed]:
        """Yield the waits of some kinds that are over."""
        return (each for (kind, _), each in self.closed.items() if kind in kinds)
