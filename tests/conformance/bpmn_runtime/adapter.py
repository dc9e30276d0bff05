"""The runtime for the conformance runner; its clock jumps instead of waiting.

    PYTHONPATH=<checkout> python run.py \
        --engine tests.conformance.bpmn_runtime.adapter:RuntimeEngine --strict
"""

from datetime import timedelta
from typing import Any

from engine.runtime import (
    Known,
    ModelError,
    SourceFile,
    UnreadableFileError,
    WaitKind,
    check,
)
from tests.conformance.bpmn_runtime.world import Running, World

NOTHING = Known()


class RuntimeSession:
    """One deployment during one test."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.last: Running | None = None

    def start(self, process_id: str, variables: dict[str, Any]) -> None:
        self.last = self.world.start(process_id, variables)

    def poll(self) -> None:
        """Let ten seconds pass for every tenth of one that the runner waits."""
        self.world.advance(self.world.now + timedelta(seconds=10))

    def open_tasks(self) -> list[str]:
        return [wait.ref for _, wait in self.world.tasks()]

    def complete(self, task_id: str, variables: dict[str, Any]) -> None:
        for running, wait in self.world.tasks():
            if wait.ref == task_id:
                self.world.command(
                    running,
                    lambda live, around: live.complete_task(task_id, variables, around),
                )
                return

    def trace(self) -> list[str]:
        return self.world.trace

    def state(self) -> str:
        running = self.last
        if running is None:
            return "running"
        if running.live.is_finished:
            return "completed"
        if running.failed:
            return "error_event"
        return "error" if self._incidents(running) else "running"

    def variables(self) -> dict[str, Any]:
        return self.last.live.variables() if self.last else {}

    def error(self) -> str | None:
        return next(iter(self._incidents(self.last)), None) if self.last else None

    def close(self) -> None:
        """Nothing outlives the test."""

    @staticmethod
    def _incidents(running: Running) -> list[str]:
        return [
            wait.incident.message_en
            for wait in running.live.waits.values()
            if wait.kind is WaitKind.INCIDENT and wait.incident is not None
        ]


class RuntimeEngine:
    """The runtime, with the checks that a deployment makes first."""

    name = "fuwu-runtime"

    def __init__(self, **_: Any) -> None:
        """Take the runner's options, none of which concern the runtime."""

    def open(self, case: dict[str, Any], xml: bytes) -> RuntimeSession:
        try:
            return opened(case["file"], xml)
        except (ModelError, UnreadableFileError) as error:
            raise _rejected()(str(error)) from error


def opened(name: str, xml: bytes) -> RuntimeSession:
    """Deploy a file in memory, with the checks that a deployment makes first."""
    file = SourceFile(name, xml)
    findings = [found for found in check([file], NOTHING) if found.severity == "error"]
    if findings:
        raise ModelError(findings)
    return RuntimeSession(World(file))


def _rejected() -> type[Exception]:
    from adapters import Rejected  # type: ignore[import-not-found]  # noqa: PLC0415

    return Rejected  # type: ignore[no-any-return]
