"""From any point of a walk to a renamed or extended version, and on to the end.

What is done, in which order, and with which data is as without the migration.
"""

import random
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.runtime import LiveInstance, Model, SourceFile, compile_model
from tests.unit.runtime.diagrams import (
    boundary,
    call,
    chain,
    declare,
    definitions,
    end,
    event_sub,
    flow,
    fork,
    message,
    node,
    process,
    script,
    several,
    start,
    sub,
    timer,
    user,
    xor,
)
from tests.unit.runtime.walks import AROUND, shapes

_REFERENCES = re.compile(r'(id|Ref|default)="([a-z]\w*)"')
_RENAMED = ("ask", "left", "side", "right", "each", "one", "inner", "told", "called",
            "q1", "last", "late", "help", "esp", "es")  # fmt: skip
NAMES = {name: f"{name}_new" for name in _RENAMED}
BACK = {new: old for old, new in NAMES.items()}
LENGTH, ENOUGH = 120, 40


def content(*more: str) -> bytes:
    """Everything in one diagram; ``more`` elements stand in a row before the end."""
    inner = sub("inner", user("one"), user("two"), chain("one", "two"),
                event_sub("esp", start("es", message("hello"), isInterrupting="false"),
                          user("help"), chain("es", "help")))  # fmt: skip
    each = user("each", several("[1, 2, 3]", "item", output="outs", output_item="v"))
    late = boundary("late", "left", timer(duration="P1D"))
    told = boundary("told", "right", message("hello"), stays=True)
    join = node("inclusiveGateway", "j2")
    parts = [
        start(), user("ask"), fork("f"), user("left"), script("s", "seen = n"), inner,
        user("right"), late, told, xor("x"), fork("j"), each, call("called", "q"),
        node("inclusiveGateway", "f2"), user("a2"), user("b2"), join, user("last"),
        xor("m"), xor("g", default="out"), end(), user("side"), end("e2"),
        *map(user, more),
        chain("start", "m", "ask", "f", "left", "s", "x", "j", "each", "called"),
        chain("f", "inner", "right", "j"), flow("late", "x"),
        chain("told", "side", "e2"), chain("called", "f2"),
        flow("f2", "a2", "true"), flow("f2", "b2", "modulo(n, 2) = 0"),
        chain("a2", "j2"), chain("b2", "j2"), chain("j2", "last", "g"),
        flow("g", "m", "n < 40"), flow("g", (*more, "end")[0], name="out"),
        chain(*more, "end"),
    ]  # fmt: skip
    called = process(user("q1"), user("q2"), chain("q1", "q2"), name="q")
    return definitions(declare("message", "hello"), called, process(*parts))


def compiled(text: bytes) -> Model:
    return compile_model("p", [SourceFile("p.bpmn", text)], {})


def renamed(text: bytes) -> bytes:
    """The same diagram under other names."""

    def change(found: re.Match[str]) -> str:
        name = found.group(2)
        return f'{found.group(1)}="{NAMES.get(name, name)}"'

    return _REFERENCES.sub(change, text.decode()).encode()


OLD = compiled(content())
RENAMED = compiled(renamed(content()))
EXTENDED = compiled(content("more", "yet_more"))


class Walk:
    """A case that is walked at random, however its elements are called."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - a walk, no secret
        self.live, _ = LiveInstance.start(OLD, {"n": 0, "d": {}}, AROUND)
        self.trace: list[Any] = []
        self.number = 0

    def on(self, steps: int) -> None:
        """Do some of the things that the case waits for."""
        for _ in range(steps):
            if self.live.is_finished:
                return
            self.number += 1
            self._do(self._chance.randrange(1000))

    def _do(self, choice: int) -> None:
        known = [(told(shape), ref) for shape, ref in shapes(self.live)]
        if self.number >= ENOUGH:  # messages would bring more work for ever
            known = [pair for pair in known if pair[0][0] == "task"]
        (kind, name, *_), ref = sorted(known)[choice % len(known)]
        if kind == "timer":
            step = self.live.fire_timer(ref, AROUND)
        elif kind == "message":
            step = self.live.deliver_message(ref, {"m": self.number}, AROUND)
        else:
            values = {"n": self.number, "v": self.number, "d": {name: self.number}}
            step = self.live.complete_task(ref, values, AROUND)
        self.trace += [
            (old(e.element_id), e.element_type, e.state, tuple(map(old, e.path)))
            for e in step.events
        ]


def told(shape: tuple[Any, ...]) -> tuple[Any, ...]:
    """A wait with the old names."""
    kind, name, path, *rest = shape
    return kind, old(name), tuple(map(old, path)), *map(str, rest)


def old(name: str) -> str:
    return BACK.get(name, name)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), point=st.integers(0, 60))
def test_a_renamed_version_goes_on_as_the_old_one_would(seed: int, point: int) -> None:
    stays, goes = Walk(seed), Walk(seed)
    goes.on(point)

    goes.live.migrate(RENAMED, NAMES, AROUND)
    goes.live = LiveInstance.load(RENAMED, goes.live.dump())
    goes.on(LENGTH - point)
    stays.on(LENGTH)

    assert goes.trace == stays.trace
    assert goes.live.variables() == stays.live.variables()
    assert sorted(told(s) for s, _ in shapes(goes.live)) == sorted(
        told(s) for s, _ in shapes(stays.live)
    )


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), point=st.integers(0, 60))
def test_an_extended_version_does_all_that_and_what_was_added(
    seed: int, point: int
) -> None:
    goes = Walk(seed)
    goes.on(point)
    was_finished = goes.live.is_finished

    goes.live.migrate(EXTENDED, {}, AROUND)
    goes.live = LiveInstance.load(EXTENDED, goes.live.dump())
    goes.on(1000)

    assert goes.live.is_finished
    done = [name for name, _, state, _ in goes.trace if state == "completed"]
    added = [name for name in done if "more" in name]
    assert added == ([] if was_finished else ["more", "yet_more"])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), point=st.integers(0, 60))
def test_there_and_back_again_everything_waits_as_before(seed: int, point: int) -> None:
    walk = Walk(seed)
    walk.on(point)
    before, data = shapes(walk.live), walk.live.variables()

    walk.live.migrate(RENAMED, NAMES, AROUND)
    walk.live.migrate(OLD, BACK, AROUND)

    assert shapes(walk.live) == before
    assert walk.live.variables() == data
