"""Attempts to leave the language, everywhere where a diagram or a table has FEEL.

Each is refused with a finding, or is an incident of the instance; nothing passes as
if it had been meant.
"""

import time
from collections.abc import Callable

import pytest

from engine.runtime import Known, SourceFile, check, compile_model, read_decisions
from tests.unit.dmn import drawing
from tests.unit.feel.test_escapes import TO_EXHAUSTION, TO_PYTHON
from tests.unit.findings.diagrams import FORMAL
from tests.unit.runtime.diagrams import (
    catch,
    chain,
    condition,
    declare,
    definitions,
    end,
    flow,
    loop,
    message,
    node,
    process,
    rule,
    script,
    scripts,
    service,
    several,
    start,
    throw,
    timer,
    user,
)
from tests.unit.runtime.driving import Run

SECONDS = 10.0
# Names and numbers like any others: no attempt, once they stand in a diagram.
ORDINARY = {
    "count.overloads",
    "now().tzinfo",
    "get entries(count)",
    "self",
    "frame",
    "run.functions",
    "engine.feel",
    "9 ** 9 ** 9 ** 9",
    'split(long, "")',
    next(text for text in TO_EXHAUSTION if text.startswith("{a b0")),
}
ATTEMPTS = [text for text in (*TO_PYTHON, *TO_EXHAUSTION) if text not in ORDINARY]
TEXT = "a" * 50_000
DATA = {"a": 1, "long": TEXT, "same": TEXT, "digits": "1" * 50_000}


def alone(element: str) -> str:
    return start() + element + end() + chain("start", "x", "end")


def choice(text: str) -> str:
    gateway = '<bpmn:exclusiveGateway id="g" default="other"/>'
    return (
        start() + gateway + end() + end("end2")
        + chain("start", "g") + flow("g", "end", text) + flow("g", "end2", name="other")
    )  # fmt: skip


def repeated(text: str, until: str = "") -> str:
    return alone(user("x", several(number=text, until=until)))


PLACES: dict[str, Callable[[str], str]] = {
    "conditionExpression": choice,
    "script": lambda text: alone(script("x", f"y = {text}")),
    "preScript": lambda text: alone(node("task", "x", scripts(f"y = {text}"))),
    "postScript": lambda text: alone(node("task", "x", scripts("", f"y = {text}"))),
    "timeDuration": lambda text: alone(catch("x", timer(duration=text))),
    "timeDate": lambda text: alone(catch("x", timer(date=text))),
    "timeCycle": lambda text: alone(catch("x", timer(cycle=text))),
    "loopCardinality": repeated,
    "completionCondition": lambda text: repeated("2", until=text),
    "loopCondition": lambda text: alone(user("x", loop(text, first_test=True))),
    "condition": lambda text: alone(catch("x", condition(text))),
    "correlation": lambda text: alone(catch("x", message("hello", correlation=text))),
    "messagePayload": lambda text: alone(throw("x", message("hello", payload=text))),
    "parameter": lambda text: alone(service("x", "op", a=text)),
    "duty": lambda text: alone(user("x", duty=f"={text}")),
    "due": lambda text: alone(user("x", due=f"={text}")),
    "priority": lambda text: alone(user("x", priority=f"={text}")),
}


def formal(text: str) -> str:
    for tag in PLACES:
        if tag[0].islower():
            text = text.replace(f"<bpmn:{tag}>", f"<bpmn:{tag} {FORMAL}>")
    return text


def outcome(body: str, *others: SourceFile) -> str:
    """Return the code of the finding or incident that the diagram leads to."""
    declared = declare("message", "hello")
    content = formal(definitions(declared, process(body)).decode()).encode()
    file = SourceFile("p.bpmn", content)
    for found in check([file, *others], Known()):
        if found.severity == "error":
            return found.code
    decisions = {}
    for other in others:
        known, _ = read_decisions(other)
        assert known is not None
        decisions = dict.fromkeys(known.ids, known)
    run = Run(compile_model("p", [file], decisions), DATA)
    if "x" in run.tasks:
        run.do("x")
    return run.incidents[0].code if run.incidents else ""


def share(number: int) -> list[str]:
    """Return the attempts for a place; those to exhaust take time and are shared."""
    return [
        text
        for index, text in enumerate(ATTEMPTS)
        if text in TO_PYTHON or index % 4 == number % 4
    ]


def nobody_notices(texts: list[str], attempt: Callable[[str], str]) -> dict[str, float]:
    """Return the attempts that pass, and those that take too long."""
    passed = {}
    for text in texts:
        begun = time.thread_time()
        code = attempt(text)
        seconds = time.thread_time() - begun
        if not code or seconds > SECONDS:
            passed[text[:80]] = seconds
    return passed


def test_there_are_more_than_sixty_attempts() -> None:
    assert len(set(ATTEMPTS)) >= 110


@pytest.mark.parametrize("place", PLACES)
def test_no_attempt_passes_in_a_diagram(place: str) -> None:
    texts = share(list(PLACES).index(place))

    assert nobody_notices(texts, lambda text: outcome(PLACES[place](text))) == {}


CELLS: dict[str, Callable[[str], str]] = {
    "literalExpression": drawing.literal,
    "inputExpression": lambda text: drawing.table("FIRST", [text], [""], ("-", "1")),
    "inputEntry": lambda text: drawing.table("FIRST", ["a"], [""], (text, "1")),
    "outputEntry": lambda text: drawing.table("FIRST", ["a"], [""], ("-", text)),
}


@pytest.mark.parametrize("place", CELLS)
def test_no_attempt_passes_in_a_decision(place: str) -> None:
    def attempt(text: str) -> str:
        drawn = drawing.file(drawing.decision("x_decided", CELLS[place](text)))
        asks = start() + rule("x", "x_decided") + end() + chain("start", "x", "end")
        return outcome(asks, SourceFile("x.dmn", drawn))

    assert nobody_notices(share(list(CELLS).index(place)), attempt) == {}
