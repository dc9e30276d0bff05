"""Driving an instance through its commands; it is stored and read before each."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.dmn import Decisions
from engine.runtime import (
    LiveInstance,
    Model,
    SourceFile,
    Step,
    Surroundings,
    Wait,
    WaitKind,
    compile_model,
)
from tests.unit.runtime.diagrams import definitions, process

MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)  # nine o'clock in Shanghai


class ShortWeek:
    """A calendar whose working day has eight hours and on which no day is free."""

    def after(self, start: datetime, duration: str) -> datetime:
        number = float("".join(sign for sign in duration if sign in "0123456789."))
        return start + timedelta(days=number if "D" in duration else number / 8)


def compiled(
    *parts: str,
    beside: str = "",
    decisions: Mapping[str, Decisions] | None = None,
    name: str = "p",
) -> Model:
    """The model of one process; ``beside`` is what stands next to it in the file."""
    content = definitions(beside, process(*parts, name=name))
    return compile_model(name, [SourceFile("p.bpmn", content)], decisions or {})


class Run:
    """One instance."""

    def __init__(
        self,
        model: Model,
        data: Mapping[str, Any] | None = None,
        *,
        facts: Mapping[str, Any] | None = None,
        **begin: Any,
    ) -> None:
        self.model, self.now = model, MONDAY
        self.facts = facts or {}
        self.trace: list[str] = []
        self.cut: list[str] = []
        self.thrown: list[Any] = []
        self.live, self.step = LiveInstance.start(
            model, data or {}, self.around, **begin
        )
        self._note(self.step)

    @property
    def around(self) -> Surroundings:
        return Surroundings(now=self.now, calendar=ShortWeek(), facts=self.facts)

    @property
    def data(self) -> dict[str, Any]:
        return self.live.variables()

    @property
    def finished(self) -> bool:
        return self.step.finished

    def waits(self, kind: WaitKind | None = None) -> list[str]:
        """The ids of what is waited for, sorted."""
        return sorted(
            wait.element_id
            for wait in self.live.waits.values()
            if kind is None or wait.kind is kind
        )

    @property
    def tasks(self) -> list[str]:
        return self.waits(WaitKind.TASK)

    @property
    def incidents(self) -> list[Any]:
        return [wait.incident for wait in self.live.waits.values() if wait.incident]

    def wait(self, element_id: str, number: int = 0) -> Wait:
        """The wait at an element; ``number`` picks among several, oldest first."""
        found = [
            wait for wait in self.live.waits.values() if wait.element_id == element_id
        ]
        return found[number]

    def do(self, element_id: str, number: int = 0, **values: Any) -> Step:
        """Complete a user task."""
        ref = self.wait(element_id, number).ref
        return self.command(lambda live: live.complete_task(ref, values, self.around))

    def answer(self, element_id: str, result: Any = None, number: int = 0) -> Step:
        """Bring back the result of a call."""
        ref = self.wait(element_id, number).ref
        return self.command(lambda live: live.complete_call(ref, result, self.around))

    def fail(self, element_id: str, code: str, text: str = "") -> Step:
        """Let an activity end with a BPMN error."""
        ref = self.wait(element_id).ref
        return self.command(lambda live: live.throw_error(ref, code, text, self.around))

    def fire(self, element_id: str, number: int = 0) -> Step:
        """Let a timer fire at its due time."""
        wait = self.wait(element_id, number)
        self.now = max(self.now, wait.due_at or self.now)
        return self.command(lambda live: live.fire_timer(wait.ref, self.around))

    def send(self, element_id: str, payload: Any = None, number: int = 0) -> Step:
        """Hand over a message."""
        ref = self.wait(element_id, number).ref
        return self.command(
            lambda live: live.deliver_message(ref, payload, self.around)
        )

    def signal(self, name: str, payload: Any = None) -> Step:
        return self.command(
            lambda live: live.deliver_signal(name, payload, self.around)
        )

    def retry(self, element_id: str) -> Step:
        ref = self.wait(element_id).ref
        return self.command(lambda live: live.retry(ref, self.around))

    def cancel(self, reason: str) -> Step:
        return self.command(lambda live: live.cancel(self.around, reason))

    def store(self) -> None:
        """Write the state and read it again."""
        self.live = LiveInstance.load(self.model, self.live.dump())

    def command(self, order: Callable[[LiveInstance], Step]) -> Step:
        self.store()
        self.step = order(self.live)
        self._note(self.step)
        return self.step

    def _note(self, step: Step) -> None:
        for event in step.events:
            if event.element_type != "multiInstanceBody":
                if event.state == "completed":
                    self.trace.append(event.element_id)
                elif event.state == "terminated":
                    self.cut.append(event.element_id)
        self.thrown += step.thrown
