"""What can go wrong while models are compiled and instances run."""

from collections.abc import Sequence

from engine.errors import ConflictError, Finding, InvalidInputError, Text


class ModelError(InvalidInputError):
    """The files cannot be compiled; ``findings`` say why and what to do."""

    code = "model-invalid"

    def __init__(self, findings: Sequence[Finding]) -> None:
        first = findings[0]
        where = f"{first.file} {first.element_id or ''}".strip()
        super().__init__(
            f"{where}: {first.rule.en} {first.remedy.en}",
            f"{where}：{first.rule.zh}{first.remedy.zh}",
        )
        self.findings = tuple(findings)


class StateError(ConflictError):
    """A stored state cannot be read: broken, cut short, foreign or too new."""

    code = "state-unreadable"


class NotWaitingError(ConflictError):
    """The instance does not wait for what the caller wants to hand it."""

    code = "not-waiting"

    def __init__(self, ref: str, wanted: str) -> None:
        super().__init__(
            f"The instance does not wait for a {wanted} at {ref}.",
            f"流程实例在 {ref} 处没有等待{_WANTED.get(wanted, wanted)}。",
        )
        self.ref, self.wanted = ref, wanted


_WANTED = {
    "task": "用户任务",
    "timer": "定时器",
    "message": "消息",
    "signal": "信号",
    "call": "服务调用",
    "incident": "故障处理",
    "start event": "启动事件",
    "condition": "条件",
}


class UnsuitableValueError(InvalidInputError):
    """A value that was handed in cannot be kept as process data."""

    code = "unsuitable-value"


class ElementFailed(Exception):  # noqa: N818 - a turn of events, not an error of ours
    """An element cannot go on; the token stays and becomes an incident.

    ``code`` is one of the codes of ``StepIncident``; ``element_id`` is set where
    another element than the token's own is to blame (a boundary timer).
    """

    def __init__(
        self,
        code: str,
        text: Text,
        *,
        expression: str = "",
        missing: tuple[str, ...] = (),
        element_id: str = "",
    ) -> None:
        super().__init__(text.en)
        self.code, self.text = code, text
        self.expression, self.missing = expression, missing
        self.element_id = element_id
