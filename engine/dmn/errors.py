"""Why a decision file cannot be used."""

from typing import ClassVar

from engine.errors import InvalidInputError, NotFoundError, Text


class DmnError(InvalidInputError):
    """A decision file breaks a rule; the element and a remedy are named."""

    code: ClassVar[str] = "dmn-invalid"

    def __init__(
        self, file: str, element_id: str | None, rule: Text, remedy: Text
    ) -> None:
        where = f"{file or 'DMN'}{f' #{element_id}' if element_id else ''}"
        super().__init__(
            f"{where}: {rule.en}. {remedy.en}", f"{where}：{rule.zh}。{remedy.zh}"
        )
        self.file, self.element_id = file, element_id
        self.rule, self.remedy = rule, remedy


class DecisionNotFoundError(NotFoundError):
    """The file has no decision of that id."""

    code: ClassVar[str] = "decision-not-found"
