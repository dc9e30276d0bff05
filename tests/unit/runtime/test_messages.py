"""Messages and signals: names, keys, payloads, who catches what."""

from typing import Any

import pytest

from engine.runtime import LiveInstance, NotWaitingError
from tests.unit.runtime.diagrams import (
    boundary,
    catch,
    chain,
    declare,
    end,
    flow,
    fork,
    message,
    node,
    script,
    signal,
    start,
    sub,
    throw,
    user,
)
from tests.unit.runtime.driving import Run, compiled

DECLARED = declare("message", "hello") + declare("message", "bye")


def waiting(definition: str, beside: str = DECLARED, **data: Any) -> Run:
    model = compiled(
        start(),
        catch("c", definition),
        user("after"),
        chain("start", "c", "after"),
        beside=beside,
    )
    return Run(model, data)


def test_a_payload_is_merged_flat_or_kept_under_a_name() -> None:
    flat, named = waiting(message("hello")), waiting(message("hello", variable="m"))
    flat.send("c", {"x": 1})
    named.send("c", {"x": 1})

    assert (flat.data, named.data) == ({"x": 1}, {"m": {"x": 1}})


def test_a_key_is_reckoned_when_the_waiting_begins() -> None:
    run = waiting(message("hello", correlation="no"), no="P-1")
    assert run.wait("c").correlation_key == "P-1"

    run.live.set_variables({"no": "P-2"})

    assert run.wait("c").correlation_key == "P-1"


KEYED = (
    DECLARED + '<bpmn:correlationProperty id="cp1">'
    '<bpmn:correlationPropertyRetrievalExpression messageRef="hello">'
    "<bpmn:messagePath>case.no</bpmn:messagePath>"
    "</bpmn:correlationPropertyRetrievalExpression></bpmn:correlationProperty>"
    '<bpmn:correlationProperty id="cp2">'
    '<bpmn:correlationPropertyRetrievalExpression messageRef="hello">'
    "<bpmn:messagePath>period</bpmn:messagePath>"
    "</bpmn:correlationPropertyRetrievalExpression></bpmn:correlationProperty>"
)


def test_correlation_properties_make_a_key_of_several_parts() -> None:
    run = waiting(message("hello"), KEYED, case={"no": "P-1"}, period=2)

    assert run.wait("c").correlation_key == "P-1/2"


def test_the_key_of_what_is_thrown_comes_from_its_payload_first() -> None:
    sent = message("hello", payload='{"case": {"no": "P-9"}, "x": 1}')
    model = compiled(start(), throw("t", sent), chain("start", "t"), beside=KEYED)
    run = Run(model, {"case": {"no": "P-1"}, "period": 2})

    (thrown,) = run.thrown
    assert thrown.correlation_key == "P-9/2"
    assert thrown.payload == {"case": {"no": "P-9"}, "x": 1}


def test_a_key_without_a_value_is_an_incident() -> None:
    run = waiting(message("hello", correlation="no"))

    assert [found.missing for found in run.incidents] == [("no",)]


def test_an_end_event_throws_and_may_publish_only() -> None:
    model = compiled(
        start(), end("e", message("bye", publish="true")), chain("start", "e"),
        beside=DECLARED,
    )  # fmt: skip
    run = Run(model)

    (thrown,) = run.thrown
    assert (thrown.name, thrown.publish_only, thrown.signal) == ("bye", True, False)
    assert run.step.outcome == "e"


def test_a_message_starts_a_process_with_its_payload() -> None:
    model = compiled(
        start("none"),
        start("told", message("hello", variable="m")),
        user("a"),
        user("b"),
        flow("none", "a"),
        flow("told", "b"),
        beside=DECLARED,
    )
    run = Run(model, {"x": 1}, start_element="told", payload={"y": 2})

    assert (run.tasks, run.trace) == (["b"], ["told"])
    assert run.data == {"x": 1, "m": {"y": 2}}
    assert Run(model).tasks == ["a"]


def test_an_unknown_start_event_is_refused() -> None:
    model = compiled(start(), user("a"), chain("start", "a"))

    with pytest.raises(NotWaitingError):
        Run(model, start_element="other")


def test_a_receive_task_that_instantiates_starts_the_process() -> None:
    model = compiled(
        node("receiveTask", "r", instantiate="true", messageRef="hello"),
        user("a"),
        chain("r", "a"),
        beside=DECLARED,
    )
    run = Run(model, start_element="r", payload={"x": 1})

    assert (run.trace, run.tasks, run.data) == (["r"], ["a"], {"x": 1})


def test_a_message_goes_to_the_one_it_is_delivered_to() -> None:
    both = catch("c1", message("hello")) + catch("c2", message("hello"))
    model = compiled(
        start(), fork("f"), both, user("a"), user("b"),
        chain("start", "f", "c1", "a"), chain("f", "c2", "b"), beside=DECLARED,
    )  # fmt: skip
    run = Run(model)
    run.send("c2")

    assert run.waits() == ["b", "c1"]


def test_only_what_waits_for_a_message_takes_one() -> None:
    run = Run(compiled(start(), user("a"), chain("start", "a")))

    with pytest.raises(NotWaitingError):
        run.send("a")


def test_a_boundary_message_that_stays_is_caught_again_and_again() -> None:
    model = compiled(
        start(),
        user("u"),
        boundary("told", "u", message("hello"), stays=True),
        script("note", "seen = x"),
        end(),
        chain("start", "u", "end"),
        flow("told", "note"),
        beside=DECLARED,
    )
    run = Run(model)
    ref = run.wait("told").ref
    for number in (1, 2, 3):
        step = run.send("told", {"x": number})
        assert (step.opened, step.closed) == ((), ())

    assert (run.wait("told").ref, run.trace.count("note")) == (ref, 3)
    assert run.data["seen"] == 3


RING = declare("signal", "ring")


def ringing(*more: str, **known: str) -> Run:
    model = compiled(
        start(),
        user("u"),
        throw("t", signal("ring", **known)),
        user("after"),
        chain("start", "u", "t", "after"),
        *more,
        beside=RING,
    )
    return Run(model)


def test_a_signal_leaves_the_instance_and_is_caught_inside() -> None:
    run = ringing(
        catch("c", signal("ring")), user("heard"), chain("start", "c", "heard")
    )
    run.do("u")

    assert run.tasks == ["after", "heard"]
    assert [(thrown.name, thrown.signal) for thrown in run.thrown] == [("ring", True)]


def test_a_signal_of_the_instance_never_leaves_it() -> None:
    run = ringing(
        catch("c", signal("ring")),
        user("heard"),
        chain("start", "c", "heard"),
        scope="instance",
    )
    run.do("u")

    assert (run.tasks, run.thrown) == (["after", "heard"], [])


def test_a_signal_from_outside_reaches_everything_that_waits() -> None:
    run = ringing(
        catch("c", signal("ring")),
        user("heard"),
        chain("start", "c", "heard"),
        boundary("b", "u", signal("ring")),
        user("instead"),
        chain("b", "instead"),
    )

    run.signal("ring", {"x": 1})

    assert (run.tasks, run.data) == (["heard", "instead"], {"x": 1})


def test_a_signal_may_interrupt_the_sub_process_that_throws_it() -> None:
    model = compiled(
        sub("inner", throw("t", signal("ring")), user("never"), chain("t", "never")),
        boundary("b", "inner", signal("ring")),
        user("after"),
        chain("b", "after"),
        beside=RING,
    )
    run = Run(model)

    assert (run.tasks, run.trace, run.cut) == (["after"], ["t", "b"], ["inner"])


def test_an_event_of_several_triggers_takes_the_first() -> None:
    model = compiled(
        start(),
        catch("c", message("hello"), signal("ring")),
        user("after"),
        chain("start", "c", "after"),
        beside=DECLARED + RING,
    )
    run = Run(model)
    assert run.waits() == ["c", "c"]

    run.signal("ring")

    assert run.waits() == ["after"]


def test_an_event_may_need_all_of_its_triggers() -> None:
    model = compiled(
        start(),
        catch("c", message("hello"), signal("ring"), parallelMultiple="true"),
        user("after"),
        chain("start", "c", "after"),
        beside=DECLARED + RING,
    )
    run = Run(model)
    run.signal("ring", {"a": 1})
    assert run.waits() == ["c"]

    run.send("c", {"b": 2})

    assert (run.waits(), run.data) == (["after"], {"a": 1, "b": 2})


def test_an_event_gateway_takes_the_first_message() -> None:
    model = compiled(
        start(),
        node("eventBasedGateway", "g"),
        catch("c1", message("hello", variable="m")),
        node("receiveTask", "c2", messageRef="bye"),
        user("a"),
        user("b"),
        chain("start", "g", "c1", "a"),
        chain("g", "c2", "b"),
        beside=DECLARED,
    )
    run = Run(model)
    run.send("c2", {"x": 1})

    assert (run.waits(), run.data) == (["b"], {"x": 1})


def test_an_event_gateway_may_start_a_process() -> None:
    model = compiled(
        node("eventBasedGateway", "g", instantiate="true"),
        catch("c1", message("hello")),
        catch("c2", message("bye")),
        user("a"),
        user("b"),
        chain("g", "c1", "a"),
        chain("g", "c2", "b"),
        beside=DECLARED,
    )
    run = Run(model, start_element="c2", payload={"x": 1})

    assert (run.tasks, run.trace, run.data) == (["b"], ["c2"], {"x": 1})


def test_what_was_delivered_cannot_be_changed_afterwards() -> None:
    run = waiting(message("hello"))
    payload = {"list": [1]}
    run.send("c", payload)
    payload["list"].append(2)

    assert run.data == {"list": [1]}
    assert isinstance(run.live, LiveInstance)


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("=no", "P-1"),
        ("12 + 1", "13"),
        ("1.50 * 1", "1.5"),
        ("true", "true"),
        ('date("2026-03-02")', "2026-03-02"),
    ],
)
def test_a_key_is_written_as_text(value: str, key: str) -> None:
    run = waiting(message("hello", correlation=value), no="P-1")

    assert run.wait("c").correlation_key == key


def test_a_key_that_is_no_name_or_number_is_an_incident() -> None:
    run = waiting(message("hello", correlation="[1, 2]"))

    assert [found.code for found in run.incidents] == ["expression-failed"]
