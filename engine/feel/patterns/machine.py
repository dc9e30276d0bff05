"""Patterns as programs, and the machine that runs them.

It backtracks, but remembers every state (instruction, position) that it has tried:
a state that failed once fails again, so the time is at most the length of the
program times the length of the text. With back references the groups belong to the
state, and only the budget bounds the time.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from engine.feel.patterns.characters import Test, variants
from engine.feel.patterns.syntax import (
    Back,
    Choice,
    Edge,
    Group,
    One,
    Part,
    PatternError,
    Repeat,
    Sequence,
)
from engine.feel.scope import Run

MAX_PROGRAM: Final = 2_000
"""Instructions of a program; ``{n,m}`` is written out."""
_MAX_WRITES: Final = 10_000


class Op(Enum):
    """What an instruction does."""

    ONE = 1
    JUMP = 2
    SPLIT = 3
    SAVE = 4
    START = 5
    END = 6
    BACK = 7
    MATCH = 8


@dataclass(slots=True)
class Instruction:
    """One instruction; ``first`` is tried before ``second``."""

    op: Op
    test: Test | None = None
    first: int = 0
    second: int = 0


class Program:
    """Writes the instructions of a pattern."""

    def __init__(self, part: Part) -> None:
        self.code: list[Instruction] = []
        self.writes = 0
        self._write(part)
        self._add(Op.MATCH)

    def _add(self, op: Op, first: int = 0, test: Test | None = None) -> Instruction:
        if len(self.code) >= MAX_PROGRAM:
            raise PatternError
        self.code.append(Instruction(op, test, first))
        return self.code[-1]

    def _write(self, part: Part) -> None:
        self.writes += 1
        if self.writes > _MAX_WRITES:
            raise PatternError
        match part:
            case One(test):
                self._add(Op.ONE, test=test)
            case Edge(at_end):
                self._add(Op.END if at_end else Op.START)
            case Back(number):
                self._add(Op.BACK, number)
            case _:
                self._write_larger(part)

    def _write_larger(self, part: Part) -> None:
        match part:
            case Sequence(parts):
                for inner in parts:
                    self._write(inner)
            case Group(number, inner):
                self._add(Op.SAVE, 2 * number)
                self._write(inner)
                self._add(Op.SAVE, 2 * number + 1)
            case Choice(branches):
                self._write_choice(branches)
            case Repeat():
                self._write_repeat(part)
            case _:
                raise PatternError

    def _write_choice(self, branches: tuple[Part, ...]) -> None:
        jumps: list[Instruction] = []
        for branch in branches[:-1]:
            split = self._add(Op.SPLIT)
            split.first = len(self.code)
            self._write(branch)
            jumps.append(self._add(Op.JUMP))
            split.second = len(self.code)
        self._write(branches[-1])
        for jump in jumps:
            jump.first = len(self.code)

    def _write_repeat(self, repeat: Repeat) -> None:
        for _ in range(repeat.least):
            self._write(repeat.part)
        if repeat.most is None:
            start = len(self.code)
            split = self._add(Op.SPLIT)
            self._write(repeat.part)
            self._add(Op.JUMP, start)
            self._aim(split, start + 1, greedy=repeat.greedy)
            return
        splits: list[tuple[Instruction, int]] = []
        for _ in range(repeat.most - repeat.least):
            split = self._add(Op.SPLIT)
            splits.append((split, len(self.code)))
            self._write(repeat.part)
        for split, inside in splits:
            self._aim(split, inside, greedy=repeat.greedy)

    def _aim(self, split: Instruction, inside: int, *, greedy: bool) -> None:
        outside = len(self.code)
        split.first, split.second = (inside, outside) if greedy else (outside, inside)


Groups: TypeAlias = tuple[int, ...]
State: TypeAlias = tuple[int, int, Groups]


class Machine:
    """Runs a program on one text."""

    def __init__(self, program: Program, flags: str, groups: int) -> None:
        self.code = program.code
        self.fold, self.lines = "i" in flags, "m" in flags
        self.groups = groups
        self.price = 1 + groups // 8
        self.remembers_groups = any(i.op is Op.BACK for i in program.code)

    def search(self, text: str, start: int, run: Run) -> Groups | None:
        """Return where the first match and its groups lie, None without a match."""
        tried: set[object] = set()
        for begin in range(start, len(text) + 1):
            found = self._match(text, begin, tried, run)
            if found is not None:
                return found
        return None

    def _match(
        self, text: str, begin: int, tried: set[object], run: Run
    ) -> Groups | None:
        empty = (begin, -1) + (-1, -1) * self.groups
        waiting: list[State] = [(0, begin, empty)]
        run.spend()
        while waiting:
            state = waiting.pop()
            pc, at, groups = state
            key = state if self.remembers_groups else pc * (len(text) + 1) + at
            if key in tried:
                continue
            tried.add(key)
            instruction = self.code[pc]
            if instruction.op is Op.MATCH:
                return (begin, at, *groups[2:])
            run.spend(self.price if instruction.op is Op.SAVE else 1)
            self._step(instruction, state, text, waiting)
        return None

    def _step(
        self, instruction: Instruction, state: State, text: str, waiting: list[State]
    ) -> None:
        pc, at, groups = state
        match instruction.op:
            case Op.ONE:
                if at < len(text) and instruction.test and instruction.test(text[at]):
                    waiting.append((pc + 1, at + 1, groups))
            case Op.JUMP:
                waiting.append((instruction.first, at, groups))
            case Op.SPLIT:
                waiting.append((instruction.second, at, groups))
                waiting.append((instruction.first, at, groups))
            case Op.SAVE:
                slot = instruction.first
                waiting.append((pc + 1, at, (*groups[:slot], at, *groups[slot + 1 :])))
            case Op.BACK:
                self._repeat_group(instruction.first, state, text, waiting)
            case _:
                if self._at_edge(instruction.op, text, at):
                    waiting.append((pc + 1, at, groups))

    def _at_edge(self, op: Op, text: str, at: int) -> bool:
        if op is Op.START:
            return at == 0 or (self.lines and text[at - 1] == "\n" and at < len(text))
        return at == len(text) or (self.lines and text[at] == "\n")

    def _repeat_group(
        self, number: int, state: State, text: str, waiting: list[State]
    ) -> None:
        pc, at, groups = state
        start, end = groups[2 * number], groups[2 * number + 1]
        wanted = text[start:end] if end >= start >= 0 else ""
        found = text[at : at + len(wanted)]
        if found == wanted or (self.fold and _same_letters(found, wanted)):
            waiting.append((pc + 1, at + len(wanted), groups))


def _same_letters(one: str, other: str) -> bool:
    return len(one) == len(other) and all(
        variants(a) & variants(b) for a, b in zip(one, other, strict=True)
    )
