"""How much one evaluation may take; every bound of the language in one place.

Expressions come from people who draw diagrams, so an endless loop or a huge text
must end in an error and not in a stopped server. An expression without loops is
bounded by its own length; loops, calls and functions over lists and texts spend
from the budget.
"""

from typing import Final, NoReturn

from engine.feel.errors import FeelLimitError

MAX_SOURCE: Final = 50_000
"""Characters of one expression."""
MAX_NESTING: Final = 60
"""Brackets within brackets while parsing."""
MAX_TREE_DEPTH: Final = 200
"""Levels of a parsed expression: every level is a Python frame when it runs."""
MAX_STEPS: Final = 100_000
"""Loop rounds, calls and visited values of one evaluation: about 0.1 s."""
MAX_CALL_DEPTH: Final = 80
"""Functions that call functions."""
MAX_TEXT: Final = 1_000_000
"""Characters of one text."""
MAX_LIST: Final = 100_000
"""Items of one list."""
MAX_SIZE: Final = 8_000_000
"""Characters and items that one evaluation may create in all."""
MAX_VALUE_DEPTH: Final = 100
"""Lists within lists of one value."""
MAX_DIGITS: Final = 10_000
"""Bits of a whole number that the host hands in."""


def refuse(en: str, zh: str) -> NoReturn:
    """Raise the limit error."""
    raise FeelLimitError(en, zh)


class Budget:
    """What is left for one evaluation."""

    __slots__ = ("calls", "size", "steps")

    def __init__(self, steps: int = MAX_STEPS, size: int = MAX_SIZE) -> None:
        self.steps, self.size, self.calls = steps, size, 0

    def spend(self, steps: int = 1) -> None:
        """Take ``steps`` of work."""
        self.steps -= steps
        if self.steps < 0:
            refuse("the expression takes too many steps", "表达式的计算步骤过多")

    def text(self, length: int) -> None:
        """Take room for a text of ``length`` characters, before it is made."""
        if length > MAX_TEXT:
            refuse(
                f"a text exceeds {MAX_TEXT} characters", f"文本超过 {MAX_TEXT} 个字符"
            )
        self._room(length)

    def items(self, length: int) -> None:
        """Take room for a list of ``length`` items, before it is made."""
        if length > MAX_LIST:
            refuse(f"a list exceeds {MAX_LIST} items", f"列表超过 {MAX_LIST} 项")
        self._room(length)

    def _room(self, length: int) -> None:
        self.size -= length
        if self.size < 0:
            refuse("the expression needs too much memory", "表达式占用的内存过多")

    def enter(self) -> None:
        """Begin a call of a function."""
        self.spend()
        self.calls += 1
        if self.calls > MAX_CALL_DEPTH:
            refuse("functions call each other too deeply", "函数嵌套调用过深")

    def leave(self) -> None:
        """End a call of a function."""
        self.calls -= 1


def check_depth(depth: int) -> None:
    """Refuse values that are nested too deeply to be walked."""
    if depth > MAX_VALUE_DEPTH:
        refuse("a value is nested too deeply", "数据嵌套过深")
