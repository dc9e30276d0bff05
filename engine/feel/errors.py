"""What an expression can do wrong before and while it is evaluated."""

from typing import ClassVar, Final

from engine.errors import InvalidInputError, Text

_SHOWN: Final = 40


class FeelError(InvalidInputError):
    """An expression cannot be used; a wrong value alone never raises this."""

    code: ClassVar[str] = "feel-error"


class FeelSyntaxError(FeelError):
    """The text is no FEEL expression.

    ``position`` counts characters from 0, ``expected`` says what could have
    stood there and ``found`` what does stand there ("" at the end).
    """

    code: ClassVar[str] = "feel-syntax"

    def __init__(
        self,
        source: str,
        position: int,
        expected: Text,
        found: str = "",
        hint: Text | None = None,
    ) -> None:
        self.source, self.position = source, position
        self.expected, self.found, self.hint = expected, found, hint
        line = source.count("\n", 0, position) + 1
        column = position - (source.rfind("\n", 0, position) + 1) + 1
        self.line, self.column = line, column
        shown = found if len(found) <= _SHOWN else found[:_SHOWN] + "…"
        seen = Text(f"found {shown!r}", f"实际是 {shown!r}")
        if not found:
            seen = Text("the text ends", "表达式已结束")
        more = Text(f"; {hint.en}", f"；{hint.zh}") if hint else Text("", "")
        super().__init__(
            f"line {line}, column {column}: expected {expected.en}, {seen.en}{more.en}",
            f"第 {line} 行第 {column} 个字符：应为{expected.zh}，{seen.zh}{more.zh}",
        )


class FeelLimitError(FeelError):
    """The expression would take more steps, depth or memory than it may."""

    code: ClassVar[str] = "feel-limit"


class FeelHostError(FeelError):
    """A function or value that the host supplied cannot be used."""

    code: ClassVar[str] = "feel-host"
