"""Plays a scenario on the runtime: people answer forms, operations answer at once.

``processes/README.md`` says what a scenario file holds.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.feel import compile_expression, plain
from engine.forms import FormInvalidError
from engine.runtime import LiveInstance, Step, Surroundings, Wait, WaitKind
from engine.runtime.times import later, read_length
from engine.working_time import Calendar
from tests.processes import library

ZONE = ZoneInfo("Asia/Shanghai")
Values = Mapping[str, Any]


class Player:
    """One instance, and what became of it."""

    def __init__(self, scenario: Values) -> None:
        self.scenario = scenario
        self.process_id: str = scenario["process"]
        self.now: datetime = scenario.get("now", datetime(2026, 3, 2, 9, tzinfo=ZONE))
        self.path: list[str] = []
        self.thrown: list[str] = []
        self.payloads: dict[str, Any] = {}
        self.calls: list[tuple[str, str, Values]] = []
        self.finished = False
        self.outcome: str | None = None
        self.live = self._start()

    @property
    def open(self) -> list[str]:
        """Return the ids of the open user tasks, sorted."""
        return sorted(w.element_id for w in self._waits(WaitKind.TASK))

    def play(self) -> None:
        """Play all steps and compare what the scenario expects."""
        for number, step in enumerate(self.scenario.get("step", ()), 1):
            self._play(step)
            if "open" in step:
                assert self.open == sorted(step["open"]), f"after step {number}: {step}"
        self._judge(self.scenario.get("end", {}))

    def holds(self, expression: str) -> bool:
        """Tell whether FEEL over the instance's variables is true."""
        return self._evaluate(expression, self.live.variables()) is True

    def _start(self) -> LiveInstance:
        process = library.processes()[self.process_id]
        begin = self._case(self.scenario.get("start", {}))
        (start, *_) = [s for s in process.starts if s.kind in ("message", "none")]
        carried = start.kind == "message"
        live, step = LiveInstance.start(
            library.model(self.process_id),
            {} if carried else begin,
            self._around(),
            start_element=start.element_id,
            payload=begin["case"] if carried else None,
        )
        self.live = live
        self._take(step)
        return self.live

    def _case(self, start: Any) -> dict[str, Any]:
        """Return the starting data; ``case = "@name"`` is a prepared one."""
        begin = {"case": dict(start)} if "case" not in start else dict(start)
        name = begin["case"] if isinstance(begin["case"], str) else ""
        if name:
            begin["case"] = dict(library.common()["cases"][name.removeprefix("@")])
        for key, value in begin.pop("change", {}).items():
            begin["case"][key] = value
        for key in begin.pop("without", ()):
            begin["case"].pop(key, None)
        return begin

    def _around(self) -> Surroundings:
        return Surroundings(now=self.now, calendar=Calendar({}))

    def _waits(self, kind: WaitKind) -> list[Wait]:
        return [wait for wait in self.live.waits.values() if wait.kind is kind]

    def _play(self, step: Values) -> None:
        state = self.live.dump()
        self.live = LiveInstance.load(library.model(self.process_id), state)
        if "complete" in step:
            self._complete(step)
        elif "message" in step:
            self.deliver(step["message"], step.get("payload", {}))
        elif "wait" in step:
            self._advance(later(self.now, read_length(step["wait"]), self._around()))
        elif "until" in step:
            self._advance(step["until"])

    def _complete(self, step: Values) -> None:
        element_id = step["complete"]
        tasks = self._waits(WaitKind.TASK)
        wait = next((t for t in tasks if t.element_id == element_id), None)
        assert wait is not None, f"{element_id} is not open, but {self.open}"
        given = step.get("answers", [step])
        if "refused" in step:
            with pytest.raises(FormInvalidError) as refused:
                self._result(wait, given)
            assert step["refused"] in {p.pointer for p in refused.value.problems}
            return
        result = self._result(wait, given)
        self._take(self.live.complete_task(wait.ref, result, self._around()))

    def _result(self, wait: Wait, given: Iterable[Values]) -> dict[str, Any]:
        assert wait.result
        answers = [self._answer(wait, each) for each in given]
        if wait.mode != "all":
            return {wait.result: answers[0]}
        before = self.live.variables(wait.ref).get(f"{wait.result}_list")
        moved = {f"{wait.result}_previous": before} if before else {}
        return {f"{wait.result}_list": answers, **moved}

    def _answer(self, wait: Wait, given: Values) -> dict[str, Any]:
        person = given.get("by", "chen")
        facts = {
            **library.common()["facts"],
            **self.scenario.get("facts", {}),
            "today": self.now.astimezone(ZONE).date(),
            "now": self.now,
            "actor": {"user": person},
            "on_behalf": given.get("on_behalf", False),
        }
        answers = library.form(self.process_id, wait.form or "").validate(
            given.get("values", {}),
            self.live.variables(wait.ref),
            facts,
            now=self.now.astimezone(ZONE),
        )
        if wait.mode == "all":
            answers |= {"completed_by": person, "completed_at": self.now}
        return answers

    def deliver(self, name: str, payload: Any) -> None:
        """Hand a message to the one place that waits for it."""
        waits = self._waits(WaitKind.MESSAGE)
        wait = next((w for w in waits if w.name == name), None)
        assert wait is not None, f"nobody waits for {name}"
        self._take(self.live.deliver_message(wait.ref, payload, self._around()))

    def _advance(self, moment: datetime) -> None:
        while due := sorted(
            (w.due_at, w.ref)
            for w in self._waits(WaitKind.TIMER)
            if w.due_at and w.due_at <= moment
        ):
            self.now = max(due[0][0], self.now)
            self._take(self.live.fire_timer(due[0][1], self._around()))
        self.now = max(moment, self.now)

    def _take(self, step: Step) -> None:
        self._note(step)
        unanswered = self.scenario.get("unanswered", ())
        calls = [
            wait
            for wait in self._waits(WaitKind.CALL)
            if wait.element_id not in unanswered
        ]
        if calls:
            wait = calls[0]
            self.calls.append((wait.element_id, wait.operation, wait.parameters))
            result = self._operate(wait)
            self._take(self.live.complete_call(wait.ref, result, self._around()))

    def _note(self, step: Step) -> None:
        assert not step.incidents, step.incidents
        self.path += [e.element_id for e in step.events if e.state == "completed"]
        self.finished, self.outcome = step.finished, step.outcome or self.outcome
        for message in step.thrown:
            self.thrown.append(message.name)
            self.payloads[message.name] = message.payload
            own = [w for w in self._waits(WaitKind.MESSAGE) if w.name == message.name]
            if own and own[0].correlation_key == message.correlation_key:
                self.deliver(message.name, message.payload)

    def _operate(self, wait: Wait) -> Any:
        answers = self.scenario.get("operations", {})
        told = answers.get(wait.element_id, answers.get(wait.operation))
        told = told or library.common()["operations"][wait.operation]
        if isinstance(told, list):
            before = [call for call in self.calls if call[0] == wait.element_id]
            told = told[min(len(before), len(told)) - 1]
        return self._evaluate(told, wait.parameters)

    def _evaluate(self, expression: str, context: Values) -> Any:
        now = self.now.astimezone(ZONE)
        return plain(compile_expression(expression).evaluate(context, now=now))

    def _judge(self, end: Values) -> None:
        if "finished" in end:
            assert self.finished == end["finished"], f"open: {self.open}"
        if "outcome" in end:
            assert self.outcome == end["outcome"]
        assert self.thrown == end.get("thrown", self.thrown)
        _assert_order(self.path, end.get("path", ()))
        for expression in end.get("holds", ()):
            assert self.holds(expression), f"{expression}: {self.live.variables()}"
        for element_id, expression in end.get("called", {}).items():
            given = [call[2] for call in self.calls if call[0] == element_id]
            assert self._evaluate(expression, given[-1]) is True, given[-1]
        for name, expression in end.get("sent", {}).items():
            context = {"payload": self.payloads[name]}
            assert self._evaluate(expression, context) is True, self.payloads[name]


def _assert_order(path: Iterable[str], wanted: Iterable[str]) -> None:
    rest = iter(path)
    for element_id in wanted:
        assert any(found == element_id for found in rest), f"{element_id} not on {path}"
