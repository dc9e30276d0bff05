"""Every event at every place where it can stand: in each scope, at each activity."""

import pytest

from tests.unit.runtime.diagrams import (
    boundary,
    call,
    chain,
    condition,
    declare,
    end,
    error,
    escalation,
    event_sub,
    flow,
    fork,
    loop,
    message,
    node,
    process,
    service,
    several,
    signal,
    start,
    sub,
    throw,
    timer,
    user,
)
from tests.unit.runtime.driving import Run, compiled

DECLARED = (
    declare("message", "hello")
    + declare("message", "letter")
    + declare("signal", "ring")
    + declare("error", "E1", errorCode="E1")
    + declare("escalation", "S1", escalationCode="S1")
)
EVENTS = {
    "timer": timer(duration="P1D"),
    "message": message("hello"),
    "signal": signal("ring"),
    "condition": condition("x = 1"),
    "escalation": escalation("S1"),
    "error": error("E1"),
}
OUTSIDE = ("timer", "message", "signal", "condition")


def happen(run: Run, kind: str, at: str) -> None:
    """Let the event come that ``at`` waits for; thrown ones come from inside."""
    if kind == "timer":
        run.fire(at)
    elif kind == "message":
        run.send(at)
    elif kind == "signal":
        run.signal("ring")
    else:
        run.do("u", x=1)


def inside(kind: str) -> tuple[str, ...]:
    """What runs in the scope: a task, the thrower where one is needed, a rest."""
    if kind == "error":
        return user("u"), end("t", error("E1")), chain("u", "t")
    thrown = escalation("S1") if kind == "escalation" else ""
    return user("u"), throw("t", thrown), user("rest"), chain("u", "t", "rest")


SCOPES = {
    "process": lambda parts: ("".join(parts), ""),
    "sub-process": lambda parts: (sub("s", *parts), ""),
    "nested sub-process": lambda parts: (sub("s", sub("deep", *parts)), ""),
    "transaction": lambda parts: (node("transaction", "s", *parts), ""),
    "called process": lambda parts: (call("s", "q"), process(*parts, name="q")),
    "called from a sub-process": lambda parts: (
        sub("s", call("ca", "q")),
        process(*parts, name="q"),
    ),
    "event sub-process": lambda parts: (
        sub("s", user("w"), event_sub("e", start("e0", message("letter")), *parts)),
        "",
    ),
    "pass of a loop": lambda parts: (sub("s", loop("false"), *parts), ""),
    "pass of several": lambda parts: (
        sub("s", *parts, several(number="1", one_by_one=True)),
        "",
    ),
}


def handled(scope: str, kind: str, *, stays: bool) -> Run:
    """An instance that rests at ``u``, in a scope with an event sub-process."""
    begins = start("es", EVENTS[kind], isInterrupting="false" if stays else "true")
    handler = event_sub("esp", begins, user("handle"), chain("es", "handle"))
    parts = (*inside(kind), handler)
    if scope == "event sub-process":
        parts = (*parts, chain("e0", "u"))
    text, beside = SCOPES[scope](parts)
    if scope != "process":
        text += start() + user("after") + chain("start", "s", "after")
    run = Run(compiled(text, beside=DECLARED + beside), {"x": 0})
    if scope == "event sub-process":
        run.send("e0")
    return run


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("scope", SCOPES)
def test_an_event_interrupts_the_scope_that_handles_it(scope: str, kind: str) -> None:
    run = handled(scope, kind, stays=False)

    happen(run, kind, "es")

    assert run.waits() == ["handle"]
    run.do("handle", y=2)
    assert run.finished if scope == "process" else run.tasks == ["after"]
    assert run.data["y"] == 2


@pytest.mark.parametrize("kind", [kind for kind in EVENTS if kind != "error"])
@pytest.mark.parametrize("scope", SCOPES)
def test_an_event_is_handled_beside_what_the_scope_does(scope: str, kind: str) -> None:
    run = handled(scope, kind, stays=True)

    happen(run, kind, "es")

    beside = "u" if kind in {"timer", "message", "signal"} else "rest"
    assert run.tasks == sorted(["handle", beside])
    run.do("handle", y=2)
    if beside == "u":
        run.do("u")
    run.do("rest")
    assert run.finished if scope == "process" else run.tasks == ["after"]
    assert run.data["y"] == 2


RECEIVE = node("receiveTask", "h", messageRef="letter")
HOSTS = {
    "user task": user("h"),
    "service task": service("h", "op"),
    "receive task": RECEIVE,
    "sub-process": sub("h", user("w")),
    "called process": call("h", "q"),
    "loop of a task": user("h", loop("true")),
    "loop of a sub-process": sub("h", loop("true"), user("w")),
    "several tasks": user("h", several(number="3")),
    "several tasks in turn": user("h", several(number="3", one_by_one=True)),
    "several sub-processes": sub("h", user("w"), several(number="2")),
    "several calls": call("h", "q", several(number="2")),
    "several service tasks": sub("h", service("so", "op"), several(number="2")),
    "ad-hoc sub-process": node("adHocSubProcess", "h", user("w"), user("w2")),
    "transaction": node("transaction", "h", user("w")),
}


def hosted(host: str, kind: str, *, stays: bool) -> Run:
    """An instance that rests at a host beside the task ``u``."""
    parts = (
        start(),
        fork("f"),
        HOSTS[host],
        user("u"),
        user("after"),
        boundary("b", "h", EVENTS[kind], stays=stays),
        user("behind"),
        chain("start", "f", "h", "after") + flow("f", "u") + flow("b", "behind"),
    )
    called = process(user("w"), name="q")
    return Run(compiled(*parts, beside=DECLARED + called), {"x": 0})


@pytest.mark.parametrize("kind", OUTSIDE)
@pytest.mark.parametrize("host", HOSTS)
def test_an_event_at_the_boundary_ends_all_of_an_activity(host: str, kind: str) -> None:
    run = hosted(host, kind, stays=False)

    happen(run, kind, "b")

    beside = [] if kind == "condition" else ["u"]
    assert run.waits() == sorted(["behind", *beside])
    run.do("behind")
    for name in beside:
        run.do(name)
    assert run.finished
    assert "h" in run.cut


@pytest.mark.parametrize("kind", OUTSIDE)
@pytest.mark.parametrize("host", HOSTS)
def test_an_event_at_the_boundary_leaves_an_activity_alone(
    host: str, kind: str
) -> None:
    run = hosted(host, kind, stays=True)
    before = sorted(set(run.waits()) - {"b", "u"})

    happen(run, kind, "b")

    assert run.tasks.count("behind") == 1
    assert set(before) <= set(run.waits())
    assert ("b" in run.waits()) is (kind != "timer")
