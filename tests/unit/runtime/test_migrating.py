"""What happens to the tokens of an instance whose model changes."""

import pytest

from engine.runtime import LiveInstance, MigrationRefusedError, Model, WaitKind, Weight
from tests.unit.runtime.diagrams import (
    boundary,
    call,
    catch,
    chain,
    declare,
    end,
    event_sub,
    flow,
    fork,
    message,
    node,
    process,
    service,
    several,
    start,
    sub,
    timer,
    user,
)
from tests.unit.runtime.driving import Run, compiled

HELLO = declare("message", "hello")


def line(*nodes: str, beside: str = "", more: str = "") -> Model:
    """A model of elements in a row, from start to end; ids are the first words."""
    names = [part.split('id="')[1].split('"')[0] for part in nodes]
    ways = chain("start", *names, "end")
    return compiled(start(), *nodes, end(), ways, more, beside=beside)


def over(run: Run, target: Model, **mapping: str) -> set[str]:
    """Migrate; return the codes of what there is to say about it."""
    done = run.live.migrate(target, mapping, run.around)
    run.model = target
    run.store()
    return {note.code for note in done.notes}


def refused(run: Run, target: Model, **mapping: str) -> dict[str, Weight]:
    """What stands in the way; the instance must be as before."""
    before = run.live.dump()
    with pytest.raises(MigrationRefusedError) as caught:
        run.live.migrate(target, mapping, run.around)

    assert run.live.dump() == before
    return {remark.code: remark.weight for remark in caught.value.remarks}


def test_a_task_keeps_its_ref_and_data_and_goes_on_in_the_new_version() -> None:
    run = Run(line(user("a"), user("b")), {"n": 1})
    ref = run.wait("a").ref

    assert over(run, line(user("a"), user("x"), user("b"))) == set()

    assert run.wait("a").ref == ref
    run.do("a", n=2)
    assert run.tasks == ["x"]
    run.do("x")
    run.do("b")
    assert run.finished
    assert run.data["n"] == 2


def test_a_task_follows_the_form_and_the_duty_of_the_new_version() -> None:
    run = Run(line(user("a", duty="clerk", form="old")))

    over(run, line(user("a", duty="chief", form="new", result="answer")))

    wait = run.wait("a")
    assert (wait.duty, wait.form, wait.result) == ("chief", "new", "answer")


def test_a_task_under_way_keeps_its_due_time() -> None:
    run = Run(line(user("a", due="P2D")))
    due = run.wait("a").due_at

    over(run, line(user("a", due="P9D")))

    assert run.wait("a").due_at == due


def test_another_way_of_sharing_an_open_task_is_refused() -> None:
    run = Run(line(user("a", mode="one")))

    assert refused(run, line(user("a", mode="all"))) == {"mode-changed": Weight.UNSAFE}


def test_a_token_on_a_removed_element_needs_a_mapping() -> None:
    run = Run(line(user("a"), user("b")))
    target = line(user("c"), user("b"))

    assert refused(run, target) == {"element-removed": Weight.NEEDS_MAPPING}
    over(run, target, a="c")
    assert run.tasks == ["c"]
    run.do("c")
    assert run.tasks == ["b"]


def test_the_new_name_counts_the_rounds_on() -> None:
    run = Run(line(user("a")))
    over(run, line(user("c")), a="c")

    assert run.wait("c").round == 1


def test_equal_structure_alone_is_no_mapping() -> None:
    run = Run(line(node("userTask", "a", name_="same")))

    assert "element-removed" in refused(run, line(node("userTask", "z", name_="same")))


def test_a_mapping_to_another_type_is_refused() -> None:
    run = Run(line(user("a")))

    found = refused(run, line(service("s", "op")), a="s")

    assert found == {"type-changed": Weight.UNSAFE}


def test_a_mapping_that_names_nothing_is_refused() -> None:
    run = Run(line(user("a")))

    assert "mapping-unknown" in refused(run, line(user("b")), a="nowhere")


def test_an_element_that_moved_into_a_sub_process_is_refused() -> None:
    run = Run(line(user("a")))

    assert refused(run, line(sub("s", user("a")))) == {"scope-changed": Weight.UNSAFE}


def test_a_boundary_timer_keeps_its_due_time() -> None:
    def model(length: str, *extra: str) -> Model:
        late = boundary("late", "a", timer(duration=length))
        return line(user("a"), more=late + flow("late", "end") + "".join(extra))

    run = Run(model("P1D"))
    due = run.wait("late").due_at

    assert over(run, model("P5D")) == {"event-kept"}

    assert run.wait("late").due_at == due
    run.fire("late")
    assert run.finished


def test_a_new_boundary_event_is_waited_for_and_a_removed_one_is_not() -> None:
    def model(name: str) -> Model:
        event = boundary(name, "a", message("hello"))
        return line(user("a"), more=event + flow(name, "end"), beside=HELLO)

    run = Run(model("first"))

    done = run.live.migrate(model("second"), {}, run.around)

    assert [wait.element_id for wait in done.step.opened] == ["second"]
    (closed,) = done.step.closed
    assert (closed.wait.element_id, closed.completed, closed.reason) == (
        "first", False, "migration",
    )  # fmt: skip
    assert {note.code for note in done.notes} == {"event-added", "event-withdrawn"}
    run.model = model("second")
    run.send("second")
    assert run.finished


def test_a_timer_that_has_fired_beside_its_task_does_not_come_back() -> None:
    def model() -> Model:
        late = boundary("late", "a", timer(duration="P1D"), stays=True)
        return line(user("a"), more=late + user("chase") + chain("late", "chase"))

    run = Run(model())
    run.fire("late")
    assert over(run, model()) == set()

    assert run.waits() == ["a", "chase"]


def test_new_event_sub_processes_are_waited_for() -> None:
    esp = event_sub("esp", start("es", message("hello")), user("h"), chain("es", "h"))
    run = Run(line(user("a"), beside=HELLO))

    assert over(run, line(user("a"), more=esp, beside=HELLO)) == {"event-added"}

    run.send("es")
    assert run.tasks == ["h"]


def test_a_message_that_is_waited_for_follows_its_new_name() -> None:
    other = declare("message", "hallo")
    run = Run(line(catch("c", message("hello")), beside=HELLO))

    over(run, line(catch("c", message("hallo")), beside=other))

    assert run.wait("c").name == "hallo"


def test_an_event_of_another_kind_is_refused() -> None:
    run = Run(line(catch("c", message("hello")), beside=HELLO))

    assert "event-changed" in refused(run, line(catch("c", timer(duration="P1D"))))


def test_passes_of_a_loop_go_on() -> None:
    def model(*more: str) -> Model:
        each = user("u", several("[1, 2, 3]", "item", output="outs", output_item="v"))
        return line(each, *more)

    run = Run(model())
    run.do("u", v="first")

    over(run, model(user("after")))

    assert run.tasks == ["u", "u"]
    run.do("u", v="second")
    run.do("u", v="third")
    assert run.tasks == ["after"]
    assert run.data["outs"] == ["first", "second", "third"]


def test_another_way_of_repeating_is_refused() -> None:
    run = Run(line(user("u", several("[1, 2]", "item"))))
    target = line(user("u", several("[1, 2]", "item", one_by_one=True)))

    assert refused(run, target) == {"loop-changed": Weight.UNSAFE}


def test_sub_processes_and_called_processes_go_along() -> None:
    def model(inner: str) -> Model:
        called = process(user(inner), user("qv"), chain(inner, "qv"), name="q")
        return line(sub("s", call("c", "q")), beside=called)

    run = Run(model("old"))

    over(run, model("new"), old="new")

    wait = run.wait("new")
    assert wait.path == ("s", "c")
    run.do("new")
    run.do("qv")
    assert run.finished


def test_a_token_at_a_join_keeps_its_place_there() -> None:
    def model(*more: str) -> Model:
        ways = chain("start", "f", "a", "j", *more, "end") + chain("f", "b", "j")
        return compiled(start(), fork("f"), user("a"), user("b"), fork("j"),
                        *(user(name) for name in more), end(), ways)  # fmt: skip

    run = Run(model())
    run.do("a", n=1)

    over(run, model("after"))

    run.do("b")
    assert run.tasks == ["after"]
    assert run.data["n"] == 1


def test_a_join_that_the_token_would_wait_at_for_ever_is_refused() -> None:
    run = Run(line(user("a")))
    ways = chain("start", "f", "a", "j", "end") + chain("f", "b", "j")
    target = compiled(start(), fork("f"), user("a"), user("b"), fork("j"), end(), ways)

    assert refused(run, target) == {"join-stranded": Weight.UNSAFE}


def test_an_added_task_behind_the_token_is_named() -> None:
    run = Run(line(user("a"), user("b")))
    run.do("a")

    assert over(run, line(user("a"), user("x"), user("b"))) == {"element-skipped"}
    assert over(run, line(user("a"), user("x"), user("b"), user("y"))) == set()


def test_branches_of_a_race_can_be_added_and_taken_away() -> None:
    def model(*names: str) -> Model:
        events = "".join(catch(name, timer(duration="P1D")) for name in names)
        ways = "".join(chain("g", name, "end") for name in names)
        gate = node("eventBasedGateway", "g")
        return compiled(start(), gate, events, end(), flow("start", "g"), ways)

    run = Run(model("one", "two"))

    assert over(run, model("two", "three")) == {"event-added", "event-withdrawn"}

    assert run.waits(WaitKind.TIMER) == ["three", "two"]
    run.fire("three")
    assert run.finished


def test_a_call_under_way_is_finished_as_it_was_begun() -> None:
    run = Run(line(service("s", "first", "answer")))

    assert over(run, line(service("s", "second", "reply"))) == {"call-under-way"}

    assert run.wait("s").operation == "first"
    run.answer("s", 7)
    assert run.data["reply"] == 7


def test_a_finished_instance_has_nothing_to_migrate() -> None:
    run = Run(line(user("a")))
    run.do("a")

    over(run, line(user("b")))

    assert LiveInstance.load(run.model, run.live.dump()).is_finished
