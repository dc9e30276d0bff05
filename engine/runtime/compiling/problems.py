"""Collecting what is wrong while compiling, so that all of it can be told at once."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from engine.errors import Finding, Text
from engine.feel import (
    Expression,
    FeelError,
    Script,
    compile_expression,
    compile_script,
)
from engine.runtime import xml
from engine.runtime.xml import Element

T = TypeVar("T", Expression, Script)

_REWRITE = Text(
    "Write it as a FEEL expression.",
    "请改写为 FEEL 表达式。",
)
_REWRITE_SCRIPT = Text(
    "Write one assignment a line: name = FEEL expression.",
    "请每行写一个赋值：名称 = FEEL 表达式。",
)


class Problems:
    """The findings so far."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(
        self,
        where: "Place",
        code: str,
        rule: Text,
        remedy: Text,
        line: int | None = None,
    ) -> None:
        """Note that an element is wrong."""
        self.findings.append(
            Finding(where.file, where.element_id or None, code, rule, remedy, line=line)
        )


class Place:
    """An element of a file; compiles the expressions in it."""

    def __init__(
        self, problems: Problems, file: str, node: Element, shown: str
    ) -> None:
        self.problems, self.file, self.node = problems, file, node
        self.element_id = shown

    def refuse(self, code: str, rule: Text, remedy: Text) -> None:
        """Note that the element is wrong."""
        self.problems.add(self, code, rule, remedy, xml.line_of(self.node))

    def expression(self, text: str | None) -> Expression | None:
        """Return the compiled expression; None for an empty or a wrong one."""
        return self._compiled(text, compile_expression, _REWRITE)

    def script(self, text: str | None) -> Script | None:
        """Return the compiled script; None for an empty or a wrong one."""
        return self._compiled(text, compile_script, _REWRITE_SCRIPT)

    def expressions(self, texts: Mapping[str, str]) -> dict[str, Expression]:
        """Return the compiled expressions by name, without empty and wrong ones."""
        found = {name: self.expression(text) for name, text in texts.items()}
        return {name: one for name, one in found.items() if one is not None}

    def _compiled(
        self, text: str | None, compiler: Callable[[str], T], remedy: Text
    ) -> T | None:
        if text is None or not text.strip():
            return None
        try:
            return compiler(text)
        except FeelError as error:
            rule = Text(
                f"{text.strip()!r} is no FEEL: {error.text.en}.",
                f"“{text.strip()}”不是 FEEL：{error.text.zh}。",
            )
            self.refuse("expression-invalid", rule, remedy)
            return None
