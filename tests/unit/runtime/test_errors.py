"""BPMN errors and escalations: who catches them, and what if nobody does."""

from tests.unit.runtime.diagrams import (
    boundary,
    call,
    chain,
    declare,
    end,
    error,
    escalation,
    event_sub,
    fork,
    process,
    service,
    several,
    start,
    sub,
    throw,
    user,
)
from tests.unit.runtime.driving import Run, compiled

DECLARED = (
    declare("error", "E1", errorCode="E1")
    + declare("error", "E2", errorCode="E2")
    + declare("escalation", "S1", escalationCode="S1")
)


def called(name: str) -> str:
    return process(user(f"{name}u"), end("bad", error("E1")),
                   chain(f"{name}u", "bad"), name=name)  # fmt: skip


def test_an_error_of_one_of_two_calls_is_caught_at_that_call_only() -> None:
    model = compiled(
        start(), fork("f"), call("c1", "q"), call("c2", "r"),
        boundary("b1", "c1", error("E1")), boundary("b2", "c2", error("E1")),
        user("h1"), user("h2"), chain("start", "f", "c1"), chain("f", "c2"),
        chain("b1", "h1"), chain("b2", "h2"),
        beside=DECLARED + called("q") + called("r"),
    )  # fmt: skip
    run = Run(model)
    run.do("qu")

    assert run.tasks == ["h1", "ru"]


def nested(outer_code: str, inner_code: str, thrown: str = "E1") -> Run:
    inner = sub("inner", user("iu"), end("bad", error(thrown)), chain("iu", "bad"))
    middle = sub("middle", inner, boundary("bi", "inner", error(inner_code)),
                 user("hi"), chain("bi", "hi"))  # fmt: skip
    model = compiled(
        start(), middle, boundary("bo", "middle", error(outer_code)), user("ho"),
        chain("start", "middle"), chain("bo", "ho"), beside=DECLARED,
    )  # fmt: skip
    run = Run(model)
    run.do("iu")
    return run


def test_an_error_goes_outwards_until_its_code_fits() -> None:
    assert nested("E1", "E2").tasks == ["ho"]
    assert nested("E1", "E1").tasks == ["hi"]


def test_a_boundary_without_a_code_catches_any_error() -> None:
    assert nested("E1", "").tasks == ["hi"]


def test_an_exact_code_comes_before_one_that_catches_any() -> None:
    model = compiled(
        start(), service("s", "op"), boundary("any", "s", error()),
        boundary("exact", "s", error("E1")), user("ha"), user("he"),
        chain("start", "s"), chain("any", "ha"), chain("exact", "he"), beside=DECLARED,
    )  # fmt: skip
    exact, other = Run(model), Run(model)
    exact.fail("s", "E1")
    other.fail("s", "E9")

    assert (exact.tasks, other.tasks) == (["he"], ["ha"])


def test_an_error_nobody_catches_is_an_incident_and_nothing_goes_on() -> None:
    run = nested("E2", "E2")

    assert run.step.failed
    assert not run.step.finished
    assert [(found.code, found.element_id) for found in run.incidents] == [
        ("error-not-caught", "bad")
    ]
    assert run.tasks == []


def test_other_branches_go_on_beside_an_error_nobody_caught() -> None:
    model = compiled(
        start(), fork("f"), user("a"), user("b"), end("bad", error("E1")), end(),
        chain("start", "f", "a", "bad"), chain("f", "b", "end"), beside=DECLARED,
    )  # fmt: skip
    run = Run(model)
    run.do("a")
    assert run.tasks == ["b"]

    assert not run.do("b").finished


def test_what_was_known_when_the_error_came_up_is_known_where_it_is_caught() -> None:
    inner = sub("inner", user("iu"), end("bad", error("E1")), chain("iu", "bad"))
    model = compiled(
        start(), inner, boundary("b", "inner", error("E1")), user("h"),
        chain("start", "inner"), chain("b", "h"), beside=DECLARED,
    )  # fmt: skip
    run = Run(model, {"x": 0})
    run.do("iu", x=1)

    assert (run.tasks, run.data) == (["h"], {"x": 1})
    assert run.trace[-3:] == ["iu", "bad", "b"]
    assert run.cut == ["inner"]


def test_an_error_in_one_pass_ends_the_whole_loop() -> None:
    each = sub("each", several("[1, 2, 3]", "i"), user("u"), end("bad", error("E1")),
               chain("u", "bad"))  # fmt: skip
    model = compiled(
        start(), each, boundary("b", "each", error("E1")), user("h"),
        chain("start", "each"), chain("b", "h"), beside=DECLARED,
    )  # fmt: skip
    run = Run(model)
    run.do("u", 1)

    assert run.tasks == ["h"]


def escalating(boundary_event: str) -> Run:
    inner = sub("inner", user("iu"), throw("t", escalation("S1")), user("rest"),
                chain("iu", "t", "rest"))  # fmt: skip
    model = compiled(
        start(), inner, boundary_event, user("h"), chain("start", "inner"),
        chain("b", "h"), beside=DECLARED,
    )  # fmt: skip
    run = Run(model)
    run.do("iu")
    return run


def test_an_escalation_may_interrupt_or_go_beside() -> None:
    over = escalating(boundary("b", "inner", escalation("S1")))
    beside = escalating(boundary("b", "inner", escalation("S1"), stays=True))

    assert (over.tasks, over.trace[-2:]) == (["h"], ["t", "b"])
    assert beside.tasks == ["h", "rest"]


def test_an_escalation_nobody_catches_is_no_fault() -> None:
    inner = sub("inner", user("iu"), end("t", escalation("S1")), chain("iu", "t"))
    run = Run(compiled(start(), inner, user("after"), chain("start", "inner", "after"),
                       beside=DECLARED))  # fmt: skip
    run.do("iu")

    assert (run.tasks, run.incidents) == (["after"], [])


def test_the_code_and_text_of_an_error_can_be_kept() -> None:
    keep = (
        '<bpmn:errorEventDefinition errorRef="E1"><bpmn:extensionElements>'
        "<spiffworkflow:variableName>problem</spiffworkflow:variableName>"
        "</bpmn:extensionElements></bpmn:errorEventDefinition>"
    )
    model = compiled(
        start(), service("s", "op"), boundary("b", "s", keep), user("h"),
        chain("start", "s"), chain("b", "h"), beside=DECLARED,
    )  # fmt: skip
    run = Run(model)
    run.fail("s", "E1", "no network")

    assert run.data == {"problem": {"code": "E1", "message": "no network"}}


def test_what_a_handler_throws_goes_beyond_its_scope() -> None:
    first = event_sub(
        "esp", start("es", error("E1")), user("handle"), end("again", error("E1")),
        chain("es", "handle", "again"),
    )  # fmt: skip
    second = event_sub(
        "esp2", start("es2", error()), user("never"), chain("es2", "never")
    )
    thrown = user("iu") + end("bad", error("E1")) + chain("iu", "bad")
    inner = sub("inner", first, second, thrown)
    model = compiled(
        start(), inner, boundary("b", "inner", error("E1")), user("outside"),
        chain("start", "inner"), chain("b", "outside"), beside=DECLARED,
    )  # fmt: skip
    run = Run(model)
    run.do("iu")
    assert run.tasks == ["handle"]

    run.do("handle")

    assert run.tasks == ["outside"]
