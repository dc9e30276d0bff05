"""What SpiffWorkflow finds where it expects a Python engine: nothing that evaluates.

Our behaviours evaluate compiled FEEL themselves. SpiffWorkflow must never get a
chance to run text as Python, so every entry of its script engine and of the
environment behind it refuses.
"""

from typing import Any, NoReturn

from SpiffWorkflow.bpmn.script_engine import (
    BasePythonScriptEngineEnvironment,
    PythonScriptEngine,
)
from typing_extensions import override


class RefusedScriptError(RuntimeError):
    """SpiffWorkflow asked to evaluate a text; this is a fault in our runtime."""

    def __init__(self, text: object) -> None:
        super().__init__(f"only compiled FEEL is evaluated here, not {text!r}")


class _NoEnvironment(BasePythonScriptEngineEnvironment):  # type: ignore[misc]
    @override
    def evaluate(
        self, expression: Any, context: Any, external_context: Any = None
    ) -> NoReturn:
        raise RefusedScriptError(expression)

    @override
    def execute(
        self, script: Any, context: Any, external_context: Any = None
    ) -> NoReturn:
        raise RefusedScriptError(script)

    @override
    def call_service(self, context: Any, **kwargs: Any) -> NoReturn:
        raise RefusedScriptError(kwargs)


class FeelScriptEngine(PythonScriptEngine):  # type: ignore[misc]  # untyped base
    """A script engine that evaluates nothing at all."""

    def __init__(self) -> None:
        super().__init__(_NoEnvironment())

    @override
    def validate(self, expression: Any) -> NoReturn:
        raise RefusedScriptError(expression)

    @override
    def evaluate(
        self, task: Any, expression: Any, external_context: Any = None
    ) -> NoReturn:
        raise RefusedScriptError(expression)

    @override
    def execute(self, task: Any, script: Any, external_context: Any = None) -> NoReturn:
        raise RefusedScriptError(script)

    @override
    def call_service(self, task: Any, **kwargs: Any) -> NoReturn:
        raise RefusedScriptError(kwargs)
