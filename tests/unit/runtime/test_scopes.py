"""Sub-processes and called processes."""

from tests.unit.runtime.diagrams import (
    call,
    chain,
    end,
    flow,
    fork,
    node,
    process,
    script,
    scripts,
    start,
    sub,
    user,
)
from tests.unit.runtime.driving import Run, compiled

INPUTS = (
    '<bpmn:ioSpecification><bpmn:dataInput id="i1" name="no"/>'
    '<bpmn:dataOutput id="o1" name="result"/>'
    "<bpmn:inputSet/><bpmn:outputSet/></bpmn:ioSpecification>"
)


def called(*extra: str) -> str:
    return process(
        *extra, start("qs"), user("qu"), end("qe"), chain("qs", "qu", "qe"), name="q"
    )


def test_a_sub_process_sees_and_changes_the_data_of_its_process() -> None:
    model = compiled(
        start(),
        sub("inner", start("is"), user("iu"), end("ie"), chain("is", "iu", "ie")),
        user("after"),
        chain("start", "inner", "after"),
    )
    run = Run(model, {"x": 1})
    assert (run.wait("iu").path, run.live.variables(run.wait("iu").ref)) == (
        ("inner",),
        {"x": 1},
    )

    run.do("iu", x=2)

    assert (run.tasks, run.data) == (["after"], {"x": 2})
    assert run.trace == ["start", "is", "iu", "ie", "inner"]


def test_a_sub_process_ends_when_all_its_branches_have() -> None:
    model = compiled(
        sub(
            "inner", start("is"), fork("f"), user("a"), user("b"),
            chain("is", "f", "a"), flow("f", "b"),
        ),
        user("after"),
        chain("inner", "after"),
    )  # fmt: skip
    run = Run(model, {"x": 0, "y": 0})
    run.do("a", x=1)
    assert run.tasks == ["b"]
    run.do("b", y=1)

    assert (run.tasks, run.data) == (["after"], {"x": 1, "y": 1})


def test_a_called_process_gets_everything_and_gives_everything_back() -> None:
    model = compiled(
        start(), call("ca", "q"), user("after"), chain("start", "ca", "after"),
        beside=called(),
    )  # fmt: skip
    run = Run(model, {"x": 1})
    run.do("qu", y=2)

    assert (run.tasks, run.data) == (["after"], {"x": 1, "y": 2})


def test_a_called_process_with_a_contract_gets_and_gives_what_it_names() -> None:
    model = compiled(
        start(), call("ca", "q"), user("after"), chain("start", "ca", "after"),
        beside=called(INPUTS),
    )  # fmt: skip
    run = Run(model, {"no": "P-1", "secret": 1})
    assert run.live.variables(run.wait("qu").ref) == {"no": "P-1"}

    run.do("qu", result="done", private=1)

    assert run.data == {"no": "P-1", "secret": 1, "result": "done"}


def test_a_missing_input_of_a_called_process_is_an_incident() -> None:
    model = compiled(
        start(), call("ca", "q"), chain("start", "ca"), beside=called(INPUTS)
    )
    run = Run(model)

    (incident,) = run.incidents
    assert (incident.element_id, incident.missing) == ("ca", ("no",))


def test_scripts_of_a_call_map_what_goes_in_and_what_comes_out() -> None:
    mapping = scripts("no = project.no", "case_result = result")
    model = compiled(
        start(), call("ca", "q", mapping), end(), chain("start", "ca", "end"),
        beside=called(INPUTS),
    )  # fmt: skip
    run = Run(model, {"project": {"no": "P-9"}})
    assert run.live.variables(run.wait("qu").ref) == {"no": "P-9"}

    run.do("qu", result="ok")

    assert run.data["case_result"] == "ok"


def test_what_changed_outside_during_a_call_survives_its_return() -> None:
    model = compiled(
        start(), fork("f"), call("ca", "q"), user("u"), fork("j"), user("after"),
        chain("start", "f", "ca", "j", "after"), chain("f", "u", "j"),
        beside=called(),
    )  # fmt: skip
    run = Run(model, {"x": 0, "y": 0})
    run.do("u", x=1)
    run.do("qu", y=1)

    assert run.data == {"x": 1, "y": 1}


def test_two_calls_of_the_same_process_are_apart() -> None:
    model = compiled(
        start(), fork("f"), call("c1", "q"), call("c2", "q"), fork("j"), end(),
        chain("start", "f", "c1", "j", "end"), chain("f", "c2", "j"), beside=called(),
    )  # fmt: skip
    run = Run(model)
    assert [run.wait("qu", number).path for number in (0, 1)] == [("c1",), ("c2",)]

    run.do("qu", 0)
    assert run.waits() == ["qu"]
    assert run.do("qu").finished


def test_sub_processes_of_the_same_id_in_two_processes_are_apart() -> None:
    other = process(sub("inner", user("theirs")), name="q")
    model = compiled(
        sub("inner", user("ours")), call("ca", "q"), chain("inner", "ca"), beside=other
    )
    run = Run(model)
    assert run.tasks == ["ours"]
    run.do("ours")

    assert run.tasks == ["theirs"]
    assert run.wait("theirs").path == ("ca", "inner")


def test_a_terminate_end_event_ends_its_own_scope_only() -> None:
    stop = end("stop", "<bpmn:terminateEventDefinition/>")
    model = compiled(
        sub("inner", user("a"), user("b"), stop, flow("a", "stop")),
        user("after"),
        chain("inner", "after"),
    )
    run = Run(model)
    assert run.tasks == ["a", "b"]

    step = run.do("a")

    assert (run.tasks, run.cut) == (["after"], ["b"])
    assert [(c.wait.element_id, c.reason) for c in step.closed][1:] == [("b", "stop")]


def test_a_terminate_end_event_of_the_process_ends_everything() -> None:
    stop = end("stop", "<bpmn:terminateEventDefinition/>")
    model = compiled(
        start(), user("a"), sub("inner", user("b")), stop,
        chain("start", "a", "stop"), flow("start", "inner"),
    )  # fmt: skip
    run = Run(model)

    step = run.do("a", x=1)

    assert (step.finished, step.outcome, run.data) == (True, "stop", {"x": 1})


def test_a_global_task_is_called_like_a_process() -> None:
    shared = (
        '<bpmn:globalScriptTask id="gt"><bpmn:script>x = 1</bpmn:script>'
        "</bpmn:globalScriptTask>"
    )
    model = compiled(
        start(), call("ca", "gt"), user("u"), chain("start", "ca", "u"), beside=shared
    )
    run = Run(model)

    assert (run.trace, run.data) == (["start", "gt", "ca"], {"x": 1})


def ad_hoc(*inner: str, ordering: str = "Parallel", **more: str) -> Run:
    model = compiled(
        start(),
        node(
            "adHocSubProcess", "free", user("a"), user("b"), user("c"), *inner,
            ordering=ordering, **more,
        ),
        user("after"),
        chain("start", "free", "after"),
    )  # fmt: skip
    return Run(model)


def test_an_ad_hoc_sub_process_offers_everything_and_ends_after_all() -> None:
    run = ad_hoc()
    assert run.tasks == ["a", "b", "c"]
    for name in "cab":
        run.do(name)

    assert run.tasks == ["after"]


def test_an_ordered_ad_hoc_sub_process_offers_one_after_the_other() -> None:
    run = ad_hoc(ordering="Sequential")
    seen = []
    while run.tasks != ["after"]:
        seen += run.tasks
        run.do(run.tasks[0])

    assert seen == ["a", "b", "c"]


ENOUGH = "<bpmn:completionCondition>done</bpmn:completionCondition>"


def test_a_completion_condition_ends_an_ad_hoc_sub_process_early() -> None:
    run = ad_hoc(ENOUGH)
    run.do("a", done=False)
    run.do("b", done=True)

    assert (run.tasks, run.cut) == (["after"], ["c"])


def test_an_ad_hoc_sub_process_may_let_the_rest_finish() -> None:
    run = ad_hoc(ENOUGH, cancelRemainingInstances="false")
    run.do("a", done=True)
    assert run.tasks == ["b", "c"]
    run.do("b")
    run.do("c")

    assert run.tasks == ["after"]


def test_a_completion_condition_without_an_answer_can_be_tried_again() -> None:
    run = ad_hoc(ENOUGH)
    run.do("a")
    assert [found.element_id for found in run.incidents] == ["free"]
    run.live.set_variables({"done": True})

    run.retry("free")

    assert run.tasks == ["after"]


def test_script_tasks_in_a_sub_process_need_no_waiting() -> None:
    model = compiled(sub("inner", script("s", "x = 1")), user("u"), chain("inner", "u"))

    assert Run(model).data == {"x": 1}


def test_an_empty_sub_process_is_passed() -> None:
    run = Run(compiled(start(), sub("inner"), user("u"), chain("start", "inner", "u")))

    assert (run.tasks, run.trace) == (["u"], ["start", "inner"])
