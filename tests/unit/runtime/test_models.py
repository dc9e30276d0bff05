"""Compiling: everything that cannot be executed is refused, all of it at once."""

from typing import Any

import pytest

from engine.runtime import ModelError, SourceFile, UnreadableFileError, compile_model
from tests.unit.runtime.diagrams import (
    boundary,
    call,
    catch,
    chain,
    condition,
    declare,
    definitions,
    end,
    error,
    escalation,
    flow,
    message,
    node,
    process,
    rule,
    script,
    start,
    sub,
    throw,
    timer,
    user,
    xor,
)
from tests.unit.runtime.driving import Run, compiled

HELLO = declare("message", "hello")


def codes(*parts: str, beside: str = HELLO) -> set[tuple[str | None, str]]:
    """The element and code of everything that is refused."""
    with pytest.raises(ModelError) as refused:
        compiled(*parts, beside=beside)
    return {(found.element_id, found.code) for found in refused.value.findings}


def test_every_wrong_expression_is_named_with_its_element() -> None:
    wrong = codes(
        start(),
        script("s", "import os"),
        xor("g"),
        user("u", duty="=boss +"),
        catch("c", timer(duration="in 3 days")),
        catch("w", condition("x >")),
        throw("t", message("hello", payload="{a")),
        chain("start", "s", "g", "u", "c", "w", "t"),
        flow("g", "u", "if x then", name="f1"),
    )

    assert wrong == {
        ("s", "expression-invalid"),
        ("u", "expression-invalid"),
        ("c", "expression-invalid"),
        ("w", "expression-invalid"),
        ("w", "condition-missing"),
        ("t", "expression-invalid"),
        ("f1", "expression-invalid"),
    }


def test_a_finding_says_in_both_languages_what_to_do() -> None:
    with pytest.raises(ModelError) as refused:
        compiled(start(), script("s", "x = 1 +"), chain("start", "s"))
    (finding,) = refused.value.findings

    assert (finding.file, finding.element_id) == ("p.bpmn", "s")
    assert "FEEL" in finding.rule.en
    assert "FEEL" in finding.rule.zh
    assert finding.remedy.zh
    assert "p.bpmn" in refused.value.text.zh


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([node("serviceTask", "x")], "operation-missing"),
        ([rule("x", "nothing")], "decision-unknown"),
        ([call("x", "nothing")], "process-unknown"),
        ([node("callActivity", "x")], "called-process-missing"),
        ([catch("x", "<bpmn:timerEventDefinition/>")], "timer-missing"),
        ([throw("x", '<bpmn:linkEventDefinition name="l"/>')], "link-target-missing"),
        ([flow("start", "nowhere", name="x")], "flow-dangling"),
        ([node("userTask", "x", startQuantity="0")], "quantity-invalid"),
        ([node("userTask", "x", completionQuantity="many")], "quantity-invalid"),
        ([catch("x", error())], "event-misplaced"),
        ([throw("x", timer(duration="PT1H"))], "event-misplaced"),
        ([end("x", condition("true"))], "event-misplaced"),
        ([start("x", escalation())], "event-misplaced"),
        ([sub("s", start("x", message("hello")))], "event-misplaced"),
        (
            [user("u"), boundary("x", "u", "<bpmn:terminateEventDefinition/>")],
            "event-misplaced",
        ),
    ],
)
def test_what_cannot_be_executed_is_refused(parts: list[str], code: str) -> None:
    assert ("x", code) in codes(start(), *parts)


def test_flows_do_not_cross_scopes() -> None:
    wrong = codes(sub("s", user("inner")), user("u"), flow("u", "inner", name="x"))

    assert wrong == {("x", "flow-dangling")}


def test_an_unknown_process_is_refused() -> None:
    file = SourceFile("a.bpmn", definitions(process(user("u"))))

    with pytest.raises(ModelError) as refused:
        compile_model("other", [file], {})

    assert [found.code for found in refused.value.findings] == ["process-unknown"]


def test_two_files_may_not_hold_the_same_process() -> None:
    content = definitions(process(user("u")))

    with pytest.raises(ModelError) as refused:
        compile_model("p", [SourceFile("a", content), SourceFile("b", content)], {})

    assert [found.code for found in refused.value.findings] == ["process-duplicate"]


def test_called_processes_may_be_in_other_files() -> None:
    files = [
        SourceFile("a.bpmn", definitions(process(call("ca", "q")))),
        SourceFile("b.bpmn", definitions(process(user("qu"), name="q"))),
    ]

    assert Run(compile_model("p", files, {})).tasks == ["qu"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no xml",
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_bpmn_is_unreadable(content: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        compile_model("p", [SourceFile("a.bpmn", content)], {})


def test_a_diagram_of_many_nodes_in_a_row_is_compiled_and_run() -> None:
    names = [f"s{number}" for number in range(3000)]
    tasks = [node("task", name) for name in names]
    run = Run(compiled(*tasks, user("u"), chain(*names, "u")))

    assert run.tasks == ["u"]
    assert len(run.trace) == 3000


def test_python_is_never_evaluated(tmp_path: Any) -> None:
    touched = tmp_path / "touched"
    attack = f'__import__("pathlib").Path("{touched}").touch()'
    for part in (
        script("x", f"a = {attack}"),
        user("x", duty=f"={attack}"),
        catch("x", timer(duration=attack)),
        node("userTask", "x", "<bpmn:standardLoopCharacteristics><bpmn:loopCondition>"
             f"{attack}</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"),
    ):  # fmt: skip
        try:
            run = Run(compiled(start(), part, chain("start", "x")))
            run.do("x")
        except (ModelError, Exception):  # noqa: BLE001, S112 - however it is refused
            continue
    assert not touched.exists()


def test_a_model_is_not_changed_by_running_it() -> None:
    model = compiled(
        start(),
        user("u"),
        boundary("b", "u", message("hello"), stays=True),
        end(),
        chain("start", "u", "end"),
        flow("b", "end"),
        beside=HELLO,
    )
    before = {key: sorted(spec.task_specs) for key, spec in model.scopes.items()}
    for _ in range(3):
        run = Run(model)
        run.send("b")
        run.do("u")

    assert {
        key: sorted(spec.task_specs) for key, spec in model.scopes.items()
    } == before


def test_ids_of_messages_count_in_their_own_file_only() -> None:
    ours = declare("message", "m1").replace('name="m1"', 'name="ours"')
    theirs = declare("message", "m1").replace('name="m1"', 'name="theirs"')
    files = [
        SourceFile("a.bpmn", definitions(ours, process(
            call("ca", "q"), catch("c", message("m1")), chain("ca", "c")))),
        SourceFile("b.bpmn", definitions(theirs, process(
            catch("d", message("m1")), name="q"))),
    ]  # fmt: skip
    run = Run(compile_model("p", files, {}))

    assert run.wait("d").name == "theirs"
    run.send("d")
    assert run.wait("c").name == "ours"


def test_two_elements_of_the_same_id_are_refused() -> None:
    assert codes(user("u"), node("task", "u")) == {("u", "id-duplicate")}


def test_an_element_may_be_called_like_the_librarys_own_nodes() -> None:
    run = Run(compiled(user("p.EndJoin"), user("End"), chain("p.EndJoin", "End")))
    run.do("p.EndJoin")

    assert run.tasks == ["End"]


def test_a_process_that_only_an_event_starts_cannot_be_called() -> None:
    waiting = process(start("s", message("hello")), name="q")

    assert codes(call("x", "q"), beside=HELLO + waiting) == {
        ("x", "called-process-needs-event")
    }
