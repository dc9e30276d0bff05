"""Undoing what was completed, and transactions that are cancelled."""

from tests.unit.runtime.diagrams import (
    boundary,
    chain,
    compensation,
    declare,
    end,
    error,
    event_sub,
    flow,
    node,
    script,
    several,
    start,
    sub,
    throw,
    timer,
    undo,
    user,
)
from tests.unit.runtime.driving import Run, compiled


def undoable(name: str, book: str = "") -> str:
    """A task with a handler ``un_<name>`` that notes its order."""
    done = script(
        f"un_{name}", f'log = append(log, "{name}")', isForCompensation="true"
    )
    task = script(name, book) if book else user(name)
    return (
        task
        + boundary(f"b_{name}", name, compensation())
        + done
        + undo(f"b_{name}", f"un_{name}")
    )


def test_handlers_run_in_reverse_order_before_the_thrower_goes_on() -> None:
    model = compiled(
        start(), undoable("a"), undoable("b"), undoable("c"),
        throw("t", compensation()), user("after"),
        chain("start", "a", "b", "t", "after"),
    )  # fmt: skip
    run = Run(model, {"log": []})
    run.do("a")
    run.do("b")

    assert (run.tasks, run.data) == (["after"], {"log": ["b", "a"]})
    assert run.trace == ["start", "a", "b", "un_b", "un_a", "t"]


def test_a_handler_may_take_its_time() -> None:
    handler = node("userTask", "un", isForCompensation="true")
    model = compiled(
        start(), user("a"), boundary("b", "a", compensation()), handler,
        undo("b", "un"), end("e", compensation()), chain("start", "a", "e"),
    )  # fmt: skip
    run = Run(model)
    run.do("a")
    assert (run.tasks, run.finished) == (["un"], False)

    step = run.do("un", undone=True)

    assert (step.finished, run.data) == (True, {"undone": True})


def test_one_activity_can_be_named() -> None:
    model = compiled(
        start(), undoable("a"), undoable("b"), throw("t", compensation("a")),
        user("after"), chain("start", "a", "b", "t", "after"),
    )  # fmt: skip
    run = Run(model, {"log": []})
    run.do("a")
    run.do("b")

    assert run.data == {"log": ["a"]}


def test_nothing_is_undone_twice_and_nothing_to_undo_is_no_fault() -> None:
    model = compiled(
        start(), undoable("a"), throw("t", compensation()), throw("t2", compensation()),
        user("after"), chain("start", "a", "t", "t2", "after"),
    )  # fmt: skip
    run = Run(model, {"log": []})
    run.do("a")

    assert (run.tasks, run.data) == (["after"], {"log": ["a"]})


def test_each_pass_of_a_loop_is_undone_with_what_it_had_done() -> None:
    handler = script("un", "log = append(log, room)", isForCompensation="true")
    model = compiled(
        start(),
        node("userTask", "book", several("[1, 2]", "i", one_by_one=True)),
        boundary("b", "book", compensation()), handler, undo("b", "un"),
        throw("t", compensation()), user("after"), chain("start", "book", "t", "after"),
    )  # fmt: skip
    run = Run(model, {"log": []})
    run.do("book", room="A")
    run.do("book", room="B")

    assert run.data["log"] == ["B", "A"]


def test_a_completed_sub_process_is_undone_entry_by_entry() -> None:
    inner = sub("inner", undoable("a"), undoable("b"), chain("a", "b"))
    model = compiled(
        start(), inner, undoable("c"), throw("t", compensation()), user("after"),
        chain("start", "inner", "c", "t", "after"),
    )  # fmt: skip
    run = Run(model, {"log": []})
    for name in "abc":
        run.do(name)

    assert (run.tasks, run.data) == (["after"], {"log": ["c", "b", "a"]})


def test_a_sub_process_may_say_itself_how_it_is_undone() -> None:
    how = event_sub(
        "how", start("hs", compensation()), throw("inner_first", compensation()),
        script("then", 'log = append(log, "how")'), chain("hs", "inner_first", "then"),
    )  # fmt: skip
    inner = sub("inner", undoable("a"), undoable("b"), chain("a", "b"), how)
    model = compiled(
        start(), inner, throw("t", compensation()), user("after"),
        chain("start", "inner", "t", "after"),
    )  # fmt: skip
    run = Run(model, {"log": []})
    run.do("a")
    run.do("b")

    assert (run.tasks, run.data) == (["after"], {"log": ["b", "a", "how"]})


def test_what_is_not_completed_is_not_undone() -> None:
    model = compiled(
        start(), undoable("a"), undoable("b"), user("other"),
        end("e", compensation()), chain("start", "a", "b"), flow("start", "other"),
        flow("other", "e"),
    )  # fmt: skip
    run = Run(model, {"log": []})
    run.do("a")
    run.do("other")

    assert run.tasks == ["b"]
    assert run.data["log"] == ["a"]


def transaction(*inner: str, boundaries: str = "") -> Run:
    model = compiled(
        start(), node("transaction", "tx", *inner), boundaries, user("after"),
        user("gone"), chain("start", "tx", "after"),
        beside=declare("error", "E1", errorCode="E1"),
    )  # fmt: skip
    return Run(model, {"log": []})


CANCEL = "<bpmn:cancelEventDefinition/>"
LEAVE = boundary("bc", "tx", CANCEL) + chain("bc", "gone")


def test_a_transaction_that_is_not_cancelled_completes() -> None:
    run = transaction(undoable("a"), boundaries=LEAVE)
    run.do("a")

    assert run.tasks == ["after"]


def test_a_cancelled_transaction_is_undone_and_left_by_its_cancel_event() -> None:
    run = transaction(
        undoable("a"), undoable("b"), user("busy"), end("stop", CANCEL),
        chain("a", "b", "stop"), boundaries=LEAVE,
    )  # fmt: skip
    run.do("a")
    run.do("b", seen=True)

    assert (run.tasks, run.cut) == (["gone"], ["busy", "tx"])
    assert run.data == {"log": ["b", "a"], "seen": True}
    assert run.trace[-4:] == ["un_b", "un_a", "stop", "bc"]


def test_an_error_leaves_a_transaction_without_undoing() -> None:
    run = transaction(
        undoable("a"), end("bad", error("E1")), chain("a", "bad"),
        boundaries=boundary("be", "tx", error("E1")) + chain("be", "gone"),
    )  # fmt: skip
    run.do("a")

    assert (run.tasks, run.data) == (["gone"], {"log": []})


def test_an_activity_around_the_thrower_can_be_named() -> None:
    inner = sub("inner", user("iu"), throw("t", compensation("a")), chain("iu", "t"))
    model = compiled(
        start(),
        undoable("a"),
        inner,
        user("after"),
        chain("start", "a", "inner", "after"),
    )
    run = Run(model, {"log": []})
    run.do("a")
    run.do("iu")

    assert (run.tasks, run.data) == (["after"], {"log": ["a"]})


def test_a_sub_process_thrown_in_undoes_its_own_activities_only() -> None:
    inner = sub(
        "inner", undoable("b"), throw("t", compensation()), user("rest"),
        chain("b", "t", "rest"),
    )  # fmt: skip
    model = compiled(start(), undoable("a"), inner, chain("start", "a", "inner"))
    run = Run(model, {"log": []})
    run.do("a")
    run.do("b")

    assert (run.tasks, run.data) == (["rest"], {"log": ["b"]})


def test_undoing_may_be_cut_off() -> None:
    handler = node("userTask", "un", isForCompensation="true")
    inner = sub(
        "inner", user("a"), boundary("b", "a", compensation()), handler,
        undo("b", "un"), throw("t", compensation()), chain("a", "t"),
    )  # fmt: skip
    model = compiled(
        start(), inner, boundary("late", "inner", timer(duration="P1D")), user("after"),
        chain("start", "inner"), chain("late", "after"),
    )  # fmt: skip
    run = Run(model)
    run.do("a")
    assert run.waits() == ["late", "un"]

    run.fire("late")

    assert run.waits() == ["after"]
