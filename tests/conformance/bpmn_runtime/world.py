"""A deployment that runs in memory: instances, a clock, and a post that delivers."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.runtime import (
    LiveInstance,
    Model,
    SourceFile,
    StartEvent,
    Step,
    Surroundings,
    ThrownMessage,
    Wait,
    WaitKind,
    compile_model,
    describe,
)

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOPS = 500


class EveryDayWorks:
    """A calendar on which every day is a working day of eight hours."""

    def after(self, start: datetime, duration: str) -> datetime:
        number = float("".join(sign for sign in duration if sign in "0123456789."))
        days = number if "D" in duration else number / 8
        return start + timedelta(days=days)


@dataclass
class Running:
    """One instance of the deployment."""

    live: LiveInstance
    model: Model
    failed: bool = False
    outcome: str | None = None


@dataclass
class World:
    """Everything that happens in one deployment."""

    file: SourceFile
    now: datetime = BEGIN
    instances: list[Running] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    undelivered: list[ThrownMessage] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.models: dict[str, Model] = {}
        self.starts: dict[str, tuple[StartEvent, ...]] = {}
        for process in describe(self.file).processes:
            if process.executable:
                self.models[process.id] = compile_model(process.id, [self.file], {})
                self.starts[process.id] = process.starts
        self._post: deque[Callable[[], None]] = deque()
        self._delivering = False

    @property
    def around(self) -> Surroundings:
        return Surroundings(now=self.now, calendar=EveryDayWorks())

    def start(
        self,
        process_id: str,
        variables: Mapping[str, Any],
        start_element: str | None = None,
        payload: Any = None,
    ) -> Running:
        """Start an instance and deliver everything that follows."""
        model = self.models[process_id]
        live, step = LiveInstance.start(
            model,
            variables,
            self.around,
            start_element=start_element,
            payload=payload,
        )
        running = Running(live, model)
        self.instances.append(running)
        self._note(running, step)
        self._deliver()
        return running

    def command(
        self, running: Running, order: Callable[[LiveInstance, Surroundings], Step]
    ) -> Step:
        """Carry out a command on the stored instance, as a server would."""
        live = LiveInstance.load(running.model, running.live.dump())
        step = order(live, self.around)
        running.live = live
        self._note(running, step)
        self._deliver()
        return step

    def advance(self, until: datetime) -> None:
        """Let time pass; what is due fires in order with the clock standing there."""
        while True:
            due = [
                (wait.due_at, number, running, wait.ref)
                for number, running in enumerate(self.instances)
                for wait in running.live.waits.values()
                if wait.kind is WaitKind.TIMER and wait.due_at is not None
            ]
            earliest = min(due, default=None, key=lambda found: found[:2])
            if earliest is None or earliest[0] > until:
                break
            moment, _, running, ref = earliest
            self.now = max(self.now, moment)
            self.command(running, _firing(ref))
        self.now = until

    def tasks(self) -> list[tuple[Running, Wait]]:
        """Return the open user tasks."""
        return [
            (running, wait)
            for running in self.instances
            for wait in running.live.waits.values()
            if wait.kind is WaitKind.TASK
        ]

    def _note(self, running: Running, step: Step) -> None:
        self.steps.append(step)
        self.trace += [
            event.element_id
            for event in step.events
            if event.state == "completed" and event.element_type != "multiInstanceBody"
        ]
        running.failed = running.failed or step.failed
        running.outcome = step.outcome
        for message in step.thrown:
            self._post.append(
                lambda message=message: self._route(running, message)  # type: ignore[misc]
            )

    def _deliver(self) -> None:
        if self._delivering:
            return
        self._delivering = True
        for _ in range(HOPS):
            if not self._post:
                break
            self._post.popleft()()
        self._delivering = False

    def _route(self, sender: Running, message: ThrownMessage) -> None:
        if message.signal:
            self._broadcast(sender, message)
        elif not message.publish_only and not (
            self._hand(message) or self._open(message)
        ):
            self.undelivered.append(message)

    def _hand(self, message: ThrownMessage) -> bool:
        for running in self.instances:
            for wait in running.live.waits.values():
                fits = (wait.name, wait.correlation_key) == (
                    message.name,
                    message.correlation_key,
                )
                if wait.kind is WaitKind.MESSAGE and fits:
                    self.command(running, _delivering(wait.ref, message.payload))
                    return True
        return False

    def _open(self, message: ThrownMessage) -> bool:
        opened = False
        for process_id, starts in self.starts.items():
            for start in starts:
                if start.kind == message_kind(message) and start.name == message.name:
                    self.start(process_id, {}, start.element_id, message.payload)
                    opened = True
        return opened

    def _broadcast(self, sender: Running, message: ThrownMessage) -> None:
        for running in list(self.instances):
            if running is not sender and not running.live.is_finished:
                self.command(running, _signalling(message))
        self._open(message)


def message_kind(message: ThrownMessage) -> str:
    return "signal" if message.signal else "message"


def _firing(ref: str) -> Callable[[LiveInstance, Surroundings], Step]:
    return lambda live, around: live.fire_timer(ref, around)


def _delivering(ref: str, payload: Any) -> Callable[[LiveInstance, Surroundings], Step]:
    return lambda live, around: live.deliver_message(ref, payload, around)


def _signalling(
    message: ThrownMessage,
) -> Callable[[LiveInstance, Surroundings], Step]:
    return lambda live, around: live.deliver_signal(
        message.name, message.payload, around
    )
