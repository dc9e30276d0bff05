"""Sequence flows, conditions and gateways."""

import pytest

from tests.unit.runtime.diagrams import (
    chain,
    end,
    flow,
    fork,
    node,
    script,
    start,
    user,
    xor,
)
from tests.unit.runtime.driving import Run, compiled


def test_flows_without_an_id_are_taken() -> None:
    run = Run(compiled(start(), user("a"), end(), chain("start", "a", "end")))

    run.do("a")

    assert run.trace == ["start", "a", "end"]


@pytest.mark.parametrize("name", ["Start", "End", "Root"])
def test_ids_that_the_library_reserves_are_shown_as_written(name: str) -> None:
    run = Run(compiled(start(), user(name), end("stop"), chain("start", name, "stop")))

    assert run.tasks == [name]
    run.do(name)
    assert run.trace == ["start", name, "stop"]


def test_elements_without_an_id_leave_no_trace() -> None:
    model = compiled(
        start(),
        user("a"),
        "<bpmn:endEvent/>",
        chain("start", "a"),
    )
    run = Run(model)

    step = run.do("a")

    assert (run.trace, step.finished, step.outcome) == (["start", "a"], True, None)


def choice(**data: object) -> Run:
    model = compiled(
        start(),
        xor("g", default="other"),
        script("big", "size = 1"),
        script("huge", "size = 2"),
        script("small", "size = 0"),
        flow("start", "g"),
        flow("g", "big", "n > 10"),
        flow("g", "huge", "n > 100"),
        flow("g", "small", name="other"),
    )
    return Run(model, data)


def test_overlapping_conditions_are_tried_in_the_order_of_the_file() -> None:
    assert choice(n=500).trace == ["start", "g", "big"]


def test_the_default_flow_is_taken_when_no_condition_is_true() -> None:
    assert choice(n=1).trace == ["start", "g", "small"]


def test_a_condition_without_an_answer_stops_and_names_what_is_missing() -> None:
    (incident,) = choice().incidents

    assert (incident.code, incident.element_id) == ("value-missing", "g")
    assert (incident.expression, incident.missing) == ("n > 10", ("n",))


def test_no_true_condition_and_no_default_is_an_incident() -> None:
    model = compiled(
        start(), xor("g"), user("a"), flow("start", "g"), flow("g", "a", "n > 10")
    )
    run = Run(model, {"n": 1})

    assert [found.code for found in run.incidents] == ["no-flow"]

    run.live.set_variables({"n": 11})
    run.retry("g")
    assert (run.incidents, run.tasks) == ([], ["a"])


def test_a_task_with_several_flows_out_forks() -> None:
    run = Run(
        compiled(
            start(),
            user("a"),
            user("b"),
            user("c"),
            chain("start", "a", "b"),
            flow("a", "c"),
        )
    )

    run.do("a")

    assert run.tasks == ["b", "c"]


def test_conditional_flows_of_a_task_are_taken_where_true() -> None:
    model = compiled(
        start(),
        node("userTask", "a", default_="other"),
        user("b"),
        user("c"),
        user("d"),
        flow("start", "a"),
        flow("a", "b", "n > 1"),
        flow("a", "c", "n > 2"),
        flow("a", "d", name="other"),
    )

    both, none = Run(model), Run(model)
    both.do("a", n=3)
    none.do("a", n=0)

    assert (both.tasks, none.tasks) == (["b", "c"], ["d"])


def test_a_parallel_join_takes_one_token_of_each_flow_per_round() -> None:
    model = compiled(
        start(),
        xor("again"),
        fork("split"),
        user("a"),
        user("b"),
        fork("join"),
        user("last"),
        xor("more", default="out"),
        end(),
        chain("start", "again", "split", "a", "join", "last", "more"),
        flow("split", "b"),
        flow("b", "join"),
        flow("more", "again", "go"),
        flow("more", "end", name="out"),
    )
    run = Run(model)
    orders = [("a", "b"), ("b", "a"), ("b", "a"), ("a", "b")]
    for number, (first, second) in enumerate(orders):
        run.do(first)
        assert run.tasks == [second]
        run.do(second)
        assert run.tasks == ["last"]
        run.do("last", go=number < len(orders) - 1)

    assert run.finished
    assert run.trace.count("join") == len(orders)


def test_a_parallel_join_that_lacks_a_token_waits() -> None:
    model = compiled(
        start(),
        xor("g", default="other"),
        user("a"),
        user("b"),
        fork("join"),
        end(),
        flow("start", "g"),
        flow("g", "a", "true"),
        flow("g", "b", name="other"),
        chain("a", "join", "end"),
        flow("b", "join"),
    )
    run = Run(model)

    step = run.do("a")

    assert not step.finished
    assert "join" not in run.trace


def inclusive(*more: str, **data: object) -> Run:
    model = compiled(
        start(),
        node("inclusiveGateway", "split"),
        user("a"),
        user("b"),
        user("b2"),
        user("c"),
        node("inclusiveGateway", "join"),
        user("last"),
        chain("start", "split"),
        flow("split", "a", "true"),
        flow("split", "b", 'contains(way, "b")'),
        flow("split", "c", 'contains(way, "c")'),
        chain("a", "join", "last"),
        chain("b", "b2", "join"),
        flow("c", "join"),
        *more,
    )
    return Run(model, data)


def test_an_inclusive_join_waits_for_every_token_that_can_still_come() -> None:
    run = inclusive(way="b")
    run.do("a")
    run.do("b")
    assert run.tasks == ["b2"]

    run.do("b2")

    assert run.tasks == ["last"]


def test_an_inclusive_join_fires_when_a_missing_branch_ends_elsewhere() -> None:
    run = inclusive(
        '<bpmn:boundaryEvent id="gone" attachedToRef="b2">'
        "<bpmn:errorEventDefinition/></bpmn:boundaryEvent>",
        end("lost"),
        flow("gone", "lost"),
        way="b",
    )
    run.do("a")
    run.do("b")
    assert run.tasks == ["b2"]

    run.fail("b2", "any")

    assert run.tasks == ["last"]


def test_an_inclusive_split_without_a_true_condition_is_an_incident() -> None:
    model = compiled(
        start(),
        node("inclusiveGateway", "g"),
        user("a"),
        flow("start", "g"),
        flow("g", "a", "n > 10"),
    )

    assert [found.code for found in Run(model, {"n": 1}).incidents] == ["no-flow"]


def test_a_complex_join_fires_once_a_round_and_swallows_the_rest() -> None:
    join = (
        '<bpmn:complexGateway id="join"><bpmn:activationCondition>'
        "activationCount &gt;= 2</bpmn:activationCondition></bpmn:complexGateway>"
    )
    model = compiled(
        start(),
        fork("split"),
        user("a"),
        user("b"),
        user("c"),
        join,
        user("last"),
        chain("start", "split", "a", "join", "last"),
        chain("split", "b", "join"),
        chain("split", "c", "join"),
    )
    run = Run(model)
    run.do("a")
    assert run.tasks == ["b", "c"]
    run.do("b")
    assert run.tasks == ["c", "last"]

    run.do("c", late=True)
    step = run.do("last")

    assert step.finished
    assert run.trace.count("last") == 1
    assert run.data["late"] is True


def test_links_lead_from_the_throwing_to_the_catching_event() -> None:
    link = '<bpmn:linkEventDefinition name="over"/>'
    model = compiled(
        start(),
        node("intermediateThrowEvent", "away", link),
        node("intermediateCatchEvent", "back", link),
        user("a"),
        chain("start", "away"),
        chain("back", "a"),
    )

    run = Run(model)

    assert (run.trace, run.tasks) == (["start", "away", "back"], ["a"])


def test_tokens_are_counted_where_an_activity_needs_or_gives_several() -> None:
    model = compiled(
        start(),
        script("give", "x = 1", completionQuantity=2),
        script("pass", "x = 2"),
        node("userTask", "need", startQuantity=2),
        end(),
        chain("start", "give", "pass", "need", "end"),
    )
    run = Run(model)

    assert (run.trace, run.tasks) == (["start", "give", "pass", "pass"], ["need"])
    assert run.do("need").finished


def test_a_scope_without_start_and_end_events_runs_from_what_comes_first() -> None:
    model = compiled(user("a"), user("b"), user("c"), flow("a", "c"))
    run = Run(model)

    assert run.tasks == ["a", "b"]
    run.do("a")
    run.do("b")
    assert run.do("c").finished


def test_an_endless_loop_of_scripts_is_stopped_and_can_go_on() -> None:
    model = compiled(
        start(),
        xor("m"),
        script("s", "n = n + 1"),
        xor("g", default="out"),
        end(),
        chain("start", "m", "s", "g"),
        flow("g", "m", "n < limit"),
        flow("g", "end", name="out"),
    )
    run = Run(model, {"n": 0, "limit": 20_000})
    assert [found.code for found in run.incidents] == ["too-many-steps"]

    step = run.retry(run.incidents[0].element_id)

    assert step.finished
    assert run.data["n"] == 20_000


def test_an_activity_that_needs_two_tokens_runs_once_for_each_two() -> None:
    model = compiled(
        start(), fork("f"), user("a"), user("b"), user("c"), user("d"),
        script("need", "n = n + 1", startQuantity=2), end(),
        chain("start", "f", "a", "need", "end"),
        chain("f", "b", "need"), chain("f", "c", "need"), chain("f", "d", "need"),
    )  # fmt: skip
    run = Run(model, {"n": 0})
    for name in "dcba":
        run.do(name, **{name: 1})

    assert run.finished
    assert run.trace.count("need") == 2
    assert {run.data[name] for name in "abcd"} == {1}
