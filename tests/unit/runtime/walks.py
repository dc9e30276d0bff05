"""Diagrams with everything in them, and random walks through them."""

import random
from typing import Any

from engine.runtime import LiveInstance, Model, Step, Surroundings, Wait, WaitKind
from tests.unit.runtime.diagrams import (
    boundary,
    call,
    catch,
    chain,
    compensation,
    condition,
    declare,
    end,
    event_sub,
    flow,
    fork,
    loop,
    message,
    node,
    process,
    script,
    several,
    start,
    sub,
    throw,
    timer,
    undo,
    user,
    xor,
)
from tests.unit.runtime.driving import MONDAY, ShortWeek, compiled

AROUND = Surroundings(now=MONDAY, calendar=ShortWeek())
HELLO = declare("message", "hello")


def again(body: str, first: str, last: str, *more: str, beside: str = "") -> Model:
    """A model that runs ``body`` from ``first`` to ``last`` round after round."""
    return compiled(
        start(), xor("m"), body, user("last"), xor("g", default="out"), end(),
        chain("start", "m", first), flow(last, "last"), flow("last", "g"),
        flow("g", "m", "again"), flow("g", "end", name="out"), *more, beside=beside,
    )  # fmt: skip


def _parallel() -> Model:
    body = fork("f") + user("a") + user("b") + user("b2") + user("c") + fork("j")
    ways = chain("f", "a", "j") + chain("f", "b", "b2", "j") + chain("f", "c", "j")
    return again(body + ways, "f", "j")


def _nested() -> Model:
    inner = fork("f2") + user("a") + user("b") + fork("j2")
    outer = fork("f") + inner + user("c") + fork("j")
    ways = chain("f", "f2", "a", "j2", "j") + chain("f2", "b", "j2")
    return again(outer + ways + chain("f", "c", "j"), "f", "j")


def _inclusive() -> Model:
    names = [user(name) for name in ("a", "b", "b2", "c")]
    body = node("inclusiveGateway", "f") + node("inclusiveGateway", "j")
    ways = (
        flow("f", "a", "true")
        + flow("f", "b", "modulo(n, 2) = 0")
        + flow("f", "c", "modulo(n, 3) = 0")
        + chain("a", "j")
        + chain("b", "b2", "j")
        + chain("c", "j")
    )
    return again("".join(names) + body + ways, "f", "j")


def _several() -> Model:
    inner = user("a") + user("b") + script("s", "out = item * 2") + chain("a", "b", "s")
    each = sub(
        "each", several("[1, 2, 3]", "item", output="outs", output_item="out"), inner
    )
    turn = user("turn", several("[4, 5]", "item", one_by_one=True))
    side = user("side", several(number="2", output="sides", output_item="v_si"))
    return again(each + turn + side + chain("each", "turn", "side"), "each", "side")


def _loops() -> Model:
    inner = sub("s", loop(maximum="2"), user("a"), user("b"), chain("a", "b"))
    return again(
        user("u", loop("n < 20", maximum="3")) + inner + chain("u", "s"), "u", "s"
    )


def _boundaries() -> Model:
    inner = sub("s", user("a"), user("b"), chain("a", "b"))
    events = (
        boundary("over", "s", message("hello"))
        + boundary("beside", "s", timer(cycle="R3/PT1H"), stays=True)
        + boundary("told", "u", message("hello"), stays=True)
        + boundary("when", "u", condition("n > 20"))
    )
    ways = (
        user("h") + user("k") + end("kend") + xor("x") + user("u")
        + chain("s", "x", "u") + chain("over", "h", "x") + chain("beside", "k", "kend")
        + flow("told", "k") + flow("when", "last")
    )  # fmt: skip
    return again(inner + events + ways, "s", "u", beside=HELLO)


def _handlers() -> Model:
    esp = event_sub(
        "esp", start("es", message("hello"), isInterrupting="false"), user("h"),
        script("hs", "plan = n"), chain("es", "h", "hs"),
    )  # fmt: skip
    over = event_sub("stop", start("ts", timer(duration="P1D")), user("t"),
                     chain("ts", "t"))  # fmt: skip
    inner = sub("s", esp, over, fork("f"), user("a"), user("b"), chain("f", "a"),
                flow("f", "b"))  # fmt: skip
    return again(inner, "s", "s", beside=HELLO)


def _calls() -> Model:
    body = fork("f") + call("c1", "q") + call("c2", "q") + fork("j")
    called = process(user("qu"), user("qv"), chain("qu", "qv"), name="q")
    return again(
        body + chain("f", "c1", "j") + chain("f", "c2", "j"), "f", "j", beside=called
    )


def _races() -> Model:
    body = (
        node("eventBasedGateway", "eg") + catch("cm", message("hello"))
        + catch("ct", timer(duration="PT1H")) + user("a") + user("b") + xor("x")
    )  # fmt: skip
    ways = chain("eg", "cm", "a", "x") + chain("eg", "ct", "b", "x")
    return again(body + ways, "eg", "x", beside=HELLO)


def _undoing() -> Model:
    handler = node("userTask", "un", isForCompensation="true")
    inner = sub("s", user("a"), boundary("ba", "a", compensation()), handler,
                undo("ba", "un"), user("b"), chain("a", "b"))  # fmt: skip
    return again(inner + throw("t", compensation()) + chain("s", "t"), "s", "t")


MODELS = {
    "parallel": _parallel,
    "nested": _nested,
    "inclusive": _inclusive,
    "several": _several,
    "loops": _loops,
    "boundaries": _boundaries,
    "handlers": _handlers,
    "calls": _calls,
    "races": _races,
    "undoing": _undoing,
}
BEGIN = {"n": 0, "again": True, "d": {"k": 0}}


def shape(wait: Wait, data: Any) -> tuple[Any, ...]:
    """What a wait is, without the refs that differ from run to run."""
    return (
        wait.kind.value,
        wait.element_id,
        wait.path,
        wait.round,
        str(wait.due_at),
        wait.cycle,
        wait.interrupting,
        wait.starts,
        wait.host_ref is None,
        repr(wait.incident and wait.incident.code),
        repr(sorted(data.items(), key=repr)),
    )


def shapes(live: LiveInstance) -> list[tuple[tuple[Any, ...], str]]:
    """All waits by shape, in an order that does not depend on refs."""
    found = [
        (shape(wait, live.variables(ref)), ref) for ref, wait in live.waits.items()
    ]
    return sorted(found, key=lambda pair: pair[0])


def act(live: LiveInstance, choice: int, number: int) -> Step | None:
    """Do one of the things that the instance waits for."""
    choices = [
        (pair, ref)
        for pair, ref in shapes(live)
        if pair[0] in {WaitKind.TASK, WaitKind.TIMER, WaitKind.MESSAGE}
    ]
    if not choices:
        return None
    pair, ref = choices[choice % len(choices)]
    if pair[0] == WaitKind.TIMER:
        return live.fire_timer(ref, AROUND)
    if pair[0] == WaitKind.MESSAGE:
        return live.deliver_message(ref, {"m": number}, AROUND)
    return live.complete_task(ref, answers(pair[1], number), AROUND)


def answers(element_id: str, number: int) -> dict[str, Any]:
    values: dict[str, Any] = {"n": number, f"v_{element_id[:2]}": {"k": number}}
    if number % 3 == 0:
        values["d"] = {"k": number, element_id: number}
    if element_id == "last":
        values["again"] = number < 60
    return values


def choices(seed: int, length: int) -> list[int]:
    made = random.Random(seed)  # noqa: S311 - a walk, no secret
    return [made.randrange(1000) for _ in range(length)]


def told(step: Step | None) -> object:
    """What a step says, without refs."""
    if step is None:
        return None
    return (
        sorted((w.kind, w.element_id, w.path, w.round) for w in step.opened),
        sorted(
            (c.wait.kind, c.wait.element_id, c.completed, c.reason) for c in step.closed
        ),
        [
            (e.element_id, e.element_type, e.state, e.path, e.flow_id)
            for e in step.events
        ],
        step.finished,
        step.outcome,
    )
