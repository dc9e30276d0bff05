"""Tasks: people's work, calls, scripts, decisions, receiving."""

from typing import Any

from typing_extensions import override

from engine.dmn import DecisionResult, DmnError
from engine.errors import Text
from engine.feel import FeelError, plain
from engine.runtime import arming, calls, expressions, messages, timers, waiting
from engine.runtime.behaviours.nodes import Activity
from engine.runtime.data import Data, hand_out
from engine.runtime.elements import Operation, UserWork
from engine.runtime.faults import ElementFailed
from engine.runtime.step import DecisionTaken, WaitKind
from engine.runtime.tokens import Token


class PassingTask(Activity):
    """An abstract task, or a manual one that nobody reports back: it passes."""

    waits = False


class UserTask(Activity):
    """People do something; the token stays until ``complete_task``."""

    @override
    def prepare(self, token: Token, data: Data) -> Any:
        work = token.element.work or UserWork()
        return {
            **_duty(token, work, data),
            "mode": work.mode,
            "form": work.form,
            "result": work.result,
            "due_at": _due(token, work, data),
            "priority": _priority(token, work, data),
        }

    @override
    def begin(self, token: Token, prepared: Any) -> bool:
        token.rest(started=True)
        waiting.open_wait(token, WaitKind.TASK, **prepared)
        return False


class ServiceTask(Activity):
    """Something outside is called; the token stays until ``complete_call``."""

    @override
    def prepare(self, token: Token, data: Data) -> Any:
        operation = _operation(token)
        parameters = {
            name: expressions.storable(token, parameter, data)
            for name, parameter in operation.parameters.items()
        }
        return {
            "operation": operation.name,
            "parameters": parameters,
            "result": operation.result or None,
            "headers": operation.headers,
            "retries": operation.retries,
        }

    @override
    def begin(self, token: Token, prepared: Any) -> bool:
        token.rest(started=True)
        waiting.open_wait(token, WaitKind.CALL, **prepared)
        return False

    @override
    def close(self, token: Token) -> None:
        before = token.data
        token.data = calls.outcome(token)
        try:
            super().close(token)
        except ElementFailed:
            token.data = before  # the outcome is reckoned again with the next try
            raise

    @override
    def leave(self, token: Token) -> None:
        token.memo.pop(calls.BROUGHT, None)
        super().leave(token)


class ScriptTask(Activity):
    """Assignments, all or none."""

    waits = False

    @override
    def prepare(self, token: Token, data: Data) -> Any:
        return expressions.run(token, token.element.script, data)

    @override
    def begin(self, token: Token, prepared: Any) -> bool:
        token.data = prepared
        return True


class BusinessRuleTask(Activity):
    """A decision is taken; its outputs become process data."""

    waits = False

    @override
    def prepare(self, token: Token, data: Data) -> Any:
        decision = token.element.decision
        if decision is None:
            msg = f"{token.element.id} takes no decision"
            raise RuntimeError(msg)
        context = expressions.context_of(token, data)
        try:
            result = decision.decisions.evaluate(
                decision.id, context, now=expressions.now_of(token)
            )
        except (DmnError, FeelError) as error:
            raise _decision_failed(decision.id, error.text) from error
        if result.notes:  # the standard makes it null; for a process it is a fault
            raise _decision_failed(decision.id, result.notes[0])
        names = decision.decisions.inputs(decision.id)
        inputs = {name: context[name] for name in names if name in context}
        outputs = expressions.kept(result.outputs, decision.id)
        return decision.id, inputs, result, outputs

    @override
    def begin(self, token: Token, prepared: Any) -> bool:
        decision_id, inputs, result, outputs = prepared
        token.data = {**token.data, **outputs}
        token.work.record.decided(_taken(token, decision_id, inputs, result))
        return True


class ReceiveTask(Activity):
    """A message is waited for."""

    @override
    def prepare(self, token: Token, data: Data) -> Any:
        trigger = token.element.trigger
        return None if trigger is None else arming.reckon(token, trigger, data)

    @override
    def begin(self, token: Token, prepared: Any) -> bool:
        trigger = token.element.trigger
        if trigger is None:
            return True
        token.rest(started=True)
        waiting.open_trigger(token, trigger, prepared)
        return False

    @override
    def caught(self, token: Token, payload: Any) -> None:
        token.data = messages.store(token.data, token.element.trigger, payload)
        waiting.close_wait(token, completed=True)
        token.complete()


class SendTask(Activity):
    """A message is sent."""

    waits = False

    @override
    def prepare(self, token: Token, data: Data) -> Any:
        return [
            messages.outgoing(token, trigger, data)
            for trigger in token.element.triggers
        ]

    @override
    def begin(self, token: Token, prepared: Any) -> bool:
        for message in prepared:
            token.work.record.thrown(message)
        return True


def _duty(token: Token, work: UserWork, data: Data) -> Data:
    if work.duty_rule is None:
        return {"duty": work.duty}
    found = expressions.required(token, work.duty_rule, data)
    if isinstance(found, str):
        return {"duty": found}
    if isinstance(found, list) and all(isinstance(item, str) for item in found):
        return {"duty": None, "candidates": tuple(found)}
    raise ElementFailed(
        "expression-failed",
        Text(
            f"The duty {work.duty_rule.text!r} gives {found!r}: no duty, no people.",
            f"职责表达式“{work.duty_rule.text}”的结果 {found!r} 既不是职责也不是人员。",
        ),
        expression=work.duty_rule.text,
    )


def _due(token: Token, work: UserWork, data: Data) -> Any:
    if work.due_rule is None:
        return timers.due_date(token, work.due, work.due)
    found = expressions.value(token, work.due_rule, data)
    return timers.due_date(token, work.due_rule.text, found)


def _priority(token: Token, work: UserWork, data: Data) -> int | None:
    if work.priority is None:
        return None
    found = expressions.value(token, work.priority, data)
    if found is None or (isinstance(found, int) and not isinstance(found, bool)):
        return found
    raise ElementFailed(
        "expression-failed",
        Text(
            f"The priority {work.priority.text!r} gives {found!r}, not a whole number.",
            f"优先级“{work.priority.text}”的结果 {found!r} 不是整数。",
        ),
        expression=work.priority.text,
    )


def _operation(token: Token) -> Operation:
    operation = token.element.operation
    if operation is None:
        msg = f"{token.element.id} calls nothing"
        raise RuntimeError(msg)
    return operation


def _decision_failed(decision_id: str, why: Text) -> ElementFailed:
    return ElementFailed(
        "decision-failed",
        Text(
            f"The decision {decision_id} failed: {why.en}.",
            f"决策 {decision_id} 执行失败：{why.zh}。",
        ),
        expression=decision_id,
    )


def _taken(
    token: Token, decision_id: str, inputs: Data, result: DecisionResult
) -> DecisionTaken:
    return DecisionTaken(
        element_id=token.element.id,
        decision_id=decision_id,
        inputs=hand_out(inputs),
        output=hand_out(plain(result.output)),
        matched=[(row.decision_id, row.rule_id, row.index) for row in result.matched],
    )
