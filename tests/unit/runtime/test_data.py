"""Process data: at joins, at the boundary to callers, and between branches."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from engine.runtime import UnsuitableValueError
from tests.unit.runtime.diagrams import (
    chain,
    end,
    flow,
    fork,
    script,
    service,
    several,
    start,
    user,
)
from tests.unit.runtime.driving import Run, compiled

BRANCHES = (
    start(),
    fork("split"),
    user("a"),
    user("b"),
    fork("join"),
    user("last"),
    end(),
    chain("start", "split", "a", "join", "last", "end"),
    chain("split", "b", "join"),
)


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_what_one_branch_changed_survives_a_branch_that_did_not_touch_it(
    order: str,
) -> None:
    run = Run(compiled(*BRANCHES), {"x": 0})
    for name in order:
        run.do(name, **({"x": 1} if name == "a" else {}))

    assert run.data == {"x": 1}


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_nested_changes_of_both_branches_are_merged(order: str) -> None:
    run = Run(compiled(*BRANCHES), {"d": {"a": 0, "b": 0, "same": 1}})
    answers = {"a": {"a": 1, "b": 0, "same": 1}, "b": {"a": 0, "b": 1, "same": 1}}
    for name in order:
        run.do(name, d=answers[name])

    assert run.data == {"d": {"a": 1, "b": 1, "same": 1}}


def test_of_two_changes_of_the_same_value_the_later_arrival_wins() -> None:
    run = Run(compiled(*BRANCHES), {"x": 0})
    run.do("b", x="first")
    run.do("a", x="second")

    assert run.data == {"x": "second"}


def test_a_list_is_replaced_whole() -> None:
    run = Run(compiled(*BRANCHES), {"rows": [1, 2, 3]})
    run.do("a", rows=[1])
    run.do("b")

    assert run.data == {"rows": [1]}


def test_a_branch_does_not_see_what_the_other_does_before_the_join() -> None:
    run = Run(compiled(*BRANCHES), {"x": 0})
    run.do("a", x=1)

    assert run.live.variables(run.wait("b").ref) == {"x": 0}
    assert run.data == {"x": 1}


def test_a_branch_that_ends_hands_its_changes_to_those_that_go_on() -> None:
    model = compiled(
        start(), fork("split"), user("a"), user("b"), end("ended"), end(),
        chain("start", "split", "a", "ended"), chain("split", "b", "end"),
    )  # fmt: skip
    run = Run(model, {"x": 0, "y": 0})
    run.do("a", x=1, y=1)

    assert run.live.variables(run.wait("b").ref) == {"x": 1, "y": 1}
    run.do("b", y=2)
    assert run.data == {"x": 1, "y": 2}


def test_changes_of_nested_branches_are_merged_at_their_own_forks() -> None:
    model = compiled(
        start(), fork("f1"), fork("f2"), user("a"), user("b"), user("c"),
        fork("j2"), fork("j1"), user("last"),
        chain("start", "f1", "f2", "a", "j2", "j1", "last"),
        chain("f2", "b", "j2"), chain("f1", "c", "j1"),
    )  # fmt: skip
    run = Run(model, {"a": 0, "b": 0, "c": 0})
    for name in "cba":
        run.do(name, **{name: 1})

    assert run.data == {"a": 1, "b": 1, "c": 1}


def test_callers_cannot_change_the_instance_through_what_they_passed_or_got() -> None:
    passed = {"list": [1], "dict": {"k": 1}}
    run = Run(compiled(start(), user("a"), chain("start", "a")), passed)
    passed["list"].append(2)  # type: ignore[attr-defined]
    got = run.data
    got["dict"]["k"] = 2
    run.data["list"].append(3)

    assert run.data == {"list": [1], "dict": {"k": 1}}


def test_names_that_look_like_type_marks_are_data_like_any_other() -> None:
    odd = {"typename": "uuid.UUID", "": {"": ["z", "2026"]}, "t": {"typename": "x"}}
    run = Run(compiled(start(), user("a"), chain("start", "a")), odd)
    run.store()

    assert run.data == odd


def test_values_keep_their_types_in_storage() -> None:
    kept = {
        "day": date(2026, 3, 2),
        "moment": datetime.fromisoformat("2026-03-02T09:00:00+08:00"),
        "local": datetime.fromisoformat("2026-03-02T09:00:00"),
        "length": timedelta(days=2, seconds=3),
        "amount": Decimal("12.50"),
        "big": 2**70,
        "nested": [{"day": date(2026, 3, 3)}],
    }
    run = Run(compiled(start(), user("a"), chain("start", "a")), kept)
    run.store()

    assert run.data == kept
    assert type(run.data["amount"]) is Decimal


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({"a": [1, object()]}, "/v/a/1"),
        (float("nan"), "/v"),
        ({1: "x"}, "/v/1"),
        ({"s": {1, 2}}, "/v/s"),
    ],
)
def test_values_that_cannot_be_kept_are_refused_and_nothing_changes(
    value: object, pointer: str
) -> None:
    run = Run(compiled(start(), user("a"), chain("start", "a")))

    with pytest.raises(UnsuitableValueError) as refused:
        run.do("a", v=value)

    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert (run.tasks, run.data) == (["a"], {})


def test_values_nested_without_end_are_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    run = Run(compiled(start(), user("a"), chain("start", "a")))

    with pytest.raises(UnsuitableValueError):
        run.do("a", v=endless)


def test_a_script_assigns_all_or_nothing() -> None:
    model = compiled(
        start(),
        script("s", "a = 1\nb = a + 1\nf = [1..3]"),
        end(),
        chain("start", "s", "end"),
    )
    run = Run(model, {"a": 0})

    assert [found.code for found in run.incidents] == ["expression-failed"]
    assert run.data == {"a": 0}


def test_facts_are_seen_but_process_data_wins_and_they_are_never_stored() -> None:
    model = compiled(
        start(),
        script("s", "x = who\ny = other"),
        user("a"),
        chain("start", "s", "a"),
    )
    run = Run(model, {"other": "data"}, facts={"who": "ann", "other": "fact"})

    assert run.data == {"other": "data", "x": "ann", "y": "data"}


def test_corrected_values_are_seen_by_every_branch() -> None:
    run = Run(compiled(*BRANCHES), {"x": 0})
    run.live.set_variables({"x": 5})
    run.do("a")
    run.do("b")

    assert run.data == {"x": 5}


def test_values_can_be_corrected_at_one_token_only() -> None:
    run = Run(compiled(*BRANCHES), {"x": 0})
    run.live.set_variables({"x": 5}, run.wait("a").ref)

    assert run.live.variables(run.wait("a").ref) == {"x": 5}
    assert run.live.variables(run.wait("b").ref) == {"x": 0}


def test_instances_of_one_model_share_nothing_but_the_model() -> None:
    model = compiled(*BRANCHES)
    first, second = Run(model, {"x": 1}), Run(model, {"x": 2})
    first.do("a", x=10)

    assert (second.data, second.tasks) == ({"x": 2}, ["a", "b"])


def test_a_flow_is_named_in_the_trace_when_the_file_names_it() -> None:
    model = compiled(
        start(), user("a"), end(), flow("start", "a", name="first"), flow("a", "end")
    )
    run = Run(model)
    step = run.do("a")

    by_flow = {event.element_id: event.flow_id for event in step.events}
    assert by_flow == {"a": "first", "end": None}


def test_parameters_of_a_call_can_be_changed_by_the_caller_without_effect() -> None:
    model = compiled(
        start(), service("s", "op", rows="rows"), user("u"), chain("start", "s", "u")
    )
    run = Run(model, {"rows": [1]})
    run.step.opened[0].parameters["rows"].append(2)
    run.wait("s").parameters["rows"].append(3)

    assert run.wait("s").parameters == {"rows": [1]}
    assert run.data == {"rows": [1]}


def test_facts_that_were_looped_over_are_copied() -> None:
    people = ["ann", "bob"]
    each = user("u", several("people", "person", one_by_one=True))
    run = Run(compiled(start(), each, chain("start", "u")), facts={"people": people})
    people[1] = "cy"
    run.do("u")

    assert run.live.variables(run.wait("u").ref)["person"] == "bob"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (0, False),
        (1, True),
        (1, Decimal(1)),
        (Decimal("1.0"), Decimal("1.00")),
        ({"x": [0]}, {"x": [False]}),
        (
            datetime.fromisoformat("2026-03-02T09:00:00+08:00"),
            datetime.fromisoformat("2026-03-02T01:00:00+00:00"),
        ),
    ],
)
def test_a_change_to_what_python_calls_equal_is_a_change(
    before: object, after: object
) -> None:
    run = Run(compiled(*BRANCHES), {"v": before})
    run.do("a", v=after)
    run.store()
    run.do("b")
    run.store()

    assert repr(run.data) == repr({"v": after})
