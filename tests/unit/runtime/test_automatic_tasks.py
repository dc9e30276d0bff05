"""Service tasks, scripts, decisions, sending and receiving."""

from engine.dmn import parse
from engine.runtime import WaitKind
from tests.unit.runtime.diagrams import (
    chain,
    declare,
    end,
    extensions,
    node,
    properties_of,
    rule,
    script,
    scripts,
    service,
    start,
    user,
)
from tests.unit.runtime.driving import Run, compiled

TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d"
  name="d" namespace="t"><decision id="price" name="price"><decisionTable
  hitPolicy="FIRST"><input id="i"><inputExpression><text>days</text></inputExpression>
  </input><output id="o1" name="fee"/><output id="o2" name="note"/>
  <rule id="r1"><inputEntry><text>&gt; 5</text></inputEntry>
  <outputEntry><text>days * 10</text></outputEntry>
  <outputEntry><text>"long"</text></outputEntry></rule>
  <rule id="r2"><inputEntry><text>-</text></inputEntry>
  <outputEntry><text>0</text></outputEntry><outputEntry><text>"short"</text>
  </outputEntry></rule></decisionTable></decision></definitions>"""


def test_a_service_task_waits_with_its_evaluated_parameters() -> None:
    model = compiled(
        start(),
        service("s", "notify", result="sent", to="boss", text='"Hello " + boss'),
        end(),
        chain("start", "s", "end"),
    )
    run = Run(model, {"boss": "ann"})
    wait = run.wait("s")

    assert (wait.kind, wait.operation) == (WaitKind.CALL, "notify")
    assert wait.parameters == {"to": "ann", "text": "Hello ann"}
    assert run.answer("s", {"ok": True}).finished
    assert run.data == {"boss": "ann", "sent": {"ok": True}}


def test_an_answer_nobody_named_is_dropped() -> None:
    model = compiled(start(), service("s", "notify"), end(), chain("start", "s", "end"))
    run = Run(model)
    run.answer("s", {"ok": True})

    assert run.data == {}


def test_a_script_assigns_line_by_line() -> None:
    model = compiled(
        start(),
        script("s", 'a = 2\nb = a * 3\nc = {"x": b}\nd = 7 / 2'),
        user("u"),
        chain("start", "s", "u"),
    )
    run = Run(model)

    assert run.data["a"] == 2
    assert (run.data["b"], run.data["c"]) == (6, {"x": 6})
    assert str(run.data["d"]) == "3.5"


def test_scripts_before_and_after_surround_a_task() -> None:
    model = compiled(
        start(),
        node("userTask", "u", scripts("seen = given + 1", "total = seen + answer")),
        end(),
        chain("start", "u", "end"),
    )
    run = Run(model, {"given": 1})
    assert run.data == {"given": 1, "seen": 2}

    run.do("u", answer=10)

    assert run.data["total"] == 12


def test_a_decision_merges_its_outputs_and_is_told_with_inputs_and_rows() -> None:
    decisions = {"price": parse(TABLE)}
    model = compiled(
        start(), rule("r", "price"), user("u"), chain("start", "r", "u"),
        decisions=decisions,
    )  # fmt: skip
    run = Run(model, {"days": 7})

    assert run.data == {"days": 7, "fee": 70, "note": "long"}
    (taken,) = run.step.decisions
    assert (taken.element_id, taken.decision_id, taken.inputs) == (
        "r",
        "price",
        {"days": 7},
    )
    assert [tuple(row) for row in taken.matched] == [("price", "r1", 1)]


def test_a_send_task_throws_and_a_receive_task_waits() -> None:
    key = extensions(properties_of(correlation="no"))
    model = compiled(
        start(),
        node("sendTask", "ask", key, messageRef="question"),
        node("receiveTask", "hear", key, messageRef="answer"),
        end(),
        chain("start", "ask", "hear", "end"),
        beside=declare("message", "question") + declare("message", "answer"),
    )
    run = Run(model, {"no": "P-1"})

    (thrown,) = run.thrown
    assert (thrown.name, thrown.correlation_key) == ("question", "P-1")
    assert (run.wait("hear").name, run.wait("hear").correlation_key) == (
        "answer",
        "P-1",
    )
    assert run.send("hear", {"reply": "yes"}).finished
    assert run.data == {"no": "P-1", "reply": "yes"}


def test_a_send_task_with_an_operation_is_a_call() -> None:
    called = (
        '<spiffworkflow:serviceTaskOperator id="mail">'
        "<spiffworkflow:parameters/></spiffworkflow:serviceTaskOperator>"
    )
    model = compiled(
        start(),
        node("sendTask", "s", extensions(called)),
        end(),
        chain("start", "s", "end"),
    )
    run = Run(model)

    assert run.wait("s").operation == "mail"
    assert run.answer("s").finished


def test_a_decision_that_fails_is_an_incident_and_can_be_taken_again() -> None:
    unique = TABLE.replace(b'hitPolicy="FIRST"', b'hitPolicy="UNIQUE"')
    model = compiled(
        start(), rule("r", "price"), user("u"), chain("start", "r", "u"),
        decisions={"price": parse(unique)},
    )  # fmt: skip
    run = Run(model, {"days": 7})
    assert [found.code for found in run.incidents] == ["decision-failed"]

    run.live.set_variables({"days": 1})
    run.retry("r")

    assert (run.tasks, run.data["note"]) == (["u"], "short")
